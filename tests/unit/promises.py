"""Reads off the code itself what the architecture promises about imports and clocks; `test_purity` asks it.

"Nothing in a model reads the wall clock, random numbers, the environment or a database: a lint test proves it."
The only wall clock is `shared/clock.py`; a service never imports another, `shared` imports no service; only
`shared/schedule` knows time zones. Tests are not looked at: they wait for real processes, by real clocks.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PURE = (
    "services/*/model*.py",
    "services/alerts/deciding/*.py",
    "services/alerts/houses.py",
    "services/alerts/lives.py",
    "services/alerts/names.py",
    "services/alerts/rows.py",
    "services/alerts/sends.py",
    "services/checks/*.py",
    "services/cover/*.py",
    "services/integrity/**/*.py",
    "services/pager/chain/*.py",
    "services/pager/engine/keys.py",
    "services/pager/engine/time.py",
    "services/pager/desk.py",
    "services/reviews/*.py",
    "services/pager/answers.py",
    "services/pager/home.py",
    "services/pager/lives.py",
    "services/pager/oncall/*.py",
    "services/pager/oncallfacts.py",
    "services/pager/roster/page.py",
    "services/pager/roster/strip.py",
    "services/pager/saved.py",
    "services/pager/stretches.py",
    "services/gateway/plans/demand.py",
    "services/gateway/plans/plancheck.py",
    "services/gateway/points.py",
    "services/gateway/prompts/prompts.py",
    "services/pager/alive/whom.py",
    "services/pager/alive/words.py",
    "services/pager/trial/due.py",
    "services/pager/trial/plan.py",
    "services/pager/trial/words.py",
    "services/pager/answering/links.py",
    "services/pager/answering/page.py",
    "services/pager/answering/ways.py",
    "services/pager/telling/*.py",
    "shared/home/**/*.py",
    "shared/schedule/**/*.py",
    "shared/events/**/*.py",
    "shared/acceptance.py",
    "shared/alerting.py",
    "shared/cautions/*.py",
    "shared/courtesy.py",
    "shared/course.py",
    "shared/facts.py",
    "shared/instants.py",
    "shared/monitor.py",
    "shared/topics.py",
    "shared/watching.py",
    "shared/wheel.py",
    "shared/words/*.py",
)
"""The pure rooms. Each pattern has to find something: a room that was renamed is not a room that is pure."""

EDGES = {
    "services/alerts/tables.py": "its read model",
    "services/pager/tables.py": "its read model",
    "services/checks/tables.py": "its read model",
    "services/checks/api.py": "its HTTP routes",
    "services/checks/__main__.py": "runs it alone",
    "services/checks/running.py": "its schema and its runner",
    "services/checks/shapes.py": "its shapes over HTTP",
    "services/integrity/tables.py": "its read model",
    "services/integrity/api.py": "its HTTP routes",
    "services/integrity/__main__.py": "runs it alone",
    "services/integrity/migrations/0001_integrity.py": "how its read model came to be",
    "services/integrity/reading.py": "reads its read model",
    "services/integrity/running.py": "its schema and its runner",
    "services/integrity/shapes.py": "its shapes over HTTP",
    "services/cover/tables.py": "its read model",
    "services/cover/api.py": "its HTTP routes",
    "services/cover/__main__.py": "runs it alone",
    "services/cover/running.py": "its schema and its runner",
    "services/cover/shapes.py": "its shapes over HTTP",
    "services/reviews/tables.py": "its read model",
    "services/reviews/__main__.py": "runs it alone",
    "services/reviews/running.py": "its schema and its runner",
    "services/reviews/api.py": "its HTTP routes",
    "services/reviews/reading.py": "reads its read model",
    "services/reviews/shapes.py": "its shapes over HTTP",
    "shared/events/asyncapi.py": "writes the AsyncAPI document into docs; no service imports it",
    "shared/events/schema.py": "writes the JSON Schema into docs; no service imports it",
}
"""Files in the folders of pure rooms that meet the world, and why. No pure room may import one."""
EDGE_MODULES = tuple(file.removesuffix(".py").replace("/", ".") for file in EDGES)

CLOCKS = (
    *(f"time.{name}" for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time")),
    *(f"time.{name}_ns" for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time")),
    *(
        f"time.{name}"
        for name in ("clock_gettime", "clock_gettime_ns", "localtime", "gmtime", "ctime", "asctime")
    ),
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
    "uuid.uuid1",
    "uuid_utils.uuid1",
    "uuid_utils.uuid6",
    "uuid_utils.uuid7",
)

WORLD = (
    *(
        "time",
        "sched",
        "random",
        "secrets",
        "os",
        "io",
        "sys",
        "pathlib",
        "shutil",
        "glob",
        "tempfile",
        "fileinput",
    ),
    *(
        "socket",
        "ssl",
        "select",
        "selectors",
        "http",
        "urllib.request",
        "httpx",
        "fastapi",
        "starlette",
        "uvicorn",
    ),
    *("sqlite3", "sqlalchemy", "alembic", "asyncio", "threading", "multiprocessing", "subprocess", "signal"),
    *(
        "concurrent",
        "platform",
        "locale",
        "getpass",
        "logging",
        "structlog",
        "prometheus_client",
        "importlib",
    ),
    *("numpy.random", "ctypes", "atexit", "gc", "weakref", "uuid.uuid4", "uuid_utils.uuid4", "contextvars"),
    *(
        f"builtins.{name}"
        for name in ("open", "print", "input", "exec", "eval", "compile", "__import__", "id")
    ),
    *("shared.clock", "shared.log", "shared.store", "shared.security", "shared.web", "shared.settings"),
    *("shared.metrics", "shared.logs", "shared.runner"),
)
"""What a pure room may not touch: a module, a name in one, or a builtin; whatever lies below it too."""

ZONES = ("zoneinfo", "tzdata", "dateutil", "pytz", "tzlocal")

ALLOWED = {
    "shared/schedule/": ({"importlib.resources", "threading"}, "reads the pinned zones from their package"),
    "shared/acceptance.py": ({"shared.log.base.Named"}, "a record that the port hands over; plain data"),
    "shared/course.py": ({"shared.log.base.Named"}, "likewise"),
}
"""What a pure room may touch all the same, and why."""

CLOCK_READERS = {
    "shared/clock.py": "it is the clock",
}
"""Files that may read a clock of the machine, and why."""


class Use(NamedTuple):
    """A module imported, or a name used, by its full name."""

    name: str
    line: int

    def within(self, names: tuple[str, ...] | set[str]) -> bool:
        return any(self.name == name or self.name.startswith(name + ".") for name in names)


class _Uses(ast.NodeVisitor):
    """Collects every use in a module, whatever alias it goes by."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.aliases: dict[str, str] = {}
        self.found: list[Use] = []

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.aliases[alias.asname or alias.name.split(".")[0]] = (
                alias.name if alias.asname else alias.name.split(".")[0]
            )
            self.found.append(Use(alias.name, node.lineno))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = self.package.split(".")[: 1 - node.level or None] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        for alias in node.names:
            name = module if alias.name == "*" else f"{module}.{alias.name}"
            self.aliases[alias.asname or alias.name] = name
            self.found.append(Use(name, node.lineno))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self._name(node)
        if name is not None:
            self.found.append(Use(name, node.lineno))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id not in self.aliases:
            self.found.append(Use(f"builtins.{node.func.id}", node.lineno))
        self.generic_visit(node)

    def _name(self, node: ast.expr) -> str | None:
        """The full name of `a.b.c`, where `a` was imported."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id)
        if isinstance(node, ast.Attribute) and (base := self._name(node.value)) is not None:
            return f"{base}.{node.attr}"
        return None


def uses(source: str, package: str) -> list[Use]:
    tree = ast.parse(source)
    visitor = _Uses(package)
    for node in ast.walk(tree):  # imports first: a name may be used above a late one
        if isinstance(node, ast.Import | ast.ImportFrom):
            visitor.visit(node)
    visitor.found.clear()
    visitor.visit(tree)
    return visitor.found


def pure_files(root: Path) -> set[str]:
    found = {path.relative_to(root).as_posix() for pattern in PURE for path in root.glob(pattern)}
    return found.difference(EDGES)


def faults_in(root: Path) -> Iterator[str]:
    """Every broken promise in the tree, as `file:line: what, and what to do`."""
    pure = pure_files(root)
    for folder in ("shared", "services", "wakeful"):
        for path in sorted((root / folder).rglob("*.py")):
            file = path.relative_to(root).as_posix()
            package = ".".join(path.relative_to(root).parts[:-1])
            for use in uses(path.read_text("utf-8"), package):
                for fault in _faults(file, use, pure=file in pure):
                    yield f"{file}:{use.line}: {fault}"


def _faults(file: str, use: Use, *, pure: bool) -> Iterator[str]:
    allowed = next((names for room, (names, _) in ALLOWED.items() if file.startswith(room)), set())
    if pure and use.within(WORLD) and not use.within(allowed):
        yield f"{use.name} in a pure room; have it told as an argument"
    if pure and use.within(EDGE_MODULES):
        yield f"{use.name} meets the world; a pure room may not import it"
    if use.within(CLOCKS) and file not in CLOCK_READERS:
        yield f"{use.name} reads a clock; ask shared.clock, or be told the time"
    if use.within(ZONES) and not file.startswith("shared/schedule/") and not file.startswith("wakeful/"):
        yield f"{use.name} knows time zones; ask shared.schedule"
    yield from _misplaced(file, use)


def _misplaced(file: str, use: Use) -> Iterator[str]:
    folder, _, rest = file.partition("/")
    if folder == "shared" and use.within(("services", "wakeful")):
        yield f"shared imports {use.name}; shared knows nothing of any service"
    room = rest.split("/")[0] if "/" in rest else None
    service = None if room in (None, "house") else f"services.{room}"  # the others put them together
    if (
        folder == "services"
        and service is not None
        and use.within(("services",))
        and not use.within((service,))
    ):
        yield f"{service} imports {use.name}; services meet in the log"
