"""The process that gets killed: `wakeful up` itself, over instrumented databases.

Run as a module it waits for orders on standard input, having imported everything once, and is forked for each life
(which a supervisor would start anew; what it does from there on is the same):

    live {"armed": name of a point or "", "nth": n, "later": by so many the rules' versions are later than this code's,
          "receiver": at which people are reached, where they are}
        → `up PID`, then `open` when the door is, then `gone STATUS`

`python -m tests.integration.house.kill.launcher FOLDER PORT`. With the end of standard input everything ends.
"""

import base64
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from services.rules import MONITORS
from services.up import House, serve
from shared.clock import now
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.security.ways import Address, Ways
from shared.settings import Settings
from tests.chaos.hurried import hurry, hurry_the_pager
from tests.chaos.shifts import WORKERS
from tests.integration.house.kill import sends, witness
from tests.integration.house.kill.pages import PEOPLE
from tests.integration.house.kill.points import Points, install
from tests.integration.house.serving import ACTOR, PROVIDER

SECRET = f"whsec_{base64.b64encode(b'sample secret of the kill tests').decode()}"
RIGHTS = frozenset({Right.RECORD, Right.MANAGE, Right.READ, Right.RESPOND})


def main(folder: Path, port: int) -> None:
    """Serve orders until standard input ends."""
    orders(partial(_be, folder, port))


def orders(be: Callable[[dict[str, Any]], None]) -> None:
    """Serve orders until standard input ends; `be` is the process that each of them asks for."""
    pending = b""
    while chunk := os.read(0, 65536):
        pending += chunk
        while b"\n" in pending:
            line, _, pending = pending.partition(b"\n")
            _live(be, orjson.loads(line))


def _live(be: Callable[[dict[str, Any]], None], order: dict[str, Any]) -> None:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            be(order)
            code = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    print(f"up {pid}", flush=True)
    ended = os.pidfd_open(pid)
    ready, _, _ = select.select([ended, 0], [], [])
    if 0 in ready:  # nobody gives orders while one lives: whoever did is gone
        os.kill(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(ended)
    print(f"gone {status}", flush=True)


def _be(folder: Path, port: int, order: dict[str, Any]) -> None:
    points = Points(folder / "points", folder / "killed", order["armed"], order["nth"])
    receiver = order.get("receiver")
    install(points)
    if receiver is not None:
        sends.install(points)
        witness.install(folder / "testimony")
    key = folder / "configuration" / "master.key"
    for monitor in MONITORS.values():
        setattr(monitor, "version", monitor().version + order["later"])  # noqa: B010 - it is a class, whatever makes it
    hurry()
    if receiver is not None:
        hurry_the_pager()
    settings = Settings(port=port, data=folder / "data", master_key_file=key, tick_every=200)
    if receiver is not None:
        settings = settings.model_copy(update={"allow_private_receivers": True})
    serve(settings, ready=lambda house: _open(house, folder, receiver))


def _open(house: House, folder: Path, receiver: str | None) -> None:
    """The door is open: whoever calls has a token."""
    path = folder / "token"
    if not path.exists():
        scope = Scope(provider_id=PROVIDER)
        house.access.put_person(Person(ACTOR, "Sample tester (invented)", scope, RIGHTS), now())
        for worker in WORKERS:
            house.access.put_person(Person(worker, "Sample worker (invented)", scope, RIGHTS), now())
        if receiver is not None:
            _reached(house, receiver)
        secret = house.access.tokens.issue_system("sample-tests", RIGHTS, scope, now()).secret
        beside = path.with_name("token.new")
        beside.write_text(secret, "utf-8")
        beside.replace(path)
    print("open", flush=True)


def _reached(house: House, receiver: str) -> None:
    for person in people(receiver, house.reach.sealing):
        house.access.put_person(person, now())


def people(receiver: str, sealing: Ways) -> Iterator[Person]:
    """Whoever is told, and can be reached there."""
    for name, paths in PEOPLE.items():
        ways = [Address("webhook", f"{receiver}{path}", SECRET) for path in paths]
        scope = Scope(provider_id=PROVIDER)
        yield Person(name, "Sample person (invented)", scope, RIGHTS, sealing.kept(name, ways))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
