"""What the deployment's files describe, read as the tools that use them would: containers with what they run, as whom,
and with which variables. What has to hold of it is said by the tests beside this.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import typer
import yaml

from wakeful.cli import app

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
COMPOSE: Final = ROOT / "docker-compose.yml"
KUBERNETES: Final = DEPLOY / "kubernetes"
IMAGE: Final = "wakeful:"
"""What our own image's name begins with."""

_VARIABLE: Final = re.compile(r"\$(?:\$|\{(\w+)(?:(:[-?])([^}]*))?\})")


class Container(NamedTuple):
    """One container that somebody starts."""

    where: str
    image: str
    command: tuple[str, ...]
    variables: dict[str, str]

    @property
    def ours(self) -> bool:
        """Whether it is of our own image."""
        return self.image.startswith(IMAGE)


def compose(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The compose file, with its variables filled in."""
    values = {"RUN_AS": "10001:10001", **(variables or {})}
    read: dict[str, Any] = _filled(yaml.safe_load(COMPOSE.read_text("utf-8")), values)
    return read


def compose_services() -> dict[str, dict[str, Any]]:
    """Its services, by name."""
    services: dict[str, dict[str, Any]] = compose()["services"]
    return services


def manifests() -> list[dict[str, Any]]:
    """Every Kubernetes object, the kustomization left out."""
    files = [path for path in sorted(KUBERNETES.glob("*.yaml")) if path.name != "kustomization.yaml"]
    return [each for path in files for each in yaml.safe_load_all(path.read_text("utf-8")) if each]


def pods() -> dict[str, dict[str, Any]]:
    """The pod that each workload of the manifests makes, by kind and name."""
    return {
        f"{each['kind']}/{each['metadata']['name']}": each["spec"]["template"]
        for each in manifests()
        if "template" in each.get("spec", {})
    }


def containers() -> list[Container]:
    """All of them, of compose and Kubernetes."""
    return [*_of_compose(), *_of_kubernetes()]


def image_variables() -> dict[str, str]:
    """What the image itself sets."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text("utf-8"))
    last = text[text.rindex("\nFROM ") :]
    pairs = [shlex.split(line) for line in re.findall(r"^ENV (.+)$", last, re.MULTILINE)]
    return dict(pair.split("=", 1) for line in pairs for pair in line)


def commands(container: Container) -> list[list[str]]:
    """The arguments of each `wakeful` that it runs, whether by the image's entrypoint or in a script."""
    if "\n" not in container.command[-1]:
        return [list(container.command)]
    lines = [line.strip() for line in container.command[-1].splitlines()]
    return [shlex.split(line.split(">")[0])[1:] for line in lines if line.startswith("wakeful ")]


def parse(arguments: list[str]) -> None:
    """Raises what the real command raises where it cannot read its arguments; runs nothing."""
    command: Any = typer.main.get_command(app)
    context = None
    name, rest = "wakeful", arguments
    while True:
        context = command.make_context(name, list(rest), parent=context)
        if not hasattr(command, "resolve_command"):
            return
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])


def _of_compose() -> Iterator[Container]:
    for name, service in compose_services().items():
        variables = {key: str(value) for key, value in service.get("environment", {}).items()}
        command = tuple(service.get("command", ()))
        yield Container(f"compose/{name}", service["image"], command, variables)


def _of_kubernetes() -> Iterator[Container]:
    maps = {each["metadata"]["name"]: each["data"] for each in manifests() if each["kind"] == "ConfigMap"}
    for where, pod in pods().items():
        for each in pod["spec"]["containers"]:
            variables: dict[str, str] = {}
            for source in each.get("envFrom", ()):
                variables |= maps[source["configMapRef"]["name"]]
            variables |= {one["name"]: one["value"] for one in each.get("env", ())}
            yield Container(f"{where}/{each['name']}", each["image"], tuple(each["args"]), variables)


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, variables) for key, each in value.items() if key != "<<"}
    if isinstance(value, list):
        return [_filled(each, variables) for each in value]
    if not isinstance(value, str):
        return value

    def of(found: re.Match[str]) -> str:
        name, how, otherwise = found.groups()
        if name is None:
            return "$"
        if name in variables:
            return variables[name]
        assert how == ":-", f"{name} has to be set: {otherwise}"
        return str(otherwise)

    return _VARIABLE.sub(of, value)
