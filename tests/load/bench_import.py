"""`wakeful import` as a whole: a file of checks of 10,000 placements read, validated and durable in a new log.

`run()` writes the file first (`bench_replay`'s), then times the command's own code in this process, from opening the
file to the commit. `python -m tests.load.bench_import` prints the rate.
"""

import tempfile
from pathlib import Path
from time import perf_counter

from shared.settings import Settings
from tests.load.bench_replay import lines
from wakeful.cli.folder import Folder
from wakeful.cli.moving.importing import run as import_

_REPEATS = 3


def facts_per_s(file: Path, folder: Path) -> float:
    """Facts a second, from the file to the commit, into the log of a new folder."""
    settings = Settings.read(data=folder / "data", master_key_file=folder / "master.key")
    began = perf_counter()
    with file.open("rb") as stream:
        imported = import_(Folder(settings), stream, keep_going=False)
    return imported.facts / (perf_counter() - began)


def run() -> dict[str, float]:
    """The best of a few turns, in facts a second."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "facts.jsonl"
        file.write_bytes(b"".join(lines()))
        rates = [facts_per_s(file, Path(name) / str(turn)) for turn in range(_REPEATS)]
    return {"import_facts_per_s": max(rates)}


if __name__ == "__main__":
    print(run())
