"""The figures: `python -m tests.load [--only NAME …]` (`make bench`).

Each `bench_*.py` beside this file has a `run() -> dict[str, float]`; each runs in a process of its own, one by one,
so that none disturbs the next. Compare figures of one run on one machine. Also written: `build/bench.json`, flat.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

HERE: Final = Path(__file__).parent
OUT: Final = HERE.parents[1] / "build" / "bench.json"

AtLeast: Final = float.__ge__
AtMost: Final = float.__le__
REACH: Final[dict[str, tuple[Callable[[float, float], bool], float]]] = {
    "core_facts_per_s_10k": (AtLeast, 300_000.0),
    "core_facts_per_s_1m": (AtLeast, 250_000.0),
    "core_growth": (AtMost, 1.5),
    "core_bytes_per_placement_1m": (AtMost, 1_000.0),
    "cover_facts_per_s": (AtLeast, 150_000.0),
    "integrity_facts_per_s": (AtLeast, 150_000.0),
    "reviews_facts_per_s": (AtLeast, 100_000.0),
    "storm_10k_s": (AtMost, 1.0),
    "rebuild_facts_per_s": (AtLeast, 50_000.0),
    "restart_100k_s": (AtMost, 5.0),
    "kill_lost": (AtMost, 0.0),
    "kill_twice": (AtMost, 0.0),
    "kill_differs": (AtMost, 0.0),
    "fuzz_requests": (AtLeast, 100_000.0),
    "fuzz_500": (AtMost, 0.0),
    "sse_readers_delay_s": (AtMost, 1.0),
    "replay_facts_per_s": (AtLeast, 100_000.0),
    "replay_all_facts_per_s": (AtLeast, 25_000.0),
    "door_batch_all_facts_per_s": (AtLeast, 10_000.0),
    "night_cpu_s_per_1000_children": (AtMost, 10.0),
    "bytes_per_home_all": (AtMost, 16_000.0),
    "door_put_ratio": (AtLeast, 0.5),
    "door_batch_facts_per_s": (AtLeast, 20_000.0),
    "kafka_catchup_facts_per_s": (AtLeast, 30_000.0),
    "kafka_catchup_vs_faust": (AtLeast, 5.0),
    "kafka_two_workers_cpu_ratio": (AtMost, 1.15),
    "kafka_lag_p50_s": (AtMost, 2.5),
    "kafka_lag_max_s": (AtMost, 5.0),
    "kafka_failover_s": (AtMost, 20.0),
    "kafka_rebuild_facts_per_s": (AtLeast, 50_000.0),
    "kafka_lost": (AtMost, 0.0),
    "kafka_twice": (AtMost, 0.0),
    "page_p50_s": (AtMost, 0.3),
    "page_p99_s": (AtMost, 1.0),
    "page_storm_first_s": (AtMost, 0.5),
    "page_storm_all_s": (AtMost, 40.0),
    "page_hanging_delay_s": (AtMost, 1.0),
    "page_lost": (AtMost, 0.0),
    "page_after_resolved": (AtMost, 0.0),
    "page_other_key": (AtMost, 0.0),
    "lag_p50_s": (AtMost, 0.1),
    "lag_p99_s": (AtMost, 0.3),
    "lag_max_s": (AtMost, 0.5),
}
"""What a figure should reach; the others are only shown."""

_RUN: Final = "import json, sys, importlib; print(json.dumps(importlib.import_module(sys.argv[1]).run()))"


def main() -> int:
    """Run them; 1 if one of them failed to run. A figure out of reach is told, not punished."""
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="python -m tests.load", description="Measure.")
    parser.add_argument(
        "--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names)
    )
    wanted = parser.parse_args().only
    console = Console()
    figures: dict[str, float] = json.loads(OUT.read_text()) if OUT.exists() and wanted != names else {}
    failed = []
    for name in wanted:
        console.print(f"{name} …", style="dim")
        ran = subprocess.run(
            [sys.executable, "-c", _RUN, f"tests.load.bench_{name}"],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            cwd=HERE.parents[1],
        )
        if ran.returncode:
            failed.append(name)
            continue
        measured: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
        figures |= measured
        console.print(_table(measured))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")
    console.print(f"{len(figures)} figures in {OUT.relative_to(HERE.parents[1])}")
    for name in failed:
        console.print(f"bench_{name} failed; what it said stands above", style="bold red")
    return 1 if failed else 0


def _table(measured: dict[str, float]) -> Table:
    table = Table("figure", "measured", "reach", "verdict", box=None, padding=(0, 2))
    for name, figure in measured.items():
        reach, verdict = "", ""
        if name in REACH:
            holds, bound = REACH[name]
            reach = f"{'≥' if holds is AtLeast else '≤'} {bound:,g}"
            verdict = "[green]reached[/]" if holds(float(figure), bound) else "[bold red]out of reach[/]"
        table.add_row(name, f"{figure:,.3f}" if abs(figure) < 100 else f"{figure:,.0f}", reach, verdict)
    return table


if __name__ == "__main__":
    sys.exit(main())
