"""The Kubernetes objects: what the API lets them be, and what each of their pods may do. No cluster is asked."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from services.monitors import SERVICES
from tests.deploy.described import KUBERNETES, manifests, pods

VERSIONS = ("1.33", "1.37")
PODS = pods()
OBJECTS = [pytest.param(each, id=f"{each['kind']}/{each['metadata']['name']}") for each in manifests()]
pod = pytest.mark.parametrize("name", sorted(PODS))


def everything_in(name: str) -> list[dict[str, Any]]:
    spec = PODS[name]["spec"]
    return [*spec["containers"], *spec.get("initContainers", ())]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", OBJECTS)
def test_every_object_is_what_the_api_lets_it_be(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_a_field_that_is_misspelt_would_be_found() -> None:
    wrong = next(each for each in manifests() if each["kind"] == "Deployment")
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_the_kustomization_takes_in_every_file() -> None:
    read = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text("utf-8"))
    there = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(read["resources"]) == there


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on this machine")
def test_kubectl_builds_it_with_every_object_in_the_namespace(tmp_path: Path) -> None:
    built = subprocess.run(
        ["kubectl", "kustomize", str(KUBERNETES)], capture_output=True, text=True, timeout=60, check=True
    )
    found = [each for each in yaml.safe_load_all(built.stdout) if each]
    assert len(found) == len(manifests())
    assert {each["metadata"].get("namespace") for each in found if each["kind"] != "Namespace"} == {"wakeful"}


@pod
def test_no_pod_runs_as_root_or_may_become_it_and_every_file_system_is_read_only(name: str) -> None:
    context = PODS[name]["spec"]["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] > 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in everything_in(name):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]
        assert container["image"].rpartition(":")[2] not in ("", "latest", container["image"])


@pod
def test_no_pod_has_the_clusters_own_variables_or_token(name: str) -> None:
    """A service called `wakeful` would set WAKEFUL_PORT to an address, and nothing would start."""
    assert PODS[name]["spec"]["enableServiceLinks"] is False
    assert PODS[name]["spec"]["automountServiceAccountToken"] is False


@pod
def test_every_file_that_a_variable_names_lies_on_a_volume_that_is_mounted(name: str) -> None:
    maps = {each["metadata"]["name"]: each["data"] for each in manifests() if each["kind"] == "ConfigMap"}
    for container in PODS[name]["spec"]["containers"]:
        variables = maps["wakeful"] | {one["name"]: one["value"] for one in container["env"]}
        files = {value for variable, value in variables.items() if variable.endswith("_FILE")}
        assert len(files) >= 3
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in PODS[name]["spec"]["volumes"]}
        assert set(mounts.values()) <= volumes.keys()
        for file in map(Path, files):
            volume = volumes[mounts[str(file.parent)]]
            assert "emptyDir" in volume or file.name in projected(volume), file


def projected(volume: dict[str, Any]) -> set[str]:
    return {item["path"] for source in volume["projected"]["sources"] for item in source["secret"]["items"]}


def test_the_master_key_comes_to_the_gateway_and_the_pager_alone_and_as_their_owners_own() -> None:
    """What a secret's volume gives is its group's too, and such a key is not taken."""
    key = "wakeful-master"
    having = [name for name, each in PODS.items() if key in str(each["spec"]["volumes"])]
    assert set(having) == {"Deployment/wakeful-gateway", "Deployment/wakeful-pager"}
    for name in having:
        [copying] = PODS[name]["spec"]["initContainers"]
        assert copying["command"][:3] == ["install", "-m", "0600"]
        [variable] = [
            one["value"]
            for one in PODS[name]["spec"]["containers"][0]["env"]
            if one["name"] == "WAKEFUL_MASTER_KEY_FILE"
        ]
        assert copying["command"][-1] == variable


def test_every_service_that_watches_has_two_workers_and_loses_one_at_a_time() -> None:
    for service in SERVICES:
        deployment, budget = (
            of("Deployment", f"wakeful-{service}"),
            of("PodDisruptionBudget", f"wakeful-{service}"),
        )
        assert deployment["spec"]["replicas"] == 2
        assert deployment["spec"]["template"]["spec"]["containers"][0]["args"] == ["worker", service]
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert budget["spec"]["maxUnavailable"] == 1
        assert selects(budget["spec"]["selector"]["matchLabels"]) == {f"Deployment/wakeful-{service}"}


def test_a_worker_is_ready_when_it_watches_and_a_door_that_is_blind_stays_in_its_service() -> None:
    def ready(name: str) -> str:
        probe = of("Deployment", name)["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
        return str(probe["httpGet"]["path"])

    assert {ready(f"wakeful-{service}") for service in SERVICES} == {"/readyz"}
    assert ready("wakeful-gateway") == "/healthz"


@pytest.mark.parametrize(("name", "own"), [("gateway", 15 + 10), ("checks", 20), ("alerts", 20)])
def test_a_pod_is_given_longer_to_stop_than_what_runs_in_it_takes(name: str, own: int) -> None:
    assert PODS[f"Deployment/wakeful-{name}"]["spec"]["terminationGracePeriodSeconds"] > own


def test_the_network_lets_every_pod_out_to_the_broker_and_the_database_and_phones_in_to_the_door_alone() -> (
    None
):
    every, door = of("NetworkPolicy", "wakeful"), of("NetworkPolicy", "wakeful-gateway")
    assert selects(every["spec"]["podSelector"]["matchLabels"]) == PODS.keys()
    assert selects(door["spec"]["podSelector"]["matchLabels"]) == {"Deployment/wakeful-gateway"}
    kafka = of("ConfigMap", "wakeful")["data"]["WAKEFUL_KAFKA"]
    ports = {port["port"] for rule in every["spec"]["egress"] for port in rule["ports"]}
    assert {int(server.rpartition(":")[2]) for server in kafka.split(",")} | {5432} <= ports
    assert all("from" in rule for rule in every["spec"]["ingress"])


def of(kind: str, name: str) -> dict[str, Any]:
    [found] = [each for each in manifests() if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def selects(labels: dict[str, str]) -> set[str]:
    """The pods that have all these labels."""
    return {name for name, each in PODS.items() if labels.items() <= each["metadata"]["labels"].items()}
