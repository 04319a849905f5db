"""While much is loaded the collector is still; it comes back with the last who loads, also after a fault. Where much
comes and goes it looks seldom."""

import gc

import pytest

from shared.undisturbed import YOUNG, look_seldom, undisturbed


def test_the_collector_comes_back_with_the_last_who_loads() -> None:
    assert gc.isenabled()
    with undisturbed():
        with undisturbed():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_comes_back_after_a_fault() -> None:
    with pytest.raises(ValueError, match="spoilt"), undisturbed():
        raise ValueError("spoilt")
    assert gc.isenabled()


def test_a_collector_that_was_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_process_that_serves_is_looked_through_seldom_and_what_it_has_loaded_not_at_all() -> None:
    before = gc.get_threshold()
    try:
        look_seldom()
        assert gc.isenabled()
        assert gc.get_threshold() == (YOUNG, *before[1:])
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
