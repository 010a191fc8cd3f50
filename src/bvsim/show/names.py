"""What plants and sites are called, from the scenario that a run holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from bvsim.analysis.tables import RunLike, once
from bvsim.reading.merged import merged_trees
from bvsim.reading.yaml_tree import read_file

_ACTORS = (("sites",), ("cathode",), ("recycling", "recyclers"))


def name_of(run: RunLike, entity: str) -> str:
    """Return what an entity is called: ``Alpha Works, block 2``; its id if nothing says."""
    actor, _, part = entity.partition(".")
    name = titles_of(run).get(actor, actor)
    return f"{name}, {part.replace('-', ' ')}" if part else name


def scenario_of(run: RunLike) -> Any:
    """Return a run's scenario; None where this version finds or reads none."""
    return once(run, "scenario", lambda: _scenario(run.folder / "scenario.yaml"))


def _scenario(path: Path) -> Any:
    from bvsim import reading

    if not path.is_file():
        return None
    try:
        return reading.load(path)
    except reading.SpecError:
        return None


def titles_of(run: RunLike) -> Mapping[str, str]:
    """Return the short title of each site, cathode plant and recycler, by id."""
    model = model_of(run)
    actors = {name: each for keys in _ACTORS for name, each in _part(model, keys).items()}
    titled = {name: str(_part(each, ()).get("title") or name) for name, each in actors.items()}
    return {name: short_title(title) for name, title in titled.items()}


def model_of(run: RunLike) -> Mapping[str, object]:
    """Return the model that a run holds, as it is written; empty where there is none."""
    path = run.folder / "scenario.yaml"
    return _model(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=8)
def _model(path: Path, _changed: int) -> Mapping[str, object]:
    node, _ = read_file(path)  # the same text is parsed once, whoever else loads it
    model = _part(node.plain() if node is not None else None, ("model",))
    regions = model.get("regions")
    return merged_trees(regions) if isinstance(regions, dict) else model


def _part(tree: object, keys: tuple[str, ...]) -> dict[str, object]:
    """Return the mapping at a path of a tree; empty where there is none."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def short_title(title: str) -> str:
    """Leave shareholders and place out of a title."""
    return title.partition(" (")[0].partition(",")[0]
