"""The models of several regions as one, for those who look entities up."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from bvsim.schema.errors import Place, Problem

_BY_NAME = ("sites", "cathode", "recyclers", "basins", "programmes")
"""Kinds of entities; each name is one entity's, in whatever region."""
_Part = TypeVar("_Part")


def merged_model(models: Mapping[str, Any]) -> Any:
    """Return a model with the entities of all regions.

    Figures that are no entity's are those of the first region: it is no model to simulate.
    """
    all_, first = list(models.values()), next(iter(models.values()))
    recycling = [model.recycling for model in all_ if model.recycling is not None]
    return changed(
        first,
        title=" · ".join(model.title for model in all_),
        title_fr=" · ".join(model.title_fr or model.title for model in all_),
        place=None,
        sites=_union(model.sites for model in all_),
        cathode=_union(model.cathode for model in all_),
        sources=_union(model.sources for model in all_),
        plan=_plans([model.plan for model in all_]),
        labour=changed(
            first.labour,
            basins=_union(model.labour.basins for model in all_),
            programmes=_union(model.labour.programmes for model in all_),
        ),
        recycling=(
            recycling
            and changed(recycling[0], recyclers=_union(each.recyclers for each in recycling))
        )
        or None,
    )


def merged_trees(trees: Mapping[str, Any]) -> dict[str, Any]:
    """Return models as files have them with the entities of all regions; there is no map."""
    found: dict[str, Any] = {}
    for tree in trees.values():
        found = _laid_beside(found, tree)
    found.pop("place", None)
    found["title"] = " · ".join(str(tree.get("title", "")) for tree in trees.values())
    names = [str(tree.get("title_fr") or tree.get("title", "")) for tree in trees.values()]
    return {**found, "title_fr": " · ".join(names)}


def _laid_beside(one: Any, other: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one
    both = {key: _laid_beside(one[key], other[key]) for key in one if key in other}
    return {**other, **one, **both}


def clashes(models: Mapping[str, Any], at: Place) -> Iterator[Problem]:
    """Yield entities of one name in two regions, and regions named like an entity."""
    whose: dict[str, str] = dict.fromkeys(models, "the regions")
    for region, model in models.items():
        kinds = (model.sites, model.cathode, model.recyclers)
        labour = (model.labour.basins, model.labour.programmes)
        for name in (name for kind in (*kinds, *labour) for name in kind):
            if name in whose:
                yield Problem(at, "model", f"{name!r} is in {region} and in {whose[name]}")
            whose[name] = region


def changed(part: _Part, **fields: object) -> _Part:
    """Return a copy of a part with other fields, which are checked already."""
    made = copy.copy(part)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def _union(parts: Any) -> dict[str, Any]:
    return {name: each for part in parts for name, each in part.items()}


def _plans(plans: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return plans by name, those of one name with the blocks and jobs of all regions."""
    found: dict[str, Any] = {}
    for name, plan in ((name, plan) for each in plans for name, plan in each.items()):
        old = found.get(name, plan)
        found[name] = changed(old, blocks=old.blocks | plan.blocks, jobs=old.jobs | plan.jobs)
    return found
