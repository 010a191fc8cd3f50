"""Two made-up regions in one market: toyland twice, under other names, over a shared folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TOYLAND = ROOT / "tests" / "data" / "toyland"
REGIONS = ("east", "west")
_NAMES = ("red-works", "blue-mill", "north-shore", "south-hill", "bay-school")
_SHARED = ("path", "deviation", "export", "co2_steps", "level", "lfp", "open_market", "transferred")
_HEADER = """\
name: {name}
story: Toyland, once or more.
model: {model}
as_of: 2023-12-31
plan_as_of: 2023-12-31
start: 2023-01-01
end: 2030-12-31
"""


def write_regions(folder: Path, regions: tuple[str, ...] = REGIONS) -> Path:
    """Write models of regions, and a scenario of each list asked for by `scenario_of`."""
    models = folder / "models"
    shared, own = _demand()
    _write(models / "plain" / "demand.yaml", shared)
    _copy(TOYLAND / "models" / "toyland" / "sources", models / "plain" / "sources", "")
    for region in regions:
        _copy(TOYLAND / "models" / "toyland", models / region, region)
        _write(models / region / "demand.yaml", _renamed(own, region))
        main = models / region / "model.yaml"
        tree = yaml.safe_load(main.read_text("utf-8"))
        common = ROOT / "models" / "common"
        _write(main, tree | {"extends": [str(common), "../plain"], "title": region.title()})
    return folder


def scenario_of(folder: Path, *regions: str, alone: bool = False, more: str = "") -> Path:
    """Write a scenario of regions in one market, or of one region alone; return the file."""
    name = "-".join([*regions, "alone"] if alone else regions)
    model = regions[0] if alone else "[" + ", ".join(regions) + "]"
    file = folder / "scenarios" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_HEADER.format(name=name, model=model) + more, "utf-8")
    return file


def _demand() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what toyland says of the market that regions share, and of its own customers."""
    tree = yaml.safe_load((TOYLAND / "models" / "toyland" / "demand.yaml").read_text("utf-8"))
    shared = {key: tree.pop(key) for key in _SHARED if key in tree}
    shared["paths"] = {
        name: {"weight": path.pop("weight"), "export": path.pop("export")}
        for name, path in tree["paths"].items()
    }
    shared["pack"] = {key: tree["pack"].pop(key) for key in ("export_bev", "growth")}
    return shared, tree


def _renamed(tree: dict[str, Any], region: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_with_names(yaml.safe_dump(tree), region))
    found["markets"]["home"] = {"name": region, "title": region.title()}
    return found


def _with_names(text: str, region: str) -> str:
    for name in _NAMES:
        text = text.replace(name, f"{region}-{name}")
    return text


def _copy(source: Path, target: Path, region: str) -> None:
    """Copy the YAML files of a folder, with the names of its entities of a region."""
    for file in sorted(source.rglob("*.yaml")):
        inside = file.relative_to(source)
        if not region or inside.parts[0] not in ("sources", "pages.yaml", "demand.yaml"):
            stem = _with_names(inside.as_posix(), region) if region else inside.as_posix()
            to = target / stem
            to.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_text("utf-8")
            to.write_text(_with_names(text, region) if region else text, "utf-8")


def _write(file: Path, tree: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(tree, sort_keys=False), "utf-8")
