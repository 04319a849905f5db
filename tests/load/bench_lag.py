"""How late an alert is: from deadline + grace until it is durable in the log, under 200 checks a second.

`run()` starts a real `wakeful up` in a process of its own, registers homes by its door, and posts checks at a steady
rate over several connections while children whom nobody looks in on fall due, one after the other. What is measured
is what the runner tells its observer once an alert has been appended, durably: the machine's clock then, less the
instant at which the alert was raised.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import orjson

from shared.instants import SECOND
from tests.load.forgotten import Night, load

NIGHT: Final = Night(forgotten=50, first_due=8 * SECOND, last_due=46 * SECOND, seconds=52)
_SAID: Final = "the door is open"


def run() -> dict[str, float]:
    """lag_p50_s, lag_p99_s, lag_max_s, and of how many alerts (lag_alerts)."""
    with tempfile.TemporaryDirectory() as folder:
        process, port = _up(Path(folder))
        try:
            asyncio.run(load(port, Path(folder, "token").read_text("utf-8"), NIGHT))
        finally:
            process.terminate()
            process.wait(60)
        lags = sorted(each / SECOND for each in orjson.loads(Path(folder, "lags").read_bytes()))
    if len(lags) < NIGHT.children:
        raise RuntimeError(f"{len(lags)} alerts were raised where {NIGHT.children} children fell due")
    percent = statistics.quantiles(lags, n=100, method="inclusive")
    return {
        "lag_p50_s": percent[49],
        "lag_p99_s": percent[98],
        "lag_max_s": lags[-1],
        "lag_alerts": float(len(lags)),
    }


# -- the house ---------------------------------------------------------------------------------------------------


def _up(folder: Path) -> tuple[subprocess.Popen[str], int]:
    from tests.servers.ports import free_port

    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAKEFUL_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.load.bench_lag", str(folder), str(port)],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    if not any(_SAID in line for line in process.stdout):
        raise RuntimeError("the house did not come up")
    return process, port


def _serve(folder: Path, port: int) -> None:
    """Be the house; at the end, write down what the runner told of every alert."""
    from services.up import House, serve
    from shared.settings import Settings
    from tests.integration.house.serving import token_for_tests

    lags: list[int] = []

    def ready(house: House) -> None:
        told = house.metrics.detected

        def detected(service: str, kind: str, lag: int) -> None:
            told(service, kind, lag)
            lags.append(lag)

        vars(house.metrics)["detected"] = detected
        (folder / "token").write_text(token_for_tests(house), "utf-8")
        print(_SAID, flush=True)

    key = folder / "configuration" / "master.key"
    settings = Settings(port=port, data=folder / "data", master_key_file=key, log_level="warning")
    serve(settings, ready=ready)
    (folder / "lags").write_bytes(orjson.dumps(lags))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _serve(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        print(run())
