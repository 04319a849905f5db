"""Make a data folder as the code that is first on the path makes it: `python make_folder.py FOLDER`.

Run by an older version's code, it gives what an upgrade begins with: a night that was lived, alerts that are open, a
text that was sealed, a token. Only names that older versions have too are used here.
"""

import sys
from pathlib import Path

from shared import clock
from shared.security.access import Access
from shared.security.rights import Right, Scope
from tests.integration.cli.house import House
from tests.oracle.nights import night as random_night

SEED = 11


def main(folder: Path) -> None:
    """The folder itself is `folder`/data; beside it the master key and a token."""
    house = House(folder / "data", folder / "master.key")
    lines = list(random_night(SEED))
    house.live(lines)
    access = Access.open(house.folder / "access.sqlite3")
    try:
        token = access.tokens.issue_person(
            "officer", frozenset({Right.READ}), Scope(everywhere=True), clock.now()
        )
    finally:
        access.close()
    (folder / "token").write_text(token.secret)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
