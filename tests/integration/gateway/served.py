"""A door in a process of its own: `python -m tests.integration.gateway.served FOLDER PORT`. It prints a line once
it is up; tests may kill it at any time."""

import copy
import sys
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from services.gateway.app import Deps, make_app
from services.gateway.probe import Prober, probe_token
from shared import clock
from shared.instants import MINUTE
from shared.log.sqlite import SqliteLog
from shared.security.access import Access
from shared.security.keys import KeyRing
from shared.security.people import Person
from shared.security.rights import Right, Scope


class Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        print("up", flush=True)


def main(folder: Path, port: int) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    log = SqliteLog(folder / "log.sqlite3")
    access = Access.open(folder / "access.sqlite3")
    if not (folder / "token").exists():
        scope, rights = Scope(provider_id="north"), frozenset(Right)
        access.put_person(Person("manager", "Sample Manager", scope, rights), clock.now(), pin="4826")
        issued = access.tokens.issue_system("rota-app", rights, scope, clock.now() - MINUTE)
        (folder / "code").write_text(access.new_code("larch", clock.now()))
        (folder / "token").write_text(issued.secret)
    app = make_app(Deps(log, KeyRing(folder / "keys.sqlite3", b"k" * 32), access))
    prober = Prober(log, f"http://127.0.0.1:{port}", probe_token(access, clock.now()), 200)
    prober.start()
    try:
        lines = copy.deepcopy(uvicorn.config.LOGGING_CONFIG)
        lines["handlers"]["access"]["stream"] = "ext://sys.stderr"
        config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="info", log_config=lines)
        Server(config).run()
    finally:
        prober.stop()
        log.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
