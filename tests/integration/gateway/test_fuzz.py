"""A few hundred of the requests that `tests/load/bench_fuzz.py` sends by the hundred thousand: generated from the
document, right ones and wrong ones, by callers of every kind, to a real `wakeful up`."""

import random
import time
from collections.abc import Iterator

import pytest

from tests.integration.house.serving import Up
from tests.load.bench_fuzz import fuzz
from tests.load.fuzzing.world import PLACES, settle


def test_no_request_brings_about_a_fault_or_an_answer_that_is_not_documented_and_no_fact_is_lost() -> None:
    verdict, lost = fuzz(400, 2, random.randrange(1 << 31), processes=1)
    assert verdict.faults == [], verdict.told()
    assert not verdict.undocumented, verdict.told()
    assert lost == set()
    assert verdict.requests == 400


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with Up(tmp_path_factory.mktemp("up")) as up:
        settle(up.client)
        while up.client.get(f"/homes/{PLACES[0]['home_id']}/tonight").status_code != 200:
            time.sleep(0.05)  # until the read model holds them
        yield up


@pytest.mark.parametrize("night_of", ["0001-01-01", "1969-12-31", "2026-03-28", "9999-12-30", "9999-12-31"])
@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", None])
def test_a_night_is_shown_as_it_was_known_and_never_as_it_will_be(
    up: Up, night_of: str, as_of: str | None
) -> None:
    child = PLACES[0]["placement_id"]
    answer = up.client.get(f"/placements/{child}/nights/{night_of}", params={"as_of": as_of} if as_of else {})
    assert answer.status_code in (200, 422), answer.text
