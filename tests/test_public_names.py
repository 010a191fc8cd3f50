"""Each room exports its public names, free until they are used; the docs name no deeper one."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("bvsim", "bvsim.ensemble", "bvsim.analysis", "bvsim.reading", "bvsim.show")
HEAVY = {"numpy", "pandas", "pyarrow", "scipy", "matplotlib", "simpy", "pydantic", "rich", "yaml"}
READ = [
    path
    for path in sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("notebooks/*"), *ROOT.glob("*.md")])
    if path.suffix in (".md", ".py", ".ipynb")
]
IMPORT = re.compile(r"\b(?:from|import) (bvsim(?:\.\w+)+)(?: import ([\w, ]+))?")
"""What a page tells its reader to import."""


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_there(room):
    module = importlib.import_module(room)
    assert len(module.__all__) > 5
    for name in module.__all__:
        assert getattr(module, name) is not None
    assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError, match=f"module '{room}' has no attribute 'nothing'"):
        _ = module.nothing


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_by_itself_loads_nothing_heavy(room):
    code = f"import sys, {room}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


def imported(text):
    """Yield the modules that a text imports from, and the names."""
    for found in IMPORT.finditer(text):
        yield found[1], [name.strip() for name in (found[2] or "").split(",") if name.strip()]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_and_notebooks_name_rooms_and_their_public_names(path):
    timed = r"`import bvsim\.valley\.valley`"  # a row of a table of times
    for module, names in imported(re.sub(timed, "", path.read_text("utf-8"))):
        assert module in ROOMS
        assert set(names) <= set(importlib.import_module(module).__all__)


def test_a_deeper_import_is_seen():
    assert list(imported("from bvsim.a.b import c, d")) == [("bvsim.a.b", ["c", "d"])]
    assert list(imported("    import bvsim.a")) == [("bvsim.a", [])]
