"""The rooms of the package: what may import what, read from the imports themselves.

Every import counts, also those inside functions and for type checkers only: an arrow is an arrow.
`python tests/test_rooms.py` prints the table.
"""

import ast
import sys
from collections import defaultdict
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"

HOUSE = (
    "__main__",
    "cli",
    "__init__",
    "show",
    "analysis",
    "ensemble",
    "valley",
    "reading",
    "schema",
    "_lazy",
)
"""The rooms of bvsim from the top down; each may import what stands further right."""

FLOORS = {
    "valley": (
        "valley regions cells cathode people orders returns record projects ground",
        11,
    ),
}


def module_of(path):
    """Return the dotted name of a file."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def exists(name):
    place = SOURCE / name.replace(".", "/")
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def imports_of(text):
    """Yield the modules of bvsim that a text imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.startswith("bvsim"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bvsim"):
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                yield inner if exists(inner) else node.module


def arrows_between(texts):
    """Return module -> the modules that it imports."""
    return {name: set(imports_of(text)) - {name} for name, text in texts.items()}


def all_texts():
    return {module_of(path): path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.py"))}


def room_of(module, inside="bvsim"):
    """Return the room below `inside` in which a module stands: None for modules elsewhere."""
    if module == inside:
        return "__init__"
    if not module.startswith(inside + "."):
        return None
    return module.removeprefix(inside + ".").split(".")[0]


def room_arrows(arrows, inside="bvsim"):
    """Return (from room, to room) -> number of imports."""
    counts = defaultdict(int)
    for module, targets in arrows.items():
        for target in targets:
            one, other = room_of(module, inside), room_of(target, inside)
            if one and other and one != other:
                counts[one, other] += 1
    return dict(counts)


def upward(counts, order):
    """Return the arrows that do not lead further down a list of rooms."""
    floor = {room: number for number, room in enumerate(order)}
    return sorted(pair for pair in counts if floor[pair[0]] >= floor[pair[1]])


def circles(arrows):
    """Return the groups of two or more nodes that reach each other (Tarjan 1972)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in sorted(arrows.get(node, ())):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            group = [stack.pop()]
            while group[-1] != node:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(arrows):
        if node not in index:
            visit(node)
    return found


ARROWS = arrows_between(all_texts())


def rooms_inside(package):
    """Return the rooms at the top of a package, its own `__init__` left out."""
    return sorted({r for m in ARROWS if (r := room_of(m, package)) and r != "__init__"})


def graph_of(counts):
    graph = defaultdict(set)
    for one, other in counts:
        if "__init__" not in (one, other):
            graph[one].add(other)
    return graph


def test_the_house_has_no_arrow_upward():
    assert upward(room_arrows(ARROWS), HOUSE) == []


@pytest.mark.parametrize("room", FLOORS)
def test_inner_rooms_have_no_arrow_upward(room):
    order, most = FLOORS[room][0].split(), FLOORS[room][1]
    inside = f"bvsim.{room}"
    assert sorted(order) == rooms_inside(inside)
    assert len(order) <= most
    assert upward(room_arrows(ARROWS, inside), [*order, "__init__"]) == []


@pytest.mark.parametrize(
    "package",
    [
        "bvsim",
        *sorted(
            module_of(path) for path in SOURCE.rglob("__init__.py") if path.parent.name != "bvsim"
        ),
    ],
)
def test_rooms_of_no_package_import_in_a_circle(package):
    assert circles(graph_of(room_arrows(ARROWS, package))) == []


def test_no_circle_of_files_in_the_whole_package():
    own = {name: {t for t in targets if t != "bvsim"} for name, targets in ARROWS.items()}
    assert circles(own) == []


def test_an_arrow_turned_is_found():
    turned = {**ARROWS, "bvsim.valley.ground.calendar": {"bvsim.valley.cells.gigafactory"}}
    counts = room_arrows(turned, "bvsim.valley")
    assert ("ground", "cells") in upward(counts, FLOORS["valley"][0].split())
    assert circles(graph_of(counts))
    assert circles(turned)


def test_the_picture_names_every_room():
    from pages import architecture

    assert [floor.name for floor in architecture.FLOORS] == [
        r for r in HOUSE if not r.startswith("_")
    ]
    for floor in architecture.FLOORS:
        rooms = {
            r
            for r in rooms_inside(f"bvsim.{floor.name}")
            if (SOURCE / "bvsim" / floor.name / r).is_dir()
        }
        assert set(floor.inner) == rooms, floor.name
    assert (SOURCE.parent / architecture.PICTURE).read_text("utf-8") == architecture.picture()


def print_table(package):
    counts = room_arrows(ARROWS, package)
    rooms = rooms_inside(package)
    print(f"{package}: {len(rooms)} rooms, {len(counts)} arrows")
    for (one, other), number in sorted(counts.items()):
        print(f"  {one:14} -> {other:14} {number}")


if __name__ == "__main__":
    for name in sys.argv[1:] or ["bvsim", *(f"bvsim.{r}" for r in HOUSE if r[0] != "_")]:
        print_table(name)
