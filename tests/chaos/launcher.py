"""The real commands as processes of their own, with what only tests ask of them: a prefix before the topics' names, so
that they share a broker; topics that bring their own times; rules of night cover that wait for seconds (`hurried`), and
rules of the next version, that read one topic more; a worker that hears late what it owns no more; and workers that
wait for each other for as long as it takes.

`python -m tests.chaos.launcher gateway|worker '{"settings": {…}, "prefix": …, "services": […], "importing": …,
"newer": …, "deaf": …}'`. What they do is the commands' own.
"""

import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson

from services import worker
from services.checks.model import ChecksMonitor
from services.monitors import SERVICES
from shared.facts import Fact
from shared.instants import HOUR
from shared.monitor import Effect
from shared.runner.service import Service
from shared.settings import Settings
from shared.topics import NIGHT_COVER
from shared.worker.crew import Crew
from tests.chaos.hurried import hurry

DEAF_S: Final = 10.0
PATIENT: Final = HOUR


class NextChecks(ChecksMonitor):
    """The checks monitor of the next version: it reads who is awake, too, and takes it as it takes all else."""

    version = ChecksMonitor.version + 1
    topics: Sequence[str] = (*ChecksMonitor.topics, NIGHT_COVER)

    def apply(self, fact: Fact) -> Iterable[Effect]:
        return () if fact.topic == NIGHT_COVER else super().apply(fact)


class PatientCrew(Crew):
    """Waits for what others tell, however long they are gone: what is decided without them is no replay's, but on
    record (`shared.runner.deciding`)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "blind_after": PATIENT})


class DeafCrew(PatientCrew):
    """Goes on with what it has lost for ten seconds more. What it is told comes in its order."""

    def own(self, partitions: Iterable[int]) -> None:
        owned = frozenset(partitions)
        if self.owned <= owned:
            super().own(owned)
        else:
            threading.Timer(DEAF_S, super().own, (owned,)).start()


def _service(name: str, newer: bool) -> Service:
    service = SERVICES[name]
    return replace(service, make=NextChecks) if newer and name == ChecksMonitor.name else service


def main(
    command: str,
    settings: dict[str, Any],
    prefix: str = "",
    services: Sequence[str] = (),
    importing: bool = False,
    newer: bool = False,
    deaf: bool = False,
) -> None:
    """Be the process."""
    for name in ("data", "master_key_file"):
        settings[name] = Path(settings[name])
    crew = DeafCrew if deaf else PatientCrew
    setattr(worker, "Crew", crew)  # noqa: B010 - it is not exported, and is replaced in this process alone
    hurry()
    if command == "gateway":
        from services import gate  # what a worker needs nothing of: half a second each

        gate.serve(Settings(**settings), prefix=prefix)
    else:
        worker.serve(
            Settings(**settings),
            [_service(name, newer) for name in services],
            prefix=prefix,
            sealed=not importing,
        )


if __name__ == "__main__":
    main(sys.argv[1], **orjson.loads(sys.argv[2]))
