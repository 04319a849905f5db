"""The compose file: what the specification lets it say, and what each of its containers may do.

The schema beside this is the Compose Specification's own (Apache License 2.0), unchanged. No Docker daemon is asked.
"""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from services.monitors import SERVICES
from tests.deploy.described import COMPOSE, DEPLOY, ROOT, compose, compose_services

GIVEN = compose_services()
STEPS = {"migrate", "topics", "scrape-token"}
SCHEMA = json.loads((Path(__file__).with_name("compose-spec.schema.json")).read_text("utf-8"))

service = pytest.mark.parametrize("name", sorted(GIVEN))


def faults(value: Any) -> list[str]:
    return [str(error) for error in jsonschema_rs.validator_for(SCHEMA).iter_errors(value)]


def test_the_compose_file_is_what_the_specification_lets_it_be() -> None:
    assert faults(compose()) == []
    assert faults(yaml.safe_load(COMPOSE.read_text("utf-8"))) == []


def test_a_key_that_is_misspelt_would_be_found() -> None:
    wrong = compose()
    wrong["services"]["gateway"]["read_onyl"] = True
    assert faults(wrong)


def test_every_service_that_watches_is_run() -> None:
    run = {tuple(each["command"]) for each in GIVEN.values() if each.get("command", [""])[0] == "worker"}
    assert run == {("worker", name) for name in SERVICES}


@service
def test_no_container_runs_as_root_or_may_become_it(name: str) -> None:
    user, _, group = str(GIVEN[name]["user"]).partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert GIVEN[name]["cap_drop"] == ["ALL"]
    assert GIVEN[name]["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "pid", "network_mode", "devices"} & GIVEN[name].keys()


@service
def test_every_file_system_is_read_only(name: str) -> None:
    assert GIVEN[name]["read_only"] is True


@service
def test_every_image_is_of_one_version(name: str) -> None:
    tag = GIVEN[name]["image"].rpartition(":")[2]
    assert re.fullmatch(r"v?\d+(\.\d+)*(-[a-z]+)?", tag), tag


@service
def test_every_container_has_limits_and_ends_its_log(name: str) -> None:
    assert GIVEN[name]["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert {"max-size", "max-file"} <= GIVEN[name]["logging"]["options"].keys()


@service
def test_what_runs_is_looked_at_and_begun_again_and_what_is_a_step_is_neither(name: str) -> None:
    if name in STEPS:
        assert GIVEN[name]["restart"] == "no"
        assert "healthcheck" not in GIVEN[name]
    else:
        assert GIVEN[name]["restart"] == "unless-stopped"
        assert GIVEN[name]["healthcheck"]["test"][0] == "CMD"


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize(("name", "own"), [("gateway", 15), ("worker-checks", 20), ("worker-alerts", 20)])
def test_a_container_is_given_longer_to_stop_than_what_runs_in_it_takes(name: str, own: int) -> None:
    assert seconds(GIVEN[name]["stop_grace_period"]) > own


@service
def test_nothing_is_waited_for_that_never_comes(name: str) -> None:
    """A step is waited for until it is done, what runs until it answers; and only what is there is waited for."""
    for other, how in GIVEN[name].get("depends_on", {}).items():
        expected = (
            {"service_completed_successfully"} if other in STEPS else {"service_healthy", "service_started"}
        )
        assert how["condition"] in expected, other


@service
def test_the_broker_and_the_database_are_on_a_network_that_leads_nowhere(name: str) -> None:
    networks = set(GIVEN[name].get("networks", ()))
    assert compose()["networks"]["inside"] == {"internal": True}
    if name == "worker-pager":  # it sends to people
        assert networks == {"inside", "outside"}
        assert "ports" not in GIVEN[name]
    elif name in ("kafka", "postgres") or "worker" in name:
        assert networks == {"inside"}
        assert "ports" not in GIVEN[name]


def test_what_is_open_to_others_is_open_to_this_machine_alone_unless_told_otherwise() -> None:
    ports = [port for each in GIVEN.values() for port in each.get("ports", ())]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_secret_is_a_file_that_is_made_and_stays_out_of_the_repository_and_the_image() -> None:
    secrets = compose()["secrets"]
    used = {secret for each in GIVEN.values() for secret in each.get("secrets", ())}
    assert used == secrets.keys()
    script = (DEPLOY / "compose" / "make-secrets").read_text("utf-8")
    for name, secret in secrets.items():
        assert secret == {"file": f"deploy/compose/secrets/{name}"}
        assert f"put {name}\n" in script
    assert {"/.env", "/deploy/compose/secrets/"} <= set((ROOT / ".gitignore").read_text("utf-8").splitlines())
    first, *let_in = [
        line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in "#"
    ]
    assert first == "*"
    assert not any(line.startswith("!deploy") or line == "!.env" for line in let_in)


@service
def test_no_variable_is_a_secret_but_names_the_file_of_one(name: str) -> None:
    secret = re.compile(r"PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL|WATCHDOG")
    for variable, value in GIVEN[name].get("environment", {}).items():
        if secret.search(variable):
            assert variable.endswith("_FILE"), variable
            assert Path(str(value)).name in GIVEN[name]["secrets"]


@service
def test_every_file_that_is_mounted_is_there(name: str) -> None:
    for volume in GIVEN[name].get("volumes", ()):
        source, _, rest = volume.partition(":")
        if source.startswith("."):
            assert (ROOT / source).exists()
            assert rest.endswith(":ro")
        else:
            assert source in compose()["volumes"]


def test_prometheus_asks_every_process_of_ours() -> None:
    read = yaml.safe_load((DEPLOY / "prometheus" / "compose.yaml").read_text("utf-8"))
    asked: set[str] = set()
    for job in read["scrape_configs"]:
        asked |= {target for each in job.get("static_configs", ()) for target in each["targets"]}
        asked |= {
            f"{host}:{each['port']}" for each in job.get("dns_sd_configs", ()) for host in each["names"]
        }
    serving = {name for name, each in GIVEN.items() if each["image"].startswith("wakeful:")} - STEPS
    assert asked == {f"{name}:8000" for name in serving} | {"127.0.0.1:9090"}
