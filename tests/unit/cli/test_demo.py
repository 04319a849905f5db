"""The sample night shows what it is there to show, by the rules and not by heart; and it can be read anywhere."""

import io
from collections import Counter

import orjson
import pytest
from rich.console import Console

from shared.alerting import SEVERITY
from shared.home.own_times import Check
from tests.unit.cli.story import wakeful
from wakeful.cli.demo.demo import draw
from wakeful.cli.demo.night import night
from wakeful.cli.demo.story import told_night

SEEDS = range(1, 6)


def drawn(width: int, encoding: str = "utf-8", seed: int = 1) -> str:
    """What a pipe of this width gets."""
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding=encoding), width=width, highlight=False)
    draw(console, told_night(seed))
    console.file.flush()
    return raw.getvalue().decode(encoding)


OF_CHECKS = {
    "check_missed",
    "child_away",
    "child_missing",
    "absence_expired",
    "child_not_found",
    "concern_raised",
}
"""The kinds of DOMAIN.md §3."""


@pytest.mark.parametrize("seed", SEEDS)
def test_every_night_shows_each_kind_of_the_checks_and_how_it_closes(seed: int) -> None:
    told = Counter(
        (step.name, step.alert.kind, step.alert.how)
        for each in told_night(seed).children
        for step in each.steps
        if step.alert.kind in OF_CHECKS
    )
    assert told == {
        ("raised", "check_missed", None): 3,
        ("worsened", "check_missed", None): 1,
        ("resolved", "check_missed", "late"): 2,
        ("resolved", "check_missed", "unreported"): 1,
        ("raised", "child_away", None): 3,
        ("resolved", "child_away", "returned"): 3,
        ("raised", "child_missing", None): 1,
        ("resolved", "child_missing", "returned"): 1,
        ("raised", "absence_expired", None): 1,
        ("resolved", "absence_expired", "returned"): 1,
        ("raised", "child_not_found", None): 1,
        ("resolved", "child_not_found", "late"): 1,
        ("raised", "concern_raised", None): 1,
        ("resolved", "concern_raised", "restored"): 1,
    }


WAYS = {
    "check_missed": {"late", "unreported"},
    "child_not_found": {"late"},
    "concern_raised": {"restored"},
    "child_away": {"returned"},
    "child_missing": {"returned"},
    "absence_expired": {"returned"},
    "cover_gap": {"restored"},
    "one_to_one_gap": {"restored"},
    "observer_overrun": {"restored"},
    "plan_missing": {"restored"},
    "plan_incomplete": {"superseded"},
    "room_ligature_review_overdue": {"reviewed"},
    "ligature_plan_review_overdue": {"reviewed"},
    "suicide_plan_review_overdue": {"reviewed"},
    "suitability_review_overdue": {"reviewed"},
    "ligature_action_overdue": {"restored"},
    "review_due_soon": {"reviewed", "superseded"},
    "anomaly": set(),
}
"""Every kind of DOMAIN.md §3 to §5 and §7, and the facts that close it here: a pattern is closed by people alone."""


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_opens_and_each_but_a_pattern_closes_by_the_fact_that_closes_it(seed: int) -> None:
    assert WAYS.keys() == SEVERITY.keys() - {"home_silent", "pattern_concern"}
    told = told_night(seed)
    kinds: dict[str, str] = {}
    ways: dict[str, set[str]] = {}
    for event in (*told.events, *told.weeks.events):
        data = event["data"]
        kinds.setdefault(data["alert_id"], data.get("kind", ""))
        closed = ways.setdefault(kinds[data["alert_id"]], set())
        if event["type"] == "alert.resolved.v1":
            closed.add(data["how"])
            kinds[data["alert_id"]] += " (closed)"
    assert {kind: how for kind, how in ways.items() if " " not in kind} == WAYS
    assert {kind for kind in kinds.values() if " " not in kind} == {"anomaly"}, "nothing else is left open"


@pytest.mark.parametrize("seed", SEEDS)
def test_cover_is_short_by_a_break_and_by_somebody_of_whom_there_is_no_sign(seed: int) -> None:
    shorts = {each.home.id: [band for band in each.cover if band.short] for each in told_night(seed).homes}
    states = {who.state for bands in shorts.values() for band in bands for who in band.staff}
    assert {home for home, bands in shorts.items() if bands} == {"sample-rowan"}
    assert states == {"awake", "lapsed", "on_break"}


def test_cover_is_drawn_under_a_homes_children_with_what_was_told_of_it() -> None:
    lines = drawn(110).splitlines()
    row = next(n for n, line in enumerate(lines) if line.startswith("2 awake"))
    assert set(lines[row][9:].strip()) == {"▬", "◇", "□"}
    under = lines[row + 1]
    assert lines[row][under.index("▲")] == "□"
    assert lines[row][under.index("2")] == "◇"
    assert lines[row - 1].startswith("rowan-3")


def test_cover_by_somebody_for_one_child_alone_is_drawn_under_that_child() -> None:
    lines = drawn(110).splitlines()
    row = next(n for n, line in enumerate(lines) if line.startswith("larch-1"))
    assert lines[row + 1].split()[0] == "beside"
    assert set(lines[row + 1].split()[1]) == {"▬", "◇"}


def test_the_weeks_around_it_are_told_with_their_days() -> None:
    lines = drawn(110).splitlines()
    assert "The weeks around it" in "".join(lines)
    assert any(line.startswith("Tue 10 Feb, 00:00") and "No agreed plan" in line for line in lines)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_others_have_an_ordinary_night(seed: int) -> None:
    kept = [each.record.compliance.time_share for each in told_night(seed).children]
    assert sorted(share == 1 for share in kept) == [False, False, *[True] * 7]


def test_an_attempt_is_there_and_settles_nothing() -> None:
    checks: list[Check] = [check for each in told_night(1).children for check in each.record.checks]
    assert [check.valid for check in checks if check.fact.data["outcome"] == "not_seen"] == [False]


def test_the_same_seed_is_the_same_bytes_and_another_one_another_night() -> None:
    first, again, other = (wakeful("demo", "--seed", seed).stdout_bytes for seed in ("3", "3", "4"))
    assert first == again != other


def test_it_is_said_first_that_nothing_of_it_is_real() -> None:
    assert "SAMPLE DATA" in wakeful("demo").stdout.splitlines()[1]
    assert all(fact.home_id.startswith("sample-") and fact.subject.startswith("sample-") for fact in night(1))


@pytest.mark.parametrize("width", [40, 80, 140])
def test_it_fits_into_the_terminal(width: int) -> None:
    assert max(map(len, drawn(width).splitlines())) <= width


def test_a_pipe_gets_no_colours() -> None:
    assert "\x1b" not in wakeful("demo").stdout


def test_a_terminal_without_unicode_gets_plain_letters() -> None:
    picture = drawn(80, "ascii")
    assert "^ alert raised" in picture
    assert "●" not in picture


def test_under_a_childs_row_stand_the_alerts_that_wake_somebody() -> None:
    lines = drawn(80).splitlines()
    worsened = next(line for line in told_night(1).story if line.kind == "worsened" and "child" in line.about)
    name = worsened.about.removeprefix("sample-child-")
    row = next(n for n, line in enumerate(lines) if line.startswith(name))
    under = lines[row + 1]
    assert under.index("▲") < under.index("2") < under.index("▼")
    assert lines[row][under.index("2")] == "━", "over the ceiling where it worsens"


def test_the_story_is_told_in_the_order_of_time() -> None:
    story = told_night(2).story
    assert [line.at for line in story] == sorted(line.at for line in story)


def test_json_holds_the_same_night() -> None:
    found = orjson.loads(wakeful("demo", "--json", "--seed", "2").stdout)
    assert (found["sample"], found["seed"], len(found["children"])) == (True, 2, 9)
    assert found["alerts"] == [orjson.loads(orjson.dumps(each)) for each in told_night(2).events]
    assert [line["text"] for line in found["story"]] == [line.text for line in told_night(2).story]
    assert [line["text"] for line in found["weeks"]["story"]] == [
        line.text for line in told_night(2).weeks.story
    ]
    assert [each["home_id"] for each in found["cover"]] == ["sample-larch", "sample-rowan", "sample-alder"]


def test_what_is_no_terminal_is_told_at_once_whatever_the_speed() -> None:
    assert wakeful("demo", "--speed", "1").stdout == wakeful("demo").stdout


def test_on_a_terminal_with_a_speed_the_story_comes_before_the_picture_that_gives_it_away() -> None:
    out = io.StringIO()
    draw(Console(file=out, width=80, force_terminal=True), told_night(1), speed=10**9)
    assert out.getvalue().index("Check missed") < out.getvalue().index("alert raised")
