"""Asking the running house by its door, for commands about what only it can do. No command lives here.

A token is made for the one command, for as little as it needs, and ended with it: whoever may open the people's file
may ask anyhow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from wakeful.cli.errors import Failure

if TYPE_CHECKING:
    import httpx

    from shared.security.rights import Right, Scope
    from wakeful.cli.installation import Installation

HOLDER: Final = "wakeful-page"
_PATIENCE_S: Final = 60.0


@contextmanager
def door(here: "Installation", right: "Right", scope: "Scope") -> "Iterator[httpx.Client]":
    """A client of `/api/v1` that holds one right over a scope. Raises Failure where nobody answers."""
    import httpx

    from shared import clock
    from shared.instants import HOUR

    url = here.settings.url
    with here.access() as access:
        issued = access.tokens.issue_system(HOLDER, frozenset({right}), scope, clock.now(), life=HOUR)
        headers = {"Authorization": f"Bearer {issued.secret}"}
        try:
            with httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=_PATIENCE_S) as client:
                yield client
        except httpx.HTTPError as error:
            raise Failure(
                f"the house does not answer at {url} ({type(error).__name__}); start it with `wakeful up`, or set "
                "WAKEFUL_PORT or WAKEFUL_PUBLIC_URL as it has them"
            ) from error
        finally:
            access.tokens.revoke(issued.token.id, clock.now())


def got(answer: "httpx.Response") -> Any:
    """The body of an answer. Raises Failure with what the door says is wrong."""
    if answer.is_success:
        return answer.json()
    raise refused(answer)


def refused(answer: "httpx.Response") -> Failure:
    """What the door says is wrong."""
    try:
        problem = answer.json()
        wrong = "; ".join(str(error["remedy"]) for error in problem.get("errors", ()))
        return Failure(f"{problem['title']}: {wrong or problem.get('detail', '')}")
    except (ValueError, KeyError, TypeError):
        return Failure(f"the door answers with status {answer.status_code}; see its log")
