"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def read_value(text: str) -> Any:
    """Read a value of `--set` as YAML: a scalar, or a list or mapping in flow style.

    Unlike YAML 1.1, ``1e6`` is a number, and ``on``, ``off``, ``yes`` and ``no`` are words.

    Raises
    ------
    ValueError
        When the text is not YAML.
    """
    import yaml

    stripped = text.strip()
    if _NUMBER.fullmatch(stripped):
        number = float(stripped)
        return int(stripped) if re.fullmatch(r"[+-]?\d+", stripped) else number
    if stripped.lower() in ("on", "off", "yes", "no", "y", "n"):
        return stripped
    try:
        return yaml.safe_load(stripped)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def _read_sets(
    _: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> dict[str, Any]:
    sets: dict[str, Any] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        path = path.strip()
        if not equals or not path or not value.strip():
            raise click.BadParameter(f"{text!r} is not PATH=VALUE", param=parameter)
        if path in sets:
            raise click.BadParameter(f"{path} is set twice", param=parameter)
        try:
            sets[path] = read_value(value)
        except ValueError as error:
            raise click.BadParameter(f"{path}: {error}", param=parameter) from error
    return sets


def _read_years(
    _: click.Context, parameter: click.Parameter, text: str | None
) -> tuple[int, ...] | None:
    if text is None:
        return None
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(re.fullmatch(r"\d{4}", word) for word in words):
        raise click.BadParameter(f"{text!r} is not a list of years such as 2030,2035", param=parameter)
    return tuple(sorted({int(word) for word in words}))


def sets_option(command: F) -> F:
    """Add `--set PATH=VALUE`."""
    return click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="PATH=VALUE",
        callback=_read_sets,
        help="Set a figure, e.g. labour.programmes.btc-douvrin.seats=60 (repeatable; source: user).",
    )(command)


def years_option(command: F) -> F:
    """Add `--years Y,Y`."""
    return click.option(
        "--years",
        metavar="Y,Y",
        callback=_read_years,
        help="Years of the key figures.  [default: 2026,2030,2035,2040]",
    )(command)


def json_option(command: F) -> F:
    """Add `--json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
    )(command)
