"""What the deployment's files start: each command is one that Wakeful has, and each variable one that it knows and can
use."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.monitors import SERVICES
from shared.settings import SECRET_FILES, Settings, unknown
from tests.deploy.described import DEPLOY, Container, commands, containers, image_variables, parse
from wakeful.cli import app

OURS = [pytest.param(each, id=each.where) for each in containers() if each.ours]
SECRET_LINES = {
    "database_url": "postgresql://wakeful:secret@postgres:5432/wakeful",
    "kafka_sasl_password": "secret",
    "watchdog_url": "https://watchdog.invalid/ping",
}


def settings_of(variables: dict[str, str], folder: Path) -> Settings:
    """Read as the process would, the files that secrets lie in being there. Raises SettingsWrong."""
    given = dict(variables)
    for name, field in SECRET_FILES.items():
        variable = f"WAKEFUL_{name.upper()}"
        if variable in given:
            file = folder / field
            file.write_text(SECRET_LINES[field], "utf-8")
            given[variable] = str(file)
    return Settings.read(given)


def unit_variables() -> dict[str, str]:
    """Those of the systemd unit."""
    lines = (DEPLOY / "systemd" / "wakeful.service").read_text("utf-8").splitlines()
    found = [line.removeprefix("Environment=") for line in lines if line.startswith("Environment=")]
    return dict(each.split("=", 1) for each in found)


def test_there_is_something_to_look_at() -> None:
    where = {each.where.split("/")[0] for each in containers() if each.ours}
    assert "compose" in where
    assert {"wakeful.service"} == {path.name for path in (DEPLOY / "systemd").iterdir()}
    assert unit_variables()
    assert image_variables()["WAKEFUL_HOST"] == "0.0.0.0"


@pytest.mark.parametrize("container", OURS)
def test_every_command_is_one_that_there_is_and_reads_its_arguments(container: Container) -> None:
    found = commands(container)
    assert found
    for arguments in found:
        parse(arguments)
        shown = CliRunner().invoke(app, [*arguments, "--help"])
        assert shown.exit_code == 0, shown.output
        assert "Usage" in shown.output
        if arguments[0] == "worker":
            assert set(arguments[1:]) <= SERVICES.keys()


def test_a_command_that_there_is_not_would_be_found() -> None:
    with pytest.raises(Exception, match="wroker"):
        parse(["wroker", "checks"])
    with pytest.raises(Exception, match="--everywere"):
        parse(["token", "make", "prometheus", "--everywere"])


@pytest.mark.parametrize("container", OURS)
def test_every_variable_is_a_setting_that_can_be_used(container: Container, tmp_path: Path) -> None:
    variables = image_variables() | container.variables
    assert unknown(variables) == []
    settings = settings_of(variables, tmp_path)
    assert settings.host == "0.0.0.0", "who asks for its health is not in the container"
    assert settings.kafka is not None
    assert settings.database_url is not None


def test_the_units_variables_are_settings_that_can_be_used(tmp_path: Path) -> None:
    assert unknown(unit_variables()) == []
    assert settings_of(unit_variables(), tmp_path).data == Path("/var/lib/wakeful")


def test_all_that_run_over_one_broker_are_told_the_same_of_it(tmp_path: Path) -> None:
    """Whoever makes the topics and whoever reads them must agree how many partitions there are."""
    for kind in ("compose", "kubernetes"):
        ours = [
            each
            for each in containers()
            if each.ours and each.where.startswith("compose") == (kind == "compose")
        ]
        read = [settings_of(image_variables() | each.variables, tmp_path) for each in ours]
        assert len({(each.kafka, each.partitions) for each in read}) <= 1, kind
