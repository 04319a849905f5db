"""What is gathered while somebody is lacking: no more than what own times can be asked of."""

from random import Random

from services.cover.evidence import Evidence, Record, restored_evidence, restored_record, was_there
from services.cover.standing import HOUSE, Asking
from shared.instants import DAY, HOUR, MINUTE, NEVER
from tests.scenarios.cover_facts import house, off_duty, on_duty, rest
from tests.scenarios.night import Night
from tests.unit.cover.told import facts_of

ASKED = Asking(1, 15 * MINUTE, (), NEVER)


def evidence(*known: int) -> Evidence:
    return Evidence(0, {"W1": [*known]}, [(0, ASKED)])


def test_of_proofs_that_others_stand_for_nothing_is_kept() -> None:
    gathered = evidence(0)
    for minute in range(1, 180, 2):
        gathered.prove("W1", minute * MINUTE)
    assert len(gathered.proofs["W1"]) <= 2 + 180 // 14 * 2


def test_what_is_not_kept_is_not_missed() -> None:
    """A worker who is on duty throughout was there by what is kept if and only if by all that was told."""
    rnd = Random(7)
    night = house(Night())
    night.at("21:00").tell(on_duty("W1"))
    record = Record()
    for fact in facts_of(night)[-1:]:
        record.tell(fact, 0)
    outcomes = set()
    for _ in range(300):
        moments = sorted(rnd.choices(range(60), k=rnd.randint(1, 12)))
        told = [minute * MINUTE for minute in moments]
        rnd.shuffle(told)
        gathered = evidence(0)
        for moment in told:
            gathered.prove("W1", moment)
        whole = Evidence(0, {"W1": sorted([0, *told])}, [(0, ASKED)])
        now = max(told) + 10 * MINUTE
        outcomes.add(was_there(record, whole, HOUSE, 0, now))
        assert was_there(record, gathered, HOUSE, 0, now) == was_there(record, whole, HOUSE, 0, now)
    assert outcomes == {True, False}


def test_a_proof_from_before_that_another_has_overtaken_is_not_kept() -> None:
    gathered = Evidence(HOUR, {"W1": [HOUR - MINUTE]}, [(HOUR, ASKED)])
    gathered.prove("W1", HOUR - 2 * MINUTE)
    assert gathered.proofs == {"W1": [HOUR - MINUTE]}


def test_what_stands_as_before_is_no_further_step() -> None:
    gathered = evidence(0)
    gathered.stands(MINUTE, ASKED._replace(until=HOUR))
    gathered.stands(2 * MINUTE, ASKED._replace(staff=2))
    assert [at for at, _ in gathered.asked] == [0, 2 * MINUTE]


def test_both_come_back_from_rest() -> None:
    night = house(Night())
    night.at("21:00").tell(on_duty("W1"), on_duty("W2"), rest("W1", relief="W2"))
    record = Record()
    for fact in facts_of(night)[-3:]:
        record.tell(fact, fact.observed_at)
    assert restored_record(record.state()).state() == record.state()
    assert list(restored_record(record.state()).relieved(NEVER)) == list(record.relieved(NEVER)) != []
    gathered = evidence(0, HOUR)
    assert restored_evidence(gathered.state()).state() == gathered.state()


def test_old_moves_are_one_state_and_those_named_for_old_breaks_are_forgotten() -> None:
    night = house(Night())
    night.at("21:00").tell(on_duty("W1"), on_duty("W2"), rest("W1", relief="W2"))
    night.at("2026-03-03 22:00").tell(off_duty("W2"))
    record = Record()
    for fact in facts_of(night)[-4:]:
        record.tell(fact, fact.observed_at)
    last = facts_of(night)[-1].appended_at
    record.forget(last - DAY // 2)
    assert record.named == ()
    assert [move.kind for move, _ in record.moves.walk(NEVER)] == ["cover.ended.v1"]
    assert record.moves.at(last - 1).keys() == {"W1", "W2"}
