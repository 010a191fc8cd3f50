"""`bvsim list`: what there is, by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from bvsim.cli.options import complete_scenario, echo_json, json_option

if TYPE_CHECKING:
    from bvsim.analysis.catalogue import Item

LISTED = ("scenarios", "levers", "kpis", "figures", "programmes", "sites")
_MOST = 60
"""Lines without a word; more are counted."""


@click.command("list")
@click.argument("kind", type=click.Choice(LISTED))
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option(
    "--scenario",
    default="reference",
    show_default=True,
    shell_complete=complete_scenario,
    help="Of this scenario.",
)
@json_option
def list_items(*, kind: str, words: tuple[str, ...], scenario: str, as_json: bool) -> None:
    """List the scenarios, levers, key figures, figures, programmes or sites that there are.

    WORDs keep what they all stand in. Without a word key figures are named once for all years, and
    those of sites and recyclers are left out.
    """
    from bvsim import reading
    from bvsim.analysis.catalogue import catalogue

    found = catalogue(kind, reading.load(scenario), words)
    if as_json:
        items = [{"name": item.name, "unit": item.unit, "says": item.says} for item in found]
        echo_json({"schema_version": 1, "kind": kind, "items": items})
        return
    _print(kind, found, words)


def _print(kind: str, found: list[Item], words: tuple[str, ...]) -> None:
    from bvsim.cli.frames import frame_table
    from bvsim.cli.terminal import make_console, say

    if not found:
        say(f"No {kind} with {' and '.join(words)}.")
        return
    shown = found if words else list(_folded(kind, found))[:_MOST]
    units = any(item.unit for item in shown) and kind != "figures"
    rows = [(item.name, *([item.unit] if units else []), item.says.rstrip(".")) for item in shown]
    header = ("name", *(["unit"] if units else []), "what it is")
    make_console().print(frame_table("", header, rows))
    if not words and len(shown) < len(found):
        say(
            f"{len(found)} in all: add a word, such as bvsim list {kind} {_HINTS.get(kind, 'WORD')}"
        )


_HINTS = {"kpis": "headcount", "figures": "seats"}
_YEAR = re.compile(r"_20\d\d(?=_|$)")


def _folded(kind: str, found: list[Item]) -> Iterator[Item]:
    """Yield key figures once for all years and without entities; other things as they are."""
    seen: set[str] = set()
    for item in found:
        name = _YEAR.sub("_YEAR", item.name) if kind == "kpis" else item.name
        if not (kind == "kpis" and "." in name) and name not in seen:
            seen.add(name)
            yield replace(item, name=name)
