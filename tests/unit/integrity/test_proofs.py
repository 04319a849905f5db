"""Which of a home's last checks were manual, and whose."""

from array import array
from random import Random

from services.integrity import proofs


def test_a_workers_last_fifty_are_known_once_there_are_fifty() -> None:
    bits = proofs.begun()
    for _ in range(49):
        bits = proofs.with_one_more(bits, True)
    assert proofs.manual_of(bits) is None
    bits = proofs.with_one_more(bits, False)
    assert proofs.manual_of(bits) == 49
    for _ in range(49):
        bits = proofs.with_one_more(bits, False)
    assert proofs.manual_of(bits) == 1 - 1
    assert proofs.manual_of(proofs.with_one_more(bits, True)) == 1


def test_the_others_last_two_hundred_are_counted_and_no_more() -> None:
    codes = array(
        "H", [proofs.code(1, True)] * 30 + [proofs.code(1, False)] * 160 + [proofs.code(2, True)] * 500
    )
    assert proofs.others_manual(codes, 2, 40) is None
    codes[:0] = array("H", [proofs.code(3, True)] * 20)
    assert proofs.others_manual(codes, 2, 40) == 40
    assert proofs.others_manual(codes, 2, 39) is None


def test_what_is_tidied_away_is_nobodys_last_two_hundred() -> None:
    rnd = Random(3)
    for _ in range(60):
        workers = rnd.choices(range(5), [rnd.random() ** 4 + 0.001 for _ in range(5)], k=1500)
        codes = array("H", [proofs.code(worker, rnd.random() < 0.1) for worker in workers])
        tidied = proofs.tidied(codes)
        assert len(tidied) <= 5 * 200
        for worker in range(6):
            assert proofs.others_manual(codes, worker, 40) == proofs.others_manual(tidied, worker, 40)


def test_there_is_room_for_any_number_of_workers() -> None:
    codes = array("B", [proofs.code(127, True)])
    assert proofs.roomy(codes, 127) is codes
    roomy = proofs.roomy(codes, 128)
    roomy.append(proofs.code(128, True))
    assert list(proofs.restored(list(roomy))) == [255, 257]
    assert proofs.restored([255]).typecode == "B"
