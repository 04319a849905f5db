"""A folder that a night has gone through, as `wakeful up` leaves it."""

from pathlib import Path

import pytest

from tests.integration.cli.house import House
from tests.integration.house.serving import free_port


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The folder, and the settings that say where it is."""
    for name, value in {
        "DATA": tmp_path / "data",
        "MASTER_KEY_FILE": tmp_path / "keys" / "master-key",
    }.items():
        monkeypatch.setenv(f"WAKEFUL_{name}", str(value))
    return House(tmp_path / "data", tmp_path / "keys" / "master-key")


@pytest.fixture
def unused_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    return free_port()
