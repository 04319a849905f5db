"""What operations are told of a home's on-call, and when it is another problem than before."""

from services.pager.oncall.problems import problems, same
from shared.instants import DAY, HOUR, parse_instant
from tests.unit.pager.houses import house, override, policy, rota, weekly

NOW = parse_instant("2026-03-02T10:00:00Z")  # a Monday
ALWAYS = weekly("A", "00:00", "00:00")


def test_a_home_with_a_last_resort_and_somebody_on_every_rota_has_no_problem() -> None:
    assert problems(house(rotas=rota("manager", ALWAYS)), NOW) == []


def test_a_home_that_does_not_count_as_watched_says_so_and_what_to_do() -> None:
    (none,) = problems(house(policy=None), NOW)
    (no_resort,) = problems(house(policy=policy(["on_duty"], last_resort=None)), NOW)
    assert (none.subject, no_resort.subject) == ("policy", "policy")
    assert "no on-call policy, so it does not count as watched" in none.detail
    assert "names no last resort, so it does not count as watched" in no_resort.detail
    assert "on_call.policy_set" in none.detail


def test_a_gap_says_which_rota_from_when_to_when_on_the_homes_wall_and_the_remedy() -> None:
    home = house(rotas=rota("manager", weekly("A", "09:00", "09:00", ("mon", "tue", "wed", "thu", "fri"))))
    (gap,) = problems(home, parse_instant("2026-03-27T10:00:00Z"))
    assert gap.begins == parse_instant("2026-03-28T09:00:00Z")
    assert "nobody is on rota manager from Sat 28 Mar, 09:00 to Mon 30 Mar, 09:00" in gap.detail
    assert "once more in the 14 days from now" in gap.detail
    assert "on_call.rota_set" in gap.detail
    assert gap.facts == {
        "rota": "manager",
        "from": "2026-03-28T09:00:00.000Z",
        "to": "2026-03-30T08:00:00.000Z",  # the clocks have changed between
    }


def test_a_rota_that_nobody_wrote_has_nobody_from_now_on() -> None:
    (gap,) = problems(house(), NOW)
    assert (gap.begins, gap.facts) == (None, {"rota": "manager", "from": "2026-03-02T10:00:00.000Z"})
    assert "from now on, for 14 days and more; nobody has written that rota yet" in gap.detail


def test_a_gap_that_comes_first_is_another_problem_and_one_that_has_begun_is_not() -> None:
    weekday = weekly("A", "09:00", "09:00", ("mon", "tue", "wed", "thu", "fri"))
    (weekend,) = problems(house(rotas=rota("manager", weekday)), NOW)
    assert weekend.begins is not None
    (begun,) = problems(house(rotas=rota("manager", weekday)), weekend.begins + HOUR)
    assert same(weekend.begins, begun, weekend.begins + HOUR)
    assert same(None, begun, weekend.begins + 2 * HOUR)
    later = override("manager", "B", weekend.begins, weekend.begins + DAY)
    (moved,) = problems(house(rotas=rota("manager", weekday), overrides=[later]), NOW)
    assert not same(weekend.begins, moved, NOW)
    assert not same(None, moved, NOW)
