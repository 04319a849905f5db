"""What `deploy/compose/make-secrets` makes: what each reader can use, for its owner's eyes alone, and never twice."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from shared.security.keys import load_master_key
from shared.settings import Settings
from tests.deploy.described import DEPLOY

SCRIPT = DEPLOY / "compose" / "make-secrets"
NAMES = {"database-url", "grafana-password", "master-key", "postgres-password"}


class Made:
    """A folder of secrets and the file beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "secrets"
        self.env = folder / ".env"

    def make(self) -> str:
        arguments = [str(SCRIPT), str(self.folder), str(self.env)]
        return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=30).stdout

    def texts(self) -> dict[str, str]:
        return {path.name: path.read_text("utf-8").strip() for path in self.folder.iterdir()}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    found = Made(tmp_path)
    found.make()
    return found


def test_each_is_there_and_its_owner_alone_may_read_it(made: Made) -> None:
    assert made.texts().keys() == NAMES
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.folder.iterdir()} == {0o600}


def test_who_reads_them_is_who_owns_them_and_never_root(made: Made) -> None:
    user, group = made.env.read_text("utf-8").removeprefix("RUN_AS=").split(":")
    assert int(user) == (os.getuid() or 10001)
    assert {path.stat().st_uid for path in (made.folder, *made.folder.iterdir())} == {int(user)}
    assert int(group) > 0


def test_wakeful_can_use_what_is_for_it(made: Made) -> None:
    settings = Settings.read({"WAKEFUL_DATABASE_URL_FILE": str(made.folder / "database-url")})
    assert settings.database_url is not None
    password = made.texts()["postgres-password"]
    address = f"postgresql+psycopg://wakeful:{password}@postgres:5432/wakeful"
    assert settings.database_url.get_secret_value() == address
    assert len(load_master_key(made.folder / "master-key", make=False)) == 32


def test_no_two_are_alike_and_each_is_long_enough(made: Made, tmp_path: Path) -> None:
    other = Made(tmp_path / "other")
    other.folder.parent.mkdir()
    other.make()
    texts = [text for each in (made, other) for text in each.texts().values()]
    assert len(set(texts)) == 2 * len(NAMES)
    for each in (made, other):
        for name in ("postgres-password", "grafana-password"):
            assert re.fullmatch("[0-9a-f]{48}", each.texts()[name])


def test_made_again_what_is_there_stays_and_what_is_lost_is_made(made: Made) -> None:
    before = made.texts()
    (made.folder / "grafana-password").unlink()
    made.env.write_text("PUBLIC_URL=https://wakeful.invalid\nRUN_AS=1234:1234\n", "utf-8")
    said = made.make()
    after = made.texts()
    assert {name for name in NAMES if before[name] != after[name]} == {"grafana-password"}
    assert "made: grafana-password" in said
    assert "kept: master-key" in said
    assert made.env.read_text("utf-8") == "PUBLIC_URL=https://wakeful.invalid\nRUN_AS=1234:1234\n"


def test_no_secret_is_said(tmp_path: Path) -> None:
    fresh = Made(tmp_path)
    said = fresh.make()
    assert not [name for name, text in fresh.texts().items() if text in said]
