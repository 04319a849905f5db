"""A bare Faust agent that only counts, in a process of its own: `python -m tests.load.kafka.counting BOOTSTRAP TOPIC…`.

It says how many records a second came, by the first so many seconds in which some do.
"""

import asyncio
import sys
import time
from typing import Any, Final

COUNTED: Final = "a second:"
_SECONDS: Final = 15.0


def _count(bootstrap: str, topics: list[str]) -> None:
    import faust

    app = faust.App(
        "wakeful-bench-counting",
        broker=f"kafka://{bootstrap}",
        value_serializer="raw",
        key_serializer="raw",
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )
    began = 0.0
    counted = 0

    @app.agent(app.topic(*topics, value_type=bytes))
    async def count(stream: Any) -> None:
        nonlocal began, counted
        async for _ in stream:
            if not began:
                began = time.perf_counter()
            counted += 1
            if not counted % 100 and time.perf_counter() - began > _SECONDS:
                print(f"{COUNTED} {counted / (time.perf_counter() - began)}", flush=True)
                return

    async def work() -> None:
        await app.start()
        await asyncio.Event().wait()

    asyncio.run(work())


if __name__ == "__main__":
    _count(sys.argv[1], sys.argv[2:])
