"""A folder that a night has gone through, as `wakeful up` leaves it; and an installation over a broker."""

from pathlib import Path

import pytest

from tests.integration.cli.apart import Apart
from tests.integration.cli.house import House
from tests.servers.plugin import Kafka, Postgres
from tests.servers.ports import free_port


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
def apart(kafka: Kafka, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Apart:
    """An installation over a broker, named by the settings; nothing of it is made yet."""
    return Apart(kafka, postgres, tmp_path, monkeypatch)


@pytest.fixture
def unused_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    return free_port()


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """Another database, with nothing in it."""
    return postgres.new_database()
