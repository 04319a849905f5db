"""The settings, by the names that API.md fixes: from the environment (`WAKEFUL_PORT`), else from a TOML file, else the
default. Read once, by whoever starts the process; nothing below it looks at the environment.

The file is `wakeful.toml` in the working folder, or the one named in WAKEFUL_SETTINGS_FILE; its keys are the names
without the prefix, in lower case (`port = 8000`).
"""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.instants import SECOND, Duration, parse_duration, show_duration

PREFIX: Final = "WAKEFUL_"
_ELSEWHERE: Final = (f"{PREFIX}SETTINGS_FILE", f"{PREFIX}TEST_", f"{PREFIX}REQUIRE_")
"""Variables that are no settings of the running system: where the file is, and what only tests ask."""


class SettingsWrong(Exception):  # noqa: N818 - reads as what it says
    """A setting cannot be used. The message names it, its value and the remedy."""


def _milliseconds(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _some(value: Duration) -> Duration:
    if value < SECOND // 10:
        raise ValueError("must be at least PT0.1S")
    return value


Length = Annotated[int, BeforeValidator(_milliseconds), AfterValidator(_some)]
"""Milliseconds, written as an ISO 8601 duration."""


class Settings(BaseSettings):
    """What can be set. Durations are ISO 8601."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    """Where the door listens."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    data: Path = Path("data")
    """The folder of the embedded form."""
    public_url: str | None = None
    """Where phones come in, if not at the door's own address: the probe goes there."""
    master_key_file: Path | None = None
    """Default: in the user's configuration folder, never in the data folder."""
    tick_every: Length = 2 * SECOND
    """How often the door is probed."""
    blind_after: Length = 60 * SECOND
    """How long the log's present may stand still before that is told."""
    watchdog_url: SecretStr | None = None
    """An outside dead man's switch, pinged while all is well."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def url(self) -> str:
        """Where phones come in."""
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, **given: Any) -> Self:
        """The settings as they stand; `given` (a command's options) goes before everything. Raises SettingsWrong."""
        try:
            return cls(**{**_from_file(environment or os.environ), **_from_environment(environment), **given})
        except ValidationError as error:
            first = error.errors()[0]
            name = f"{PREFIX}{str(first['loc'][0]).upper()}" if first["loc"] else PREFIX
            hidden = "(hidden)" if name.endswith("WATCHDOG_URL") else repr(first["input"])
            raise SettingsWrong(f"{name} is {hidden}: {first['msg']}; mend it or leave it out") from error


class Described(NamedTuple):
    """One setting, to be shown."""

    name: str
    value: str
    source: str
    """environment, the file's path, or default."""


def describe(settings: Settings, environment: Mapping[str, str] | None = None) -> list[Described]:
    """Every setting with its value (secrets hidden) and where it comes from."""
    variables = os.environ if environment is None else environment
    filed = _from_file(variables)
    shown = []
    for field in Settings.model_fields:
        name = PREFIX + field.upper()
        path = str(_file(variables))
        source = "environment" if name in variables else path if field in filed else "default"
        shown.append(Described(name, _shown(field, getattr(settings, field)), source))
    return shown


def unknown(environment: Mapping[str, str] | None = None) -> list[tuple[str, str | None]]:
    """Variables that look like settings and are none, each with the nearest one that is."""
    known = [PREFIX + field.upper() for field in Settings.model_fields]
    variables = os.environ if environment is None else environment
    strange = [
        name
        for name in sorted(variables)
        if name.startswith(PREFIX) and name not in known and not name.startswith(_ELSEWHERE)
    ]
    return [(name, next(iter(get_close_matches(name, known, 1)), None)) for name in strange]


def _shown(field: str, value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, SecretStr):
        return "set (hidden)"
    return (
        show_duration(value)
        if field in ("tick_every", "blind_after") and isinstance(value, int)
        else str(value)
    )


def _file(variables: Mapping[str, str]) -> Path:
    return Path(variables.get(f"{PREFIX}SETTINGS_FILE", "wakeful.toml"))


def _from_file(variables: Mapping[str, str]) -> dict[str, Any]:
    path = _file(variables)
    named = f"{PREFIX}SETTINGS_FILE" in variables
    if not path.is_file():
        if named:
            raise SettingsWrong(
                f"{PREFIX}SETTINGS_FILE is {str(path)!r}, and there is no such file; mend the path"
            )
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsWrong(f"{path} cannot be read as TOML: {error}") from error
    strange = [key for key in values if key not in Settings.model_fields]
    if strange:
        near = next(iter(get_close_matches(strange[0], list(Settings.model_fields), 1)), None)
        hint = f"; did you mean {near}?" if near else ""
        raise SettingsWrong(f"{path} sets {strange[0]!r}, and there is no such setting{hint}")
    return values


def _from_environment(environment: Mapping[str, str] | None) -> dict[str, str]:
    variables = os.environ if environment is None else environment
    return {
        field: variables[PREFIX + field.upper()]
        for field in Settings.model_fields
        if PREFIX + field.upper() in variables
    }
