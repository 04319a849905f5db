"""What can be set, where it is looked for, and what is said where it is wrong."""

import os
from pathlib import Path

import pytest

from shared.instants import MINUTE, SECOND
from shared.settings import SECRET_FILES, Settings, SettingsWrong, describe, unknown

SECRET = "https://watchdog.invalid/ping/4f1c-secret"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, so that nobody's own `wakeful.toml` is read."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("WAKEFUL_")]:
        monkeypatch.delenv(name)
    return tmp_path


def file(text: str, name: str = "wakeful.toml") -> None:
    Path(name).write_text(text, "utf-8")


def wrong(environment: dict[str, str], *parts: str) -> None:
    """It cannot be used, and the message holds each of the parts."""
    with pytest.raises(SettingsWrong) as raised:
        Settings.read(environment)
    assert [part for part in parts if part not in str(raised.value)] == [], str(raised.value)


# --- Where settings come from ------------------------------------------------------------------------------------


def test_an_option_goes_before_the_environment_before_the_file_before_the_default() -> None:
    assert Settings.read({}).port == 8000
    file("port = 8001")
    assert Settings.read({}).port == 8001
    assert Settings.read({"WAKEFUL_PORT": "8002"}).port == 8002
    assert Settings.read({"WAKEFUL_PORT": "8002"}, port=8003).port == 8003


def test_the_machines_own_environment_is_read_where_none_is_given_and_never_beside_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WAKEFUL_PORT", "8004")
    assert Settings.read().port == 8004
    assert Settings.read({}).port == 8000
    assert Settings().port == 8000, "made by hand, it looks at nothing"


def test_the_file_may_be_named_and_is_read_instead_of_the_one_in_the_working_folder() -> None:
    file("port = 8001")
    file('port = 8005\ndata = "/srv/wakeful"', "other.toml")
    settings = Settings.read({"WAKEFUL_SETTINGS_FILE": "other.toml"})
    assert (settings.port, settings.data) == (8005, Path("/srv/wakeful"))


@pytest.mark.parametrize(
    "name", ["WAKEFUL_PORT", "WAKEFUL_DATA", "WAKEFUL_PUBLIC_URL", "WAKEFUL_SETTINGS_FILE"]
)
def test_a_blank_variable_counts_as_not_set(name: str) -> None:
    assert Settings.read({name: " "}) == Settings.read({})


def test_durations_are_iso_8601_and_become_milliseconds() -> None:
    file('blind_after = "PT2M"')
    settings = Settings.read({"WAKEFUL_TICK_EVERY": "PT0.5S"})
    assert (settings.tick_every, settings.blind_after) == (SECOND // 2, 2 * MINUTE)


def test_a_tilde_is_the_users_own_folder() -> None:
    settings = Settings.read({"WAKEFUL_MASTER_KEY_FILE": "~/master.key", "WAKEFUL_DATA": "~/wakeful"})
    assert settings.master_key_file == Path.home() / "master.key"
    assert settings.data == Path.home() / "wakeful"


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"WAKEFUL_HOST": "0.0.0.0", "WAKEFUL_PORT": "80"}, "http://127.0.0.1:80"),
        ({"WAKEFUL_HOST": "::"}, "http://[::1]:8000"),
        ({"WAKEFUL_HOST": "fd00::7"}, "http://[fd00::7]:8000"),
        ({"WAKEFUL_PUBLIC_URL": "https://wakeful.invalid/"}, "https://wakeful.invalid"),
    ],
)
def test_phones_come_in_at_the_public_address_or_else_at_the_doors_own(
    environment: dict[str, str], url: str
) -> None:
    assert Settings.read(environment).url == url


# --- What is wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("WAKEFUL_PORT", "eighty", "integer"),
        ("WAKEFUL_PORT", "0", "greater than or equal to 1"),
        ("WAKEFUL_PORT", "65536", "less than or equal to 65535"),
        ("WAKEFUL_TICK_EVERY", "2s", "write it like PT15M"),
        ("WAKEFUL_TICK_EVERY", "PT0.05S", "at least PT0.1S"),
        ("WAKEFUL_TICK_EVERY", "PT61S", "at least once in WAKEFUL_BLIND_AFTER (PT1M)"),
        ("WAKEFUL_BLIND_AFTER", "60", "write it like PT15M"),
        ("WAKEFUL_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("WAKEFUL_PUBLIC_URL", "wakeful.example.org", "https://wakeful.example.org"),
        ("WAKEFUL_PUBLIC_URL", "ftp://wakeful.example.org", "https://wakeful.example.org"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_value_and_the_remedy(
    name: str, value: str, remedy: str
) -> None:
    wrong({name: value}, name, repr(value), remedy, "or leave it out")


def test_what_is_wrong_in_the_file_is_said_to_be_in_the_file() -> None:
    file("port = 70000")
    wrong({}, "WAKEFUL_PORT", "70000", "in wakeful.toml")


def test_a_length_in_the_file_has_a_unit() -> None:
    file("blind_after = 60000")
    wrong({}, "WAKEFUL_BLIND_AFTER", "60000", "in wakeful.toml", '"PT2S"')


def test_a_key_of_the_file_that_is_no_setting_is_refused_with_the_nearest_that_is() -> None:
    file("prot = 8000")
    wrong({}, "wakeful.toml", "'prot'", "did you mean port?")


def test_a_file_that_was_named_and_is_not_there_or_is_no_toml_is_an_error() -> None:
    wrong({"WAKEFUL_SETTINGS_FILE": "gone.toml"}, "WAKEFUL_SETTINGS_FILE", "'gone.toml'", "mend the path")
    file("port: 8000", "yaml.toml")
    wrong({"WAKEFUL_SETTINGS_FILE": "yaml.toml"}, "yaml.toml", "TOML", "mend it")


def test_an_option_that_is_no_setting_is_an_error() -> None:
    with pytest.raises(SettingsWrong, match="WAKEFUL_PROT"):
        Settings.read({}, prot=8000)


def test_variables_that_look_like_settings_and_are_none_are_told_with_the_nearest_that_is() -> None:
    environment = {"WAKEFUL_PROT": "1", "WAKEFUL_LOGLEVEL": "x", "WAKEFUL_XYZZY": "1", "PATH": "/bin"}
    assert unknown(environment) == [
        ("WAKEFUL_LOGLEVEL", "WAKEFUL_LOG_LEVEL"),
        ("WAKEFUL_PROT", "WAKEFUL_PORT"),
        ("WAKEFUL_XYZZY", None),
    ]


def test_what_only_tests_ask_and_every_true_setting_are_not_told_as_unknown() -> None:
    names = [described.name for described in describe(Settings(), {})]
    names += ["WAKEFUL_SETTINGS_FILE", "WAKEFUL_TEST_BROWSER", "WAKEFUL_REQUIRE_BROWSER"]
    names += ["WAKEFUL_TEST_KAFKA", "WAKEFUL_REQUIRE_KAFKA"]
    assert unknown(dict.fromkeys(names, "x")) == []


# --- How messages go out -----------------------------------------------------------------------------------------


def test_a_mail_server_elsewhere_is_never_spoken_to_in_the_clear() -> None:
    mail = {"WAKEFUL_SMTP_HOST": "mail.example", "WAKEFUL_SMTP_FROM": "wakeful@provider.example"}
    assert Settings.read(mail).smtp_tls == "starttls"
    wrong({**mail, "WAKEFUL_SMTP_TLS": "none"}, "WAKEFUL_SMTP_TLS is 'none'", "starttls or implicit")
    here = Settings.read({**mail, "WAKEFUL_SMTP_TLS": "none", "WAKEFUL_SMTP_HOST": "127.0.0.1"})
    assert here.smtp_tls == "none"


def test_mail_comes_from_one_address() -> None:
    wrong({"WAKEFUL_SMTP_HOST": "mail.example"}, "WAKEFUL_SMTP_FROM", "wakeful@provider.example")
    wrong({"WAKEFUL_SMTP_FROM": "Wakeful <w@provider.example>"}, "WAKEFUL_SMTP_FROM", "without a name")


def test_what_signs_for_a_gateway_is_long_enough_and_is_not_repeated() -> None:
    wrong({"WAKEFUL_SMS_SECRET": "whsec_c2hvcnQ="}, "WAKEFUL_SMS_SECRET is hidden", "24 to 64")
    good = "whsec_c2FtcGxlLXNlY3JldC1vZi0zMi1ieXRlcy1sb25nIQ=="
    two = Settings.read({"WAKEFUL_VOICE_SECRET": f"{good} {good}"}).voice_secret
    assert two is not None
    assert two.get_secret_value() == f"{good} {good}"


# --- A secret in a file of its own -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "secret", "read"),
    [
        ("watchdog_url", SECRET, SECRET),
        ("database_url", "postgresql://w:pw@db/wakeful", "postgresql+psycopg://w:pw@db/wakeful"),
        ("kafka_sasl_password", "pass word", "pass word"),
    ],
)
def test_a_secret_may_lie_in_a_file_that_the_environment_or_the_settings_file_names(
    field: str, secret: str, read: str
) -> None:
    file(f"{secret}\n", "secret")
    named = Settings.read({f"WAKEFUL_{field.upper()}_FILE": "secret"})
    assert getattr(named, field).get_secret_value() == read
    file(f'{field}_file = "secret"')
    assert getattr(Settings.read({}), field).get_secret_value() == read


def test_every_secret_may_lie_in_a_file_and_nothing_else_may() -> None:
    secrets = {
        field
        for field, info in Settings.model_fields.items()
        if "SecretStr" in str(info.annotation)  # as pydantic keeps what hides its value
    }
    assert secrets == set(SECRET_FILES.values())
    assert unknown({"WAKEFUL_DATABASE_URL_FILE": "x", "WAKEFUL_PORT_FILE": "x"}) == [
        ("WAKEFUL_PORT_FILE", "WAKEFUL_PORT")
    ]


def test_the_environments_file_goes_before_what_the_settings_file_says() -> None:
    file("https://one.invalid", "one")
    file('watchdog_url = "https://two.invalid"')
    settings = Settings.read({"WAKEFUL_WATCHDOG_URL_FILE": "one"})
    assert settings.watchdog_url is not None
    assert settings.watchdog_url.get_secret_value() == "https://one.invalid"


def test_a_secret_and_its_file_are_not_both_set_in_one_place() -> None:
    file(SECRET, "secret")
    both = {"WAKEFUL_WATCHDOG_URL": SECRET, "WAKEFUL_WATCHDOG_URL_FILE": "secret"}
    wrong(both, "WAKEFUL_WATCHDOG_URL and WAKEFUL_WATCHDOG_URL_FILE are both set", "leave one")
    file(f'watchdog_url = "{SECRET}"\nwatchdog_url_file = "secret"')
    wrong({}, "both set in wakeful.toml")


def test_a_secrets_file_that_is_not_there_or_holds_no_line_or_several_is_named_with_the_remedy() -> None:
    wrong({"WAKEFUL_DATABASE_URL_FILE": "gone"}, "WAKEFUL_DATABASE_URL_FILE", "'gone'", "mend the path")
    file(" \n", "empty")
    wrong({"WAKEFUL_DATABASE_URL_FILE": "empty"}, "'empty'", "not one line", "write the secret into it")
    file(f"{SECRET}\n{SECRET}\n", "two")
    wrong({"WAKEFUL_WATCHDOG_URL_FILE": "two"}, "'two'", "not one line")
    Path("binary").write_bytes(b"\xff\xfe")
    wrong({"WAKEFUL_WATCHDOG_URL_FILE": "binary"}, "'binary'", "no text")
    file('watchdog_url_file = "gone"')
    wrong({}, "WAKEFUL_WATCHDOG_URL_FILE", "'gone' in wakeful.toml")


def test_a_secret_from_a_file_is_shown_by_the_files_path_alone() -> None:
    file(SECRET, "secret")
    environment = {"WAKEFUL_WATCHDOG_URL_FILE": "secret"}
    shown = {each.name: each[1:] for each in describe(Settings.read(environment), environment)}
    assert shown["WAKEFUL_WATCHDOG_URL"] == ("set (hidden)", "secret")
    assert "WAKEFUL_WATCHDOG_URL_FILE" not in shown


def test_a_secret_in_a_file_that_cannot_be_used_is_hidden_and_its_file_is_named() -> None:
    file("mysql://w:4f1c@db/wakeful", "secret")
    with pytest.raises(SettingsWrong, match="WAKEFUL_DATABASE_URL is hidden in secret: ") as raised:
        Settings.read({"WAKEFUL_DATABASE_URL_FILE": "secret"})
    assert "4f1c" not in str(raised.value)


# --- What is shown -----------------------------------------------------------------------------------------------


def test_every_setting_is_shown_with_where_it_comes_from() -> None:
    file('port = 8001\nhost = "::1"')
    environment = {"WAKEFUL_PORT": "8002", "WAKEFUL_BLIND_AFTER": "PT90S", "WAKEFUL_DATA": " "}
    shown = {each.name: each[1:] for each in describe(Settings.read(environment), environment)}
    assert shown["WAKEFUL_PORT"] == ("8002", "environment")
    assert shown["WAKEFUL_HOST"] == ("::1", "wakeful.toml")
    assert shown["WAKEFUL_BLIND_AFTER"] == ("PT1M30S", "environment")
    assert shown["WAKEFUL_DATA"] == ("data", "default")
    assert shown["WAKEFUL_PUBLIC_URL"] == ("not set", "default")
    assert set(shown) == {f"WAKEFUL_{field.upper()}" for field in Settings.model_fields}


def test_a_secret_is_shown_nowhere() -> None:
    environment = {"WAKEFUL_WATCHDOG_URL": SECRET}
    settings = Settings.read(environment)
    assert settings.watchdog_url is not None
    assert settings.watchdog_url.get_secret_value() == SECRET
    told = repr(settings) + str(describe(settings, environment))
    assert "set (hidden)" in told
    assert "4f1c" not in told


@pytest.mark.parametrize(
    "value", [f'["{SECRET}"]', '"watchdog.invalid/4f1c"', '"ftp://watchdog.invalid/4f1c"']
)
def test_a_secret_that_cannot_be_used_is_hidden_in_the_error_and_in_its_cause(value: str) -> None:
    file(f"watchdog_url = {value}")
    with pytest.raises(SettingsWrong, match="WAKEFUL_WATCHDOG_URL is hidden") as raised:
        Settings.read({})
    assert "4f1c" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
