"""While much is loaded the collector is still; it comes back with the last who loads, also after a fault."""

import gc

import pytest

from shared.undisturbed import undisturbed


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
