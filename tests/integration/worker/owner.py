"""A worker that only owns: one process, one `Ownership`, each change as a line of JSON. What it is told: bootstrap
servers, prefix, partitions. SIGTERM ends it; its last line names the sockets that were bound."""

import json
import signal
import sys
import threading
from typing import Any

from shared import logs
from shared.log.kafka.connection import Broker
from shared.worker.ownership import Ownership

GROUP = "wakeful-checks"


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    bootstrap, prefix, partitions = sys.argv[1:]
    bound: list[str] = []
    sys.addaudithook(lambda event, args: bound.append(repr(args[1])) if event == "socket.bind" else None)
    logs.set_up("info")
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    owned = Ownership(
        Broker(bootstrap, partitions=int(partitions), prefix=prefix),
        GROUP,
        lambda now: say(owned=sorted(now)),
    )
    owned.start()
    while owned.failed is None and not stopping.wait(0.1):
        pass
    owned.stop(within_s=5.0)
    say(ended=True, failed=None if owned.failed is None else str(owned.failed), bound=bound)


if __name__ == "__main__":
    main()
