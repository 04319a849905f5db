"""The settings, by the names that API.md fixes: from the environment (`WAKEFUL_PORT`), else from a TOML file, else the
default. Read once, by whoever starts the process; nothing below it looks at the environment.

The file is `wakeful.toml` in the working folder, or the one named in WAKEFUL_SETTINGS_FILE; its keys are the names
without the prefix, in lower case (`port = 8000`). A variable that is blank counts as not set. A secret may lie in a
file of its own, as containers are given theirs: the setting's name with `_FILE` behind it says where.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from shared.instants import SECOND, Duration, parse_duration, show_duration
from shared.security.signing import keys_in

PREFIX: Final = "WAKEFUL_"
_FILE: Final = f"{PREFIX}SETTINGS_FILE"
_ELSEWHERE: Final = (_FILE, f"{PREFIX}TEST_", f"{PREFIX}REQUIRE_")
"""Variables that are no settings of the running system: where the file is, and what only tests ask."""


class SettingsWrong(Exception):  # noqa: N818 - reads as what it says
    """A setting cannot be used. The message names it, its value and the remedy."""


def _milliseconds(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _some(value: Duration) -> Duration:
    if value < SECOND // 10:
        raise ValueError("write at least PT0.1S")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a whole address, like https://wakeful.example.org")
    return value.rstrip("/")


def _database(value: SecretStr) -> SecretStr:
    """Postgres through psycopg; the driver needs not be named."""
    scheme, _, rest = value.get_secret_value().partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+psycopg") or not rest:
        raise ValueError("write postgresql://user:password@host:5432/database")
    return SecretStr(f"postgresql+psycopg://{rest}")


def _secret_web_address(value: SecretStr) -> SecretStr:
    return SecretStr(_web_address(value.get_secret_value()))


def _signing_secret(value: SecretStr) -> SecretStr:
    keys_in(value.get_secret_value())
    return value


Length = Annotated[int, BeforeValidator(_milliseconds), AfterValidator(_some)]
"""Milliseconds, written as an ISO 8601 duration."""
Place = Annotated[Path, AfterValidator(Path.expanduser)]
"""A file or folder; `~` is the user's own."""
_LENGTHS: Final = ("tick_every", "blind_after")
_ENVIRONMENT: Final = "environment"
_SECRETS: Final = (
    "watchdog_url",
    "watchdog_fail_url",
    "database_url",
    "kafka_sasl_password",
    "smtp_password",
    "sms_url",
    "sms_secret",
    "voice_url",
    "voice_secret",
)
_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
MAILBOX: Final = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"]+")
"""One e-mail address, without a name."""
SECRET_FILES: Final = {f"{field}_file": field for field in _SECRETS}
"""What names the file that a secret lies in, with the setting that this is."""


class Settings(BaseModel):
    """What can be set. Durations are ISO 8601. Made by hand it looks at nothing; `read` looks where people set it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """Where the door listens."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """The port it listens on."""
    data: Place = Path("data")
    """The folder of the embedded form."""
    public_url: Annotated[str, AfterValidator(_web_address)] | None = None
    """Where phones come in, if not at the door's own address: the probe goes there."""
    master_key_file: Place | None = None
    """Default: in the user's configuration folder, never in the data folder."""
    blind_after: Length = 60 * SECOND
    """How long the log's present may stand still before that is told."""
    tick_every: Length = 2 * SECOND
    """How often the door is probed."""
    kafka: str | None = None
    """Bootstrap servers of the broker, `host:port` with commas between; not set: the embedded log of one process."""
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    """How Wakeful signs in at the broker; not set: it does not."""
    kafka_sasl_username: str | None = None
    """As whom."""
    kafka_sasl_password: SecretStr | None = None
    """With what password."""
    kafka_tls: bool = False
    """Whether what goes to and from the broker is encrypted."""
    kafka_tls_ca_file: Place | None = None
    """The certificates that the broker's own is checked by; not set: the machine's."""
    kafka_tls_cert_file: Place | None = None
    """A certificate of Wakeful's own, where the broker asks for one."""
    kafka_tls_key_file: Place | None = None
    """Its key."""
    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = None
    """The Postgres database of read models, keys, people and tokens, where the log is a broker's."""
    partitions: Annotated[int, Field(ge=1, le=1024)] = 8
    """Home-partitions of the broker's topics: the most workers that a service can have. Fixed once topics are made."""
    watchdog_url: Annotated[SecretStr, AfterValidator(_secret_web_address)] | None = None
    """An outside dead man's switch, pinged while somebody watches (`shared.watchdog`)."""
    watchdog_fail_url: Annotated[SecretStr, AfterValidator(_secret_web_address)] | None = None
    """Where that service takes word of a failure at once (healthchecks: the same address with `/fail`); not set: it
    is told by silence alone."""
    allow_private_receivers: bool = False
    """Whether messages may go to addresses of this machine and of private networks, and without TLS."""
    smtp_host: str | None = None
    """The server that e-mail goes out by; not set: none goes out."""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Its port; 465 where `implicit` is set is usual."""
    smtp_tls: Literal["starttls", "implicit", "none"] = "starttls"
    """How what goes to it is encrypted. `none`: a server on this machine only."""
    smtp_user: str | None = None
    """As whom Wakeful signs in there; not set: it does not."""
    smtp_password: SecretStr | None = None
    """With what password."""
    smtp_from: Annotated[str | None, Field(validate_default=True)] = None
    """Whom e-mail comes from: `wakeful@provider.example`."""
    sms_url: Annotated[SecretStr, AfterValidator(_secret_web_address)] | None = None
    """The gateway that sends text messages for us (`docs/channels.md`)."""
    sms_secret: Annotated[SecretStr, AfterValidator(_signing_secret)] | None = None
    """What is sent to it is signed with this: `whsec_` and 24 to 64 bytes in base64; two with a space between while the
    one takes the place of the other."""
    voice_url: Annotated[SecretStr, AfterValidator(_secret_web_address)] | None = None
    """The gateway that rings people up for us."""
    voice_secret: Annotated[SecretStr, AfterValidator(_signing_secret)] | None = None
    """What is sent to it is signed with this."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""

    @field_validator("tick_every")
    @classmethod
    def _no_rarer_than_blindness(cls, value: Duration, info: ValidationInfo) -> Duration:
        longest = info.data.get("blind_after", value)
        if value > longest:
            raise ValueError(
                f"probe the door at least once in WAKEFUL_BLIND_AFTER ({show_duration(longest)})"
            )
        return value

    @field_validator("smtp_tls")
    @classmethod
    def _in_the_clear_on_this_machine_only(cls, value: str, info: ValidationInfo) -> str:
        if value == "none" and info.data.get("smtp_host") not in (None, *_THIS_MACHINE):
            raise ValueError("write starttls or implicit: only a server on this machine does without")
        return value

    @field_validator("smtp_from")
    @classmethod
    def _mail_comes_from_somebody(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("smtp_host") is not None:
            raise ValueError("write whom e-mail comes from, like wakeful@provider.example")
        if value is not None and not MAILBOX.fullmatch(value):
            raise ValueError("write one address without a name, like wakeful@provider.example")
        return value

    @property
    def url(self) -> str:
        """Where phones come in."""
        if self.public_url is not None:
            return self.public_url
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, **given: Any) -> Self:
        """The settings as they stand; `given` (a command's options) goes before everything. Raises SettingsWrong."""
        variables = os.environ if environment is None else environment
        filed, named = _from_file(variables), _from_environment(variables)
        try:
            return cls(**{**filed.values, **named.values, **given})
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0])
            shown = "hidden" if field in _SECRETS else repr(first["input"])
            source = {**filed.sources, **named.sources, **dict.fromkeys(given, _ENVIRONMENT)}.get(field)
            where = "" if source in (None, _ENVIRONMENT) else f" in {source}"
            remedy = first["msg"].removeprefix("Value error, ")
            # The cause is left out: it would quote what is hidden.
            raise SettingsWrong(f"{_variable(field)} is {shown}{where}: {remedy}; or leave it out") from None


class Described(NamedTuple):
    """One setting, to be shown."""

    name: str
    value: str
    source: str
    """environment, the path of the file it stands in, or default."""


class _Found(NamedTuple):
    """What one place sets."""

    values: dict[str, Any]
    sources: dict[str, str]
    """Where each of them stands."""


def describe(settings: Settings, environment: Mapping[str, str] | None = None) -> list[Described]:
    """Every setting with its value (secrets hidden) and where it comes from."""
    variables = os.environ if environment is None else environment
    sources = {**_from_file(variables).sources, **_from_environment(variables).sources}
    return [
        Described(_variable(field), _shown(field, getattr(settings, field)), sources.get(field, "default"))
        for field in Settings.model_fields
    ]


def unknown(environment: Mapping[str, str] | None = None) -> list[tuple[str, str | None]]:
    """Variables that look like settings and are none, each with the nearest one that is."""
    variables = os.environ if environment is None else environment
    known = {_variable(field) for field in (*Settings.model_fields, *SECRET_FILES)}
    return [
        (name, _nearest(name))
        for name in sorted(variables)
        if name.startswith(PREFIX) and name not in known and not name.startswith(_ELSEWHERE)
    ]


def _variable(field: str) -> str:
    return PREFIX + field.upper()


def _nearest(name: str) -> str | None:
    """The variable that is most like it, if any is; the prefix, which all have in common, is not compared."""
    near = get_close_matches(name.removeprefix(PREFIX).lower(), list(Settings.model_fields), 1)
    return _variable(near[0]) if near else None


def _shown(field: str, value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, SecretStr):
        return "set (hidden)"
    return show_duration(value) if field in _LENGTHS and isinstance(value, int) else str(value)


def _file(variables: Mapping[str, str]) -> Path:
    return Path(variables.get(_FILE, "").strip() or "wakeful.toml").expanduser()


def _from_file(variables: Mapping[str, str]) -> _Found:
    path = _file(variables)
    if not path.is_file():
        if variables.get(_FILE, "").strip():
            raise SettingsWrong(f"{_FILE} is {str(path)!r}, and there is no such file; mend the path")
        return _Found({}, {})
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsWrong(f"{path} cannot be read as TOML: {error}; mend it or take it away") from None
    _look_at(path, values)
    return _with_secrets(values, str(path), f" in {path}")


def _look_at(path: Path, values: Mapping[str, object]) -> None:
    """Raises SettingsWrong for a key that is none, and for a length without a unit."""
    strange = _first(key for key in values if key not in Settings.model_fields and key not in SECRET_FILES)
    if strange is not None:
        near = _first(get_close_matches(strange, list(Settings.model_fields), 1))
        hint = f"did you mean {near}?" if near else "take it out"
        raise SettingsWrong(f"{path} sets {strange!r}, and there is no such setting; {hint}")
    bare = _first(key for key in _LENGTHS if not isinstance(values.get(key, ""), str))
    if bare is not None:
        remedy = 'write a duration with its unit, in quotes, like "PT2S"'
        raise SettingsWrong(f"{_variable(bare)} is {values[bare]!r} in {path}: {remedy}; or leave it out")


def _first(names: Iterable[str]) -> str | None:
    return next(iter(names), None)


def _from_environment(variables: Mapping[str, str]) -> _Found:
    fields = (*Settings.model_fields, *SECRET_FILES)
    named = {field: variables.get(_variable(field), "").strip() for field in fields}
    return _with_secrets({field: value for field, value in named.items() if value}, _ENVIRONMENT, "")


def _with_secrets(values: Mapping[str, Any], source: str, where: str) -> _Found:
    """What one place sets, each secret that lies in a file of its own read from there. Raises SettingsWrong."""
    found = {field: value for field, value in values.items() if field not in SECRET_FILES}
    sources = dict.fromkeys(found, source)
    for naming, field in SECRET_FILES.items():
        if naming not in values:
            continue
        if field in found:
            both = f"{_variable(field)} and {_variable(naming)} are both set{where}"
            raise SettingsWrong(f"{both}; leave one of them out")
        found[field], sources[field] = _secret(_variable(naming), values[naming], where)
    return _Found(found, sources)


def _secret(name: str, path: object, where: str) -> tuple[str, str]:
    """The one line of a secret's file, and the file's path. What it holds is never said."""
    file = Path(str(path)).expanduser()
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise SettingsWrong(
            f"{name} is {str(file)!r}{where}, and that cannot be read ({why}); mend the path or who may read it"
        ) from None
    if len(secret.splitlines()) != 1:
        raise SettingsWrong(
            f"{name} is {str(file)!r}{where}, and that is not one line; write the secret into it"
        )
    return secret, str(file)
