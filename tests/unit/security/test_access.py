"""People, tokens, codes and PINs over a real database; time is an argument."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.instants import DAY, HOUR, MINUTE, SECOND
from shared.security import attempts, secrets
from shared.security.access import MIGRATIONS, SCHEMA, Access, Pause, open_engine
from shared.security.memory import Memory
from shared.security.people import Person
from shared.security.rights import HomeRef, Right, Scope
from shared.security.tokens import CLOCK_SLACK, QUEUED_AT_MOST, WORKER_SESSION, Issued, Kind, Standing, Tokens
from shared.store.schema import make_schemas, upgrade
from tests.servers.plugin import Postgres

NOW = 1_774_645_200_000
LARCH = HomeRef("larch", "north")
PIN = "4826"


@pytest.fixture(params=["file", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A file, or a database: what holds in one holds in the other."""
    return (
        tmp_path / "access.sqlite3"
        if request.param == "file"
        else new_access(request.getfixturevalue("postgres"))
    )


def new_access(server: Postgres) -> str:
    """A database of the test's own with an empty schema of people and tokens."""
    url = server.new_database()
    engine = open_engine(url)
    make_schemas(engine, [SCHEMA])
    upgrade(engine, MIGRATIONS, "schema_access")
    engine.dispose()
    return url


@pytest.fixture
def access(where: Path | str) -> Iterator[Access]:
    opened = Access.open(where)
    yield opened
    opened.close()


def person(
    id_: str = "ann", *rights: Right, homes: frozenset[str] | None = None, active: bool = True
) -> Person:
    held = frozenset(rights or (Right.RECORD, Right.READ))
    return Person(id_, f"Sample {id_}", Scope(provider_id="north", homes=homes), held, active=active)


def device(access: Access, home: str = "larch") -> Issued:
    issued = access.enrol(access.new_code(home, NOW), f"of-{home}", NOW)
    assert issued is not None
    return issued


def test_a_person_is_kept_whole_but_for_the_pin(access: Access) -> None:
    ways = ({"channel": "sms", "to": "+44 1632 960001"}, {"channel": "email", "to": "ann@sample.test"})
    put = Person(
        "ann", "Sample Ann", Scope("north", None, frozenset({"larch"})), frozenset({Right.RECORD}), ways
    )
    access.put_person(put, NOW, pin=PIN)
    kept = access.people.get("ann")
    assert kept is not None
    assert kept.has_pin
    assert Person(**{**{f: getattr(kept, f) for f in Person.__slots__}, "has_pin": False}) == put


def test_a_pin_stays_until_another_is_given(access: Access) -> None:
    access.put_person(person(), NOW, pin=PIN)
    before = access.people.pin_hash("ann")
    access.put_person(person(), NOW)
    assert access.people.pin_hash("ann") == before
    access.put_person(person(), NOW, pin="9731")
    assert access.people.pin_hash("ann") != before


def test_a_name_and_a_secret_are_in_no_repr(access: Access) -> None:
    issued = device(access)
    assert "Sample" not in repr(person())
    assert issued.secret not in repr(issued)


def test_a_token_is_worth_something_from_its_first_instant_to_before_its_last(access: Access) -> None:
    token = access.tokens.issue_system("rota", frozenset(), Scope(), NOW, life=HOUR).token
    worth = [token.standing(at) for at in (NOW - 1, NOW, NOW + HOUR - 1, NOW + HOUR)]
    assert worth == [Standing.NOT_YET, Standing.GOOD, Standing.GOOD, Standing.EXPIRED]


def test_a_workers_token_vouches_for_what_was_entered_while_it_was_good(access: Access) -> None:
    token = access.tokens.issue_worker("ann", frozenset(Right), device(access).token, NOW).token
    end = NOW + WORKER_SESSION
    arrival = end + 3 * DAY
    assert token.vouches_for(NOW - CLOCK_SLACK - 1, arrival) is Standing.NOT_YET
    assert token.vouches_for(NOW - CLOCK_SLACK, arrival) is Standing.GOOD
    assert token.vouches_for(end + CLOCK_SLACK - 1, arrival) is Standing.GOOD
    assert token.vouches_for(end + CLOCK_SLACK, arrival) is Standing.EXPIRED
    assert token.vouches_for(NOW, end + QUEUED_AT_MOST - 1) is Standing.GOOD
    assert token.vouches_for(NOW, end + QUEUED_AT_MOST) is Standing.EXPIRED


def test_a_workers_token_that_was_ended_vouches_for_what_was_entered_before(access: Access) -> None:
    issued = access.tokens.issue_worker("ann", frozenset(Right), device(access).token, NOW)
    access.tokens.revoke(issued.token.id, NOW + HOUR)
    token = access.tokens.find(issued.secret)
    assert token is not None
    assert token.vouches_for(NOW + HOUR - 1, NOW + 2 * HOUR) is Standing.GOOD
    assert token.vouches_for(NOW + HOUR + CLOCK_SLACK, NOW + 2 * HOUR) is Standing.REVOKED


def test_ending_a_device_ends_the_workers_on_it_at_once(access: Access) -> None:
    issued = device(access)
    worker = access.tokens.issue_worker("ann", frozenset(Right), issued.token, NOW)
    assert access.tokens.find(worker.secret) is not None
    assert access.tokens.revoke(issued.token.id, NOW + 1)
    found = access.tokens.find(worker.secret)
    assert found is not None
    assert found.standing(NOW + 1) is Standing.REVOKED
    assert not access.tokens.revoke(issued.token.id, NOW + 2), "it was ended before"


def test_what_another_process_ends_is_noticed_within_two_seconds(access: Access) -> None:
    ticks = [0]
    here = Tokens(access.engine, lambda: ticks[0])
    issued = access.tokens.issue_system("rota", frozenset(), Scope(), NOW)
    assert here.find(issued.secret) is not None
    access.tokens.revoke(issued.token.id, NOW)
    ticks[0] = 2 * SECOND
    found = here.find(issued.secret)
    assert found is not None
    assert found.revoked_at == NOW


def test_a_memory_keeps_nothing_that_was_forgotten_while_it_was_looked_up() -> None:
    memory: Memory[str] = Memory(lambda: 0)

    def look() -> str:
        memory.forget()
        return "old"

    assert memory.look_up("x", look) == "old"
    assert memory.get("x") is None


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        (person("ann", Right.RECORD), True),
        (person("ann", homes=frozenset({"birch"})), True),
        (person("ann", active=False), True),
        (person("ann", Right.RECORD, Right.READ, Right.RESPOND), False),
        (person("ann"), False),
    ],
)
def test_whoever_loses_something_is_signed_out_and_whoever_gains_is_not(
    access: Access, change: Person, ends: bool
) -> None:
    access.put_person(person(), NOW, pin=PIN)
    issued = access.sign_in(device(access).token, LARCH, "ann", PIN, NOW)
    assert isinstance(issued, Issued)
    access.put_person(change, NOW + HOUR)
    token = access.tokens.find(issued.secret)
    assert token is not None
    assert (token.revoked_at == NOW + HOUR) is ends


def test_a_worker_on_a_device_holds_of_their_rights_what_a_device_may(access: Access) -> None:
    access.put_person(person("mia", *Right), NOW, pin=PIN)
    issued = access.sign_in(device(access).token, LARCH, "mia", PIN, NOW)
    assert isinstance(issued, Issued)
    assert issued.token.actor.rights == {Right.RECORD, Right.RESPOND, Right.READ}
    assert issued.token.actor.home_id == "larch"


def test_nobody_signs_in_in_a_home_that_is_not_theirs(access: Access) -> None:
    access.put_person(person("ann", homes=frozenset({"birch"})), NOW, pin=PIN)
    assert access.sign_in(device(access).token, LARCH, "ann", PIN, NOW) is None


def test_pauses_grow_from_half_a_minute_to_a_quarter_of_an_hour() -> None:
    grown = [attempts.pause(failures, 3) // SECOND for failures in range(3, 12)]
    assert grown == [0, 30, 60, 120, 240, 480, 900, 900, 900]


def test_a_pause_outlives_a_restart(access: Access, where: Path | str) -> None:
    access.put_person(person(), NOW, pin=PIN)
    token = device(access).token
    for _ in range(4):
        assert access.sign_in(token, LARCH, "ann", "1212", NOW) is None
    again = Access.open(where)
    assert isinstance(again.sign_in(token, LARCH, "ann", PIN, NOW), Pause)
    again.close()


def test_whoever_knows_his_own_pin_does_not_clear_the_way_to_anothers(access: Access) -> None:
    access.put_person(person("eve"), NOW, pin=PIN)
    token = device(access).token
    tried = 0
    while not isinstance(access.sign_in(token, LARCH, f"worker-{tried}", "1212", NOW), Pause):
        tried += 1
        if tried % 2:
            access.sign_in(token, LARCH, "eve", PIN, NOW)
    assert tried == attempts.FREE_WIDE + 1


@pytest.mark.parametrize(
    "pin", ["0000", "1234", "4321", "12345678", "123", "1234567890123", "12a4", "", "١٢٣٥"]
)
def test_a_pin_that_anybody_would_try_is_refused(pin: str) -> None:
    assert secrets.weakness(pin) is not None


def test_codes_are_read_however_they_are_typed() -> None:
    code = secrets.new_code()
    typed = code.replace("-", " ").lower()
    assert secrets.code_hash(typed) == secrets.code_hash(code)
    assert len({secrets.new_code() for _ in range(100)}) == 100


def test_tokens_are_listed_without_their_secrets(access: Access) -> None:
    issued = device(access)
    access.tokens.issue_system("rota", frozenset(), Scope(), NOW + 1)
    assert [token.kind for token in access.tokens.all()] == [Kind.DEVICE, Kind.SYSTEM]
    assert access.tokens.all(kind=Kind.DEVICE) == [issued.token]
    assert access.tokens.all(holder="nobody") == []


def test_a_code_is_good_for_its_life_and_no_longer(access: Access) -> None:
    code = access.new_code("larch", NOW, life=MINUTE)
    assert access.enrol(code, "late", NOW + MINUTE) is None
    assert access.enrol(code, "in-time", NOW + MINUTE - 1) is not None


def test_a_hundred_wrong_pins_at_once_are_counted_one_by_one(access: Access) -> None:
    with ThreadPoolExecutor(10) as several:
        guesses = [several.submit(access.attempts.begin, f"d{n % 10}", "ann", NOW) for n in range(100)]
        let_in = sum(not guess.result() for guess in guesses)
    assert let_in == attempts.FREE_WIDE + 1
