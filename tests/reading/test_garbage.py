import gc

import pytest

from bvsim.reading.garbage import no_search


@no_search()
def fail():
    assert not gc.isenabled()
    raise ValueError("stop")


def test_garbage_is_searched_again_afterwards_also_when_something_fails():
    with pytest.raises(ValueError, match="stop"):
        fail()
    assert gc.isenabled()


def test_who_has_switched_the_search_off_finds_it_off():
    gc.disable()
    try:
        with no_search():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
