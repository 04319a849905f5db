"""Everything that `wakeful doctor` looks at, one look after the other. What each finds is said by `folder`, where the
installation is one, or by `apart`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wakeful.cli.folder import Folder
from wakeful.cli.health.findings import Finding, Look, Mark

if TYPE_CHECKING:
    from wakeful.cli.apart import Apart


def look(here: "Folder | Apart") -> list[Finding]:
    """Look at everything. What cannot even be looked at is a finding too."""
    findings: list[Finding] = []
    for about, each in _looks(here).items():
        try:
            findings += [Finding(about, *found) for found in each(here.settings)]
        except Exception as error:
            remedy = "put that right, then look again"
            findings.append(Finding(about, Mark.WRONG, f"{type(error).__name__}: {error}", remedy))
    return findings


def _looks(here: "Folder | Apart") -> Mapping[str, Look]:
    if isinstance(here, Folder):
        from wakeful.cli.health.folder import LOOKS

        return LOOKS
    from wakeful.cli.health.apart import looks

    return looks(here)
