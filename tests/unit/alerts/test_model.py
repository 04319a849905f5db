"""The lives of alerts, as the read model keeps them: one night after another."""

from collections.abc import Callable

import pytest

from services.alerts.model import AlertsMonitor
from services.alerts.tables import METADATA
from shared import alerting
from shared.alerting import Resolution
from shared.instants import NEVER, parse_instant
from shared.monitor import HomeFault, Monitor, Row
from shared.store.rows import PARTITION
from shared.topics import RESPONSES
from tests.unit.alerts.story import Story, answered, closed, id_of, missed, worsened

ALERT = missed("2026-03-02T02:00:00Z", "2026-03-02T02:15:00Z", "2026-03-02T02:17:00Z")
ID = id_of(ALERT)


@pytest.fixture
def night() -> Story:
    """P1 of authority C1 and P2 of C2 live in H1, of provider PR1."""
    return Story().to("2026-03-01T20:00:00Z").home().child("P1", "C1").child("P2", "C2")


def test_it_is_a_monitor_and_names_tables_that_exist() -> None:
    monitor: Monitor = AlertsMonitor()
    assert set(monitor.tables) == set(METADATA.tables)


def test_every_table_says_which_home_a_row_is_of_so_that_one_home_can_be_rebuilt() -> None:
    assert all("home_id" in table.c for table in METADATA.tables.values())


def test_a_raised_alert_is_open_and_says_whose_it_is(night: Story) -> None:
    row = night.to("2026-03-02T02:17:01Z").tell(ALERT).alert(ID)
    assert (row["state"], row["level"], row["kind"], row["severity"]) == ("raised", 1, "check_missed", "page")
    assert (row["provider_id"], row["commissioner_id"], row["zone"]) == ("PR1", "C1", "Europe/London")
    assert row["since"] == parse_instant("2026-03-02T02:00:00Z")
    assert row["deadline"] == parse_instant("2026-03-02T02:15:00Z")
    assert row["raised_at"] == row["changed_at"] == parse_instant("2026-03-02T02:17:00Z")


def test_an_alert_lives_through_its_steps_in_order(night: Story) -> None:
    night.to("2026-03-02T02:17:01Z").tell(ALERT).tell(worsened(ALERT, 2, "2026-03-02T02:32:00Z"))
    taken = {"by": "S7", "action": "going up", "until": "2026-03-02T02:45:00.000Z"}
    night.take(answered(ALERT, alerting.ACKNOWLEDGED, "2026-03-02T02:35:00Z", **taken))
    assert (night.alert(ID)["state"], night.alert(ID)["acknowledged_by"]) == ("acknowledged", "S7")
    night.take(answered(ALERT, alerting.REOPENED, "2026-03-02T02:45:00Z"))
    assert (night.alert(ID)["state"], night.alert(ID)["until"], night.alert(ID)["level"]) == (
        "raised",
        None,
        2,
    )
    night.tell(closed(ALERT, "2026-03-02T02:50:00Z"))
    row = night.alert(ID)
    assert (row["state"], row["how"], row["fact_id"]) == ("resolved", "late", "the-check")
    assert row["resolved_at"] == parse_instant("2026-03-02T02:50:00Z")
    assert night.life(ID) == ["raised", "worsened", "acknowledged", "reopened", "resolved"]


def test_positions_grow_by_one_with_each_step_across_homes(night: Story) -> None:
    night.to("2026-03-02T02:17:01Z").home("H2", "PR2").child("P9", "C9", "H2")
    other = missed("2026-03-02T02:00:00Z", "2026-03-02T02:15:00Z", "2026-03-02T02:17:00Z", "P9", "H2")
    night.tell(ALERT).tell(other).tell(closed(ALERT, "2026-03-02T02:20:00Z")).tell(
        closed(other, "2026-03-02T02:21:00Z")
    )
    assert [row["position"] for row in night.rows("alerts_life")] == [1, 2, 3, 4]
    assert night.alert(ID)["position"] == 3


def test_who_is_told_twice_was_told_once(night: Story) -> None:
    night.to("2026-03-02T02:17:01Z").tell(ALERT).tell(ALERT)
    assert night.life(ID) == ["raised"]


def test_what_is_said_of_an_alert_that_is_not_open_changes_nothing(night: Story) -> None:
    night.to("2026-03-02T02:17:01Z").tell(closed(ALERT, "2026-03-02T02:20:00Z"))
    assert night.rows("alerts_alerts") == night.rows("alerts_life") == []
    night.tell(ALERT).tell(closed(ALERT, "2026-03-02T02:20:00Z")).tell(
        worsened(ALERT, 2, "2026-03-02T02:32:00Z")
    )
    assert night.life(ID) == ["raised", "resolved"]
    assert night.alert(ID)["state"] == "resolved"


def test_who_had_an_alert_is_known_from_its_answers_where_that_is_decided_after_it_was_resolved(
    night: Story,
) -> None:
    """What is decided waits for what others tell: so it is read after what came later. It stands in the log at its own
    time; the feed does not take an alert that is over back to somebody's hands."""
    night.to("2026-03-02T02:17:01Z").tell(ALERT).to("2026-03-02T02:20:00Z")
    data = {"alert_id": ID, "by": "S7", "kind": "acknowledge", "action": "going up", "via": "page"}
    night.fact(RESPONSES, "response.given.v1", "H1", data)
    night.to("2026-03-02T02:20:01Z").tell(closed(ALERT, "2026-03-02T02:20:01Z"))
    over = night.alert(ID)
    taken = {"by": "S7", "action": "going up", "until": "2026-03-02T02:30:00.000Z"}
    night.take(answered(ALERT, alerting.ACKNOWLEDGED, "2026-03-02T02:20:00Z", **taken))
    assert night.life(ID) == ["raised", "resolved"]
    assert night.alert(ID) == over
    assert [(row["person_id"], row["outcome"]) for row in night.rows("alerts_pages")] == [
        ("S7", "acknowledged")
    ]


def test_a_level_is_never_taken_back(night: Story) -> None:
    night.to("2026-03-02T02:17:01Z").tell(ALERT).tell(worsened(ALERT, 3, "2026-03-02T02:47:00Z"))
    night.tell(worsened(ALERT, 2, "2026-03-02T02:48:00Z"))
    assert night.alert(ID)["level"] == 3


def test_an_alert_of_the_home_as_a_whole_has_no_commissioner(night: Story) -> None:
    at = parse_instant("2026-03-02T02:00:00Z")
    gap = alerting.raised("cover", "cover_gap", "H1", {}, at, at + 300_000, {"required": 1, "evidenced": 0})
    assert night.to("2026-03-02T02:05:00Z").tell(gap).alert(id_of(gap))["commissioner_id"] is None


def test_an_alert_about_a_worker_with_one_child_is_that_childs(night: Story) -> None:
    at = parse_instant("2026-03-02T02:00:00Z")
    facts = {"placement_id": "P2"}
    overrun = alerting.raised(
        "cover", "observer_overrun", "H1", {"staff_id": "S3"}, at, at + 7_200_000, facts
    )
    assert night.to("2026-03-02T04:00:00Z").tell(overrun).alert(id_of(overrun))["commissioner_id"] == "C2"


def test_an_alert_about_a_child_whom_nobody_knows_is_shown_to_no_commissioner(night: Story) -> None:
    unknown = missed("2026-03-02T02:00:00Z", "2026-03-02T02:15:00Z", "2026-03-02T02:17:00Z", "P77")
    row = night.to("2026-03-02T02:17:01Z").tell(unknown).alert(id_of(unknown))
    assert (row["provider_id"], row["commissioner_id"]) == ("PR1", "")


def test_an_alert_stays_the_authoritys_that_was_responsible_then(night: Story) -> None:
    night.to("2026-03-02T03:00:00Z").left("P1").to("2026-03-02T04:00:00Z").child("P1", "C5")
    night.tell(ALERT)  # the news comes late
    later = missed("2026-03-02T04:00:00Z", "2026-03-02T04:15:00Z", "2026-03-02T04:17:00Z")
    night.to("2026-03-02T04:17:00Z").tell(later)
    assert night.alert(ID)["commissioner_id"] == "C1"
    assert night.alert(id_of(later))["commissioner_id"] == "C5"


def test_a_refused_fact_is_noted_once_and_shown_to_no_commissioner(night: Story) -> None:
    night.to("2026-03-02T09:00:00Z").refused("version_used")
    (row,) = night.rows("alerts_alerts")
    assert (row["kind"], row["severity"], row["state"]) == ("fact_refused", "info", "noted")
    assert row["facts"]["reason"] == "version_used"
    assert (row["provider_id"], row["commissioner_id"]) == ("PR1", "")
    assert [step["step"] for step in night.rows("alerts_life")] == ["noted"]


def test_readers_are_told_whose_children_live_where(night: Story) -> None:
    def who() -> list[str]:
        return [row["commissioner_id"] for row in night.rows("alerts_commissioners")]

    assert who() == ["C1", "C2"]
    night.to("2026-03-02T10:00:00Z").left("P1")
    assert who() == ["C2"]
    night.child("P3", "C3", at="2026-03-03T12:00:00Z")
    assert who() == ["C2"]
    assert night.monitor.next_due() < parse_instant("2026-03-03T12:00:00Z")
    night.to("2026-03-03T12:00:00Z")
    assert who() == ["C2", "C3"]
    assert night.monitor.next_due() == NEVER


def test_a_start_that_was_promised_before_its_home_was_registered_is_kept_after_a_restart_too() -> None:
    first = Story().to("2026-03-01T20:00:00Z").child("P1", "C1", at="2026-03-02T12:00:00Z")
    second = Story()
    second.monitor.restore(_stored(first), first.clock)
    second.to("2026-03-01T21:00:00Z").home().to("2026-03-02T11:59:59.999Z")
    assert second.rows("alerts_commissioners") == []
    third = Story()
    third.monitor.restore(_stored(second), second.clock)
    third.to("2026-03-02T12:00:00Z")
    assert [row["commissioner_id"] for row in third.rows("alerts_commissioners")] == ["C1"]


def test_a_valid_check_ends_an_absence_so_that_the_next_one_is_measured_from_its_own_start(
    night: Story,
) -> None:
    night.to("2026-03-02T08:00:00Z").away("P1", "2026-03-02T16:00:00Z")
    night.to("2026-03-02T12:00:00Z").check("P1", outcome="not_seen")
    assert night.homes.homes["H1"].placements["P1"].away is not None
    night.to("2026-03-02T15:00:00Z").check("P1")
    assert night.homes.homes["H1"].placements["P1"].away is None


def test_a_fault_costs_one_home(night: Story) -> None:
    broken = missed("2026-03-02T02:00:00Z", "2026-03-02T02:15:00Z", "2026-03-02T02:17:00Z")
    del broken.event["data"]["severity"]
    with pytest.raises(HomeFault, match="home H1: KeyError"):
        night.to("2026-03-02T02:17:01Z").tell(broken)
    night.monitor.drop("H1")
    assert "H1" not in night.homes.homes
    night.home("H2", "PR2").child("P9", "C9", "H2")
    other = missed("2026-03-02T02:00:00Z", "2026-03-02T02:15:00Z", "2026-03-02T02:17:00Z", "P9", "H2")
    assert night.tell(other).alert(id_of(other))["state"] == "raised"


def test_a_monitor_restored_at_any_step_goes_on_as_if_it_had_never_stopped() -> None:
    def begin(story: Story) -> None:
        story.to("2026-03-01T20:00:00Z").home().child("P1", "C1").child("P2", "C2", at="2026-03-02T12:00:00Z")

    def end(story: Story) -> None:
        story.to("2026-03-01T21:00:00Z").left("P1").child("P1", "C5")

    steps: list[Callable[[Story], object]] = [
        begin,
        end,
        lambda story: story.to("2026-03-02T02:17:01Z").tell(ALERT),
        lambda story: story.away("P1", "2026-03-02T08:00:00Z"),
        lambda story: story.tell(worsened(ALERT, 2, "2026-03-02T02:32:00Z")),
        lambda story: story.to("2026-03-02T12:00:00Z"),
        lambda story: story.check("P1").refused("lowers_protection"),
        lambda story: story.tell(closed(ALERT, "2026-03-02T12:01:00Z", Resolution.UNREPORTED)),
    ]
    whole = Story()
    for step in steps:
        step(whole)
    for cut in range(1, len(steps)):
        first = Story()
        for step in steps[:cut]:
            step(first)
        second = Story()
        second.tables, second.clock, second._facts = first.tables, first.clock, first._facts
        second.monitor.restore(_stored(first), first.clock)
        for step in steps[cut:]:
            step(second)
        assert second.tables == whole.tables, f"cut after step {cut}"


def _stored(story: Story) -> list[Row]:
    """The rows as `shared.store.rows.load` gives them: table by table, keys apart from the rest."""
    stored = []
    for name in story.monitor.tables:
        keys = [each.name for each in METADATA.tables[name].primary_key if each.name != PARTITION]
        for row in story.rows(name):
            values = {column: value for column, value in row.items() if column not in keys}
            stored.append(Row(name, {key: row[key] for key in keys}, values))
    return stored
