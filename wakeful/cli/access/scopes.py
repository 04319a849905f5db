"""Options that say who may do what, where; shared by `token` and `people`. What they mean is
`shared.security.rights`'.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from wakeful.cli.errors import UNREADABLE, Failure

if TYPE_CHECKING:
    from shared.security.rights import Right, Scope

Rights = Annotated[
    list[str] | None,
    typer.Option("--right", help="record, manage, approve, respond, read or admin; again for each."),
]
Provider = Annotated[str | None, typer.Option(metavar="ID", help="All homes of this provider.")]
Commissioner = Annotated[str | None, typer.Option(metavar="ID", help="All children whom it has placed.")]
Homes = Annotated[
    list[str] | None, typer.Option("--home", metavar="HOME", help="Only this home; again for each.")
]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="Everything: for who runs the installation.")]


def rights_named(names: list[str] | None) -> "frozenset[Right]":
    """The rights. Raises Failure for none, or one that is none."""
    from shared.security.rights import Right, rights_of

    if not names:
        raise Failure(f"no --right is given; there are {', '.join(Right)}", UNREADABLE)
    try:
        return rights_of(names)
    except ValueError as error:
        raise Failure(f"--right: {error}", UNREADABLE) from error


def scope_of(
    provider: str | None, commissioner: str | None, homes: list[str] | None, everywhere: bool
) -> "Scope":
    """The scope. Raises Failure for one that reaches nothing, or says too much."""
    from shared.security.rights import Scope

    named = provider or commissioner or homes
    if everywhere == bool(named):
        remedy = "give --provider, --commissioner or --home, or else --everywhere"
        raise Failure(f"nothing, or too much, says where this holds; {remedy}", UNREADABLE)
    try:
        return Scope(provider, commissioner, frozenset(homes) if homes else None, everywhere)
    except ValueError as error:
        raise Failure(f"--commissioner {commissioner!r}: {error}", UNREADABLE) from error
