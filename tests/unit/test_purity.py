"""The promises about imports and clocks hold; and a promise that is broken is found (see `promises`)."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.promises import CLOCK_READERS, CLOCKS, PURE, faults_in, uses

ROOT = Path(__file__).parents[2]


def test_pure_rooms_touch_nothing_one_file_reads_the_clock_and_nobody_imports_sideways() -> None:
    assert list(faults_in(ROOT)) == []


@pytest.mark.parametrize("pattern", PURE)
def test_every_pure_room_is_there_to_be_looked_at(pattern: str) -> None:
    assert list(ROOT.glob(pattern))


@pytest.mark.parametrize("file", CLOCK_READERS)
def test_every_exception_is_still_needed(file: str) -> None:
    source = (ROOT / file).read_text("utf-8")
    assert any(use.within(CLOCKS) for use in uses(source, file.rpartition("/")[0].replace("/", ".")))


@pytest.mark.parametrize("module", ["services.rules", "services.pager.model", "wakeful.cli.proving.replay"])
def test_rules_come_up_without_a_database_or_a_web_server(module: str) -> None:
    """A replay of one night is asked for by hand: it does not wait for what it never uses."""
    heavy = ("sqlalchemy", "alembic", "fastapi", "starlette", "jinja2")
    asked = f"import sys, {module}; print(sorted(set(sys.modules) & set({heavy!r})))"
    said = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, check=True, text=True)
    assert said.stdout == "[]\n"


# --- The test itself -------------------------------------------------------------------------------------

BAD = [
    ("services/checks/model.py", "import time\n", "time in a pure room"),
    ("services/checks/deadline.py", "import sqlite3 as s\n", "sqlite3 in a pure room"),
    ("services/cover/model_parts.py", "from random import choice\n", "random.choice in a pure room"),
    ("shared/home/fold.py", "import os\nx = os.environ['HOME']\n", "os.environ in a pure room"),
    ("shared/home/fold.py", "from os import environ as e\n", "os.environ in a pure room"),
    ("shared/course.py", "def f(p):\n    return open(p)\n", "builtins.open in a pure room"),
    ("shared/course.py", "def f():\n    from shared.clock import now\n", "shared.clock.now in a pure room"),
    ("shared/course.py", "from shared import clock\n", "shared.clock in a pure room"),
    ("services/checks/model.py", "from services.checks import tables\n", "tables meets the world"),
    ("shared/wheel.py", "import threading\n", "threading in a pure room"),
    ("shared/alerting.py", "import uuid\nx = uuid.uuid4()\n", "uuid.uuid4 in a pure room"),
    ("shared/events/decode.py", "from pathlib import Path\n", "pathlib.Path in a pure room"),
    ("shared/events/decode.py", "from sqlalchemy import *\n", "sqlalchemy in a pure room"),
    ("shared/acceptance.py", "m = __import__('time')\n", "builtins.__import__ in a pure room"),
    (
        "shared/acceptance.py",
        "import datetime as d\nx = d.datetime.now(d.UTC)\n",
        "datetime.datetime.now reads a clock",
    ),
    ("shared/runner/loop.py", "import time\nx = time.monotonic()\n", "time.monotonic reads a clock"),
    ("shared/runner/loop.py", "from time import time_ns as t\nx = t()\n", "time.time_ns reads a clock"),
    (
        "wakeful/cli/running/up.py",
        "from datetime import date\nx = date.today()\n",
        "datetime.date.today reads a clock",
    ),
    ("services/alerts/page.py", "from zoneinfo import ZoneInfo\n", "zoneinfo.ZoneInfo knows time zones"),
    (
        "services/alerts/api.py",
        "from services.checks import tables\n",
        "services.alerts imports services.checks.tables",
    ),
    (
        "services/alerts/api.py",
        "from ..checks import tables\n",
        "services.alerts imports services.checks.tables",
    ),
    ("services/alerts/api.py", "from services import checks\n", "services.alerts imports services.checks"),
    ("services/alerts/api.py", "from services.house import app\n", "services.alerts imports services.house"),
    ("shared/runner/loop.py", "import services.checks.model\n", "shared imports services.checks.model"),
    ("shared/runner/loop.py", "if 1:\n    from wakeful import testing\n", "shared imports wakeful.testing"),
]

GOOD = [
    ("services/checks/tables.py", "import sqlalchemy\n"),
    ("services/checks/model.py", "from services.checks.deadline import D\nfrom shared.wheel import Wheel\n"),
    ("services/checks/model.py", "def f(time, at):\n    return time.monotonic, at.open()\n"),
    ("services/up.py", "from services.checks import model\nfrom services.alerts import api\n"),
    ("services/house/app.py", "from services.checks import model\nfrom services.alerts import api\n"),
    ("shared/clock.py", "import time\nx = time.time_ns()\n"),
    ("shared/schedule/local.py", "from zoneinfo import ZoneInfo\nfrom importlib.resources import files\n"),
    (
        "shared/runner/loop.py",
        "import threading\nimport time\ntime.sleep(1)\nfrom datetime import UTC, datetime\n",
    ),
    ("shared/instants.py", "from datetime import UTC, datetime\nx = datetime(1970, 1, 1, tzinfo=UTC)\n"),
]


def plant(root: Path, file: str, source: str) -> None:
    (root / file).parent.mkdir(parents=True)
    (root / file).write_text(source, "utf-8")


@pytest.mark.parametrize(("file", "source", "fault"), BAD)
def test_a_bad_line_is_found_where_it_stands(tmp_path: Path, file: str, source: str, fault: str) -> None:
    plant(tmp_path, file, source)
    found = list(faults_in(tmp_path))
    assert any(each.startswith(f"{file}:") and fault in each for each in found), found


@pytest.mark.parametrize(("file", "source"), GOOD)
def test_a_good_line_is_let_be(tmp_path: Path, file: str, source: str) -> None:
    plant(tmp_path, file, source)
    assert list(faults_in(tmp_path)) == []
