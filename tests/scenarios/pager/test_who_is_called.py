"""*The policy and rota in force when the alert is raised are frozen on it; who is on call is looked up at each step's
instant* (DOMAIN.md §6)."""

from tests.scenarios.pager.paged import OnCallNight

PLAN = "wakeful.plan-changes"


def test_the_rota_is_asked_when_the_step_is_told_not_when_the_alert_was_raised(paging: OnCallNight) -> None:
    spells = [
        {"person_id": "A", "from": paging.text("18:00"), "to": paging.text("22:20")},
        {"person_id": "B", "from": paging.text("22:20"), "to": paging.text("09:00")},
    ]
    paging.fact(PLAN, "on_call.rota_set.v1", {"rota": "manager", "entries": spells})
    paging.policy(["on_duty"], ["rota:manager"])
    paging.until("22:17").missed()
    paging.until("22:22").expect("22:17", "W1").expect("22:20", "B")


def test_the_last_instant_of_a_duty_is_the_next_persons(paging: OnCallNight) -> None:
    spells = [
        {"person_id": "A", "from": paging.text("18:00"), "to": paging.text("22:20:00.001")},
        {"person_id": "B", "from": paging.text("22:20:00.001"), "to": paging.text("09:00")},
    ]
    paging.fact(PLAN, "on_call.rota_set.v1", {"rota": "manager", "entries": spells})
    paging.policy(["on_duty"], ["rota:manager"])
    paging.until("22:17").missed()
    paging.until("22:22").expect("22:17", "W1").expect("22:20", "A")


def test_whoever_fell_ill_after_the_alert_was_raised_is_not_called(paging: OnCallNight) -> None:
    paging.rota("manager", "A").policy(["on_duty"], ["rota:manager"])
    paging.until("22:17").missed()
    paging.until("22:18").override("manager", "C", "22:00", "09:00")
    paging.until("22:22").expect("22:17", "W1").expect("22:20", "C")


def test_of_two_overrides_the_one_told_last_holds(paging: OnCallNight) -> None:
    paging.rota("manager", "A").policy(["on_duty"], ["rota:manager"])
    paging.override("manager", "C", "22:00", "23:00").until("21:00").override(
        "manager", "D", "21:30", "22:30"
    )
    paging.until("22:17").missed()
    paging.until("22:22").expect("22:17", "W1").expect("22:20", "D")


def test_an_override_that_is_promised_holds_from_then_on(paging: OnCallNight) -> None:
    paging.rota("manager", "A").policy(["on_duty"], ["rota:manager"], ["rota:manager"])
    paging.override("manager", "C", "22:00", "23:00", time="22:22")
    paging.until("22:17").missed()
    paging.until("22:24").expect("22:17", "W1").expect("22:20", "A").expect("22:23", "C")


def test_a_policy_that_is_replaced_leaves_the_chains_that_have_begun(paging: OnCallNight) -> None:
    paging.policy(["on_duty"], ["A"], ["B"])
    paging.until("22:17").missed()
    paging.until("22:18").policy(["X"])
    paging.until("22:24").expect("22:17", "W1").expect("22:20", "A").expect("22:23", "B")
    other = paging.raised("concern_raised")
    paging.until("22:25").expect("22:24", "X", "commissioner:C1").resolved(other)


def test_a_policy_that_was_told_for_later_is_not_the_alerts_of_before(paging: OnCallNight) -> None:
    paging.policy(["A"]).policy(["B"], time="22:17:01")
    paging.until("22:17").missed()
    paging.until("22:18").raised("concern_raised")
    paging.until("22:19").expect("22:17", "A").expect("22:18", "B", "commissioner:C1")


def test_a_rota_that_is_written_anew_leaves_the_chains_that_have_begun(paging: OnCallNight) -> None:
    paging.rota("manager", "A").policy(["on_duty"], ["rota:manager"])
    paging.until("22:17").missed()
    paging.until("22:18").rota("manager", "B")
    paging.until("22:22").expect("22:17", "W1").expect("22:20", "A")


def test_a_rota_with_nobody_moves_on_at_once(paging: OnCallNight) -> None:
    paging.rota("deputy", "D").policy(["rota:manager"], ["rota:deputy"])
    paging.until("22:17").missed()
    paging.until("22:18").expect("22:17", "D")


def test_whoever_signed_in_since_is_called_at_the_next_step(paging: OnCallNight) -> None:
    paging.policy(["on_duty"], ["on_duty"])
    paging.until("22:17").missed()
    paging.until("22:18").shift("W2").until("22:21").expect("22:17", "W1").expect("22:20", "W1", "W2")


def test_the_commissioner_is_the_one_whose_child_it_was_when_it_was_raised(paging: OnCallNight) -> None:
    paging.policy(["on_duty"], ["commissioner"])
    paging.until("22:17").missed()
    paging.until("22:18").left("P1").until("22:19").child("P1", "C2")
    paging.until("22:21").expect("22:17", "W1").expect("22:20", "commissioner:C1")


def test_what_was_raised_in_a_blind_stretch_waits_a_minute_and_is_skipped_if_the_phones_resolve_it(
    paging: OnCallNight,
) -> None:
    paging.policy(["on_duty"])
    paging.dies = False
    paging.until("22:00").jump("22:20").clock += 2_000
    resolved = paging.missed(at="22:15")
    stays = paging.raised("child_not_found", at="22:16")
    paging.until("22:20:30").resolved(resolved)
    paging.until("22:22").expect("22:21", "W1").resolved(stays)
