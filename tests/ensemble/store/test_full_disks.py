"""Disks that are full at ten sizes: nothing half is left, inputs stay, and it is told in a line."""

import os
import sys
from contextlib import contextmanager

import pytest

from bvsim.cli.errors import BAD_INPUT, explain
from writers import (
    ACTIONS,
    AGAIN,
    ALSO,
    INPUTS,
    assert_sound,
    contents,
    furnish,
    furnished,
    left_over,
    tables,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs limits on the size of files"),
]
SIZES = 10
NIGHT = "BVSIM_NIGHTLY" in os.environ


@contextmanager
def room_for(size):
    """Let files grow to a size, as if the disk had no more room."""
    import resource

    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return furnish(tmp_path_factory.mktemp("before"))


@pytest.mark.parametrize("action", ACTIONS | ALSO)
def test_a_disk_that_is_full_at_ten_sizes(before, tmp_path, action):
    work, again = (ACTIONS | ALSO)[action], (AGAIN | ALSO)[action]
    whole = furnished(before, tmp_path / "whole", action)
    inputs = {name: contents(whole / name) for name in INPUTS}
    work(whole)
    largest = max(len(data) for data in contents(whole / "out").values())
    for tenth in range(0, SIZES, 1 if action in ACTIONS or NIGHT else 4):
        place = furnished(before, tmp_path / f"tenth-{tenth}", action)
        with room_for(largest * tenth // SIZES), pytest.raises((OSError, ValueError)) as told:
            work(place)
        lines, code = explain(told.value)
        assert (len(lines), code) == (1, BAD_INPUT), lines
        assert {name: contents(place / name) for name in inputs} == inputs
        assert_sound(place, whole, action)
        assert not left_over(place)
    again(place)
    assert tables(place / "out") == tables(whole / "out")
