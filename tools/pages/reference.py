"""The reference pages that are written from the code: commands, key figures, tables, schema.

    python -m pages.reference [DOCS]

writes them below `DOCS/reference` (`docs/reference` by default); a test holds that the pages
in the repository are those that this makes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from bvsim.cli.tasks import EXAMPLES
from bvsim.show.export.dictionary import ROW_KEYS, recorded_columns
from bvsim.valley.cells.causes import CAUSES
from bvsim.valley.record.kpis import KPIS

WRITTEN = "<!-- written by: python -m pages.reference -->"

COMMANDS_HEAD = """\
`bvsim COMMAND --help` says the same on the terminal. SCENARIO is a path, or the bare name of a
shipped scenario, such as `reference`. RUN is a run folder.

`--json` prints one JSON object on standard output and nothing else there. Progress and logs go
to standard error: a bar on a terminal, plain lines elsewhere. Tables fit the terminal: where it is
narrow, columns leave and are named below. `NO_COLOR` switches colours off.

The shell completes commands, options and names of scenarios after one line in its start-up file:

| shell | line |
| --- | --- |
| bash, `~/.bashrc` | `eval "$(_BVSIM_COMPLETE=bash_source bvsim)"` |
| zsh, `~/.zshrc` | `eval "$(_BVSIM_COMPLETE=zsh_source bvsim)"` |
| fish, `~/.config/fish/completions/bvsim.fish` | `_BVSIM_COMPLETE=fish_source bvsim \\| source` |

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | a check failed, or some replications failed |
| 2 | bad input: one line per error |
| 130 | interrupted (Ctrl-C, SIGTERM, a closed terminal); what was finished is kept |
| 141 | who read the output left, as `\\| head` does |
"""

KEY_FIGURES_HEAD = """\
One column each in `kpis.parquet`, for each year Y of `--years` (2026, 2030, 2035, 2040), for
the valley, and per site, plant, recycler or block as `NAME.ENTITY`. N is a number of GWh.
"""

TABLES_HEAD = """\
Columns of the tables of a [run folder](run-folder.md), in alphabetical order. A *flow* adds up
over the months of a year; a *stock* is the value of the last day. A quantity is empty where it
is not the entity's. `bvsim export RUN --to csv` writes this dictionary beside the tables. Where
a column means different things for different entities, each meaning is given.
"""

SCHEMA_HEAD = """\
The fields of [model files](model-files.md), section by section. A *figure* is a number or a
distribution with unit, source and confidence; the unit stands beside it. Collections are
mappings from names to entries. `bvsim schema` prints the same as JSON Schema, for editors.
"""


def pages() -> dict[str, str]:
    """Return the text of each page by file name."""
    return {
        "commands.md": _page("Commands", COMMANDS_HEAD, _commands()),
        "key-figures.md": _page("Key figures", KEY_FIGURES_HEAD, _key_figures()),
        "tables.md": _page("Tables", TABLES_HEAD, _tables()),
        "schema.md": _page("Schema of model files", SCHEMA_HEAD, _schema()),
    }


def write_pages(folder: Path) -> list[Path]:
    """Write the pages into a folder and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written


def _page(title: str, head: str, lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    return f"# {title}\n\n{WRITTEN}\n\n{head}\n{body}".rstrip() + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _header(*names: str) -> list[str]:
    return [_row(*names), _row(*["---"] * len(names))]


def _commands() -> Iterator[str]:
    from bvsim.cli import main  # the command line is described, not used

    context = click.Context(main, info_name="bvsim")
    yield from _header("task", "command", "does")
    for task, names in main.by_task().items():
        for name in names:
            help_text = (main.commands[name].help or "").split("\n\n")[0]
            yield _row(task, f"[`bvsim {name}`](#bvsim-{name})", help_text)
    for name in main.list_commands(context):
        yield from _command(main.commands[name], click.Context(main.commands[name], context, name))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"\n## bvsim {context.info_name}\n"
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"    bvsim {context.info_name} {usage}\n"
    yield from ("\n\n".join(" ".join(p.split()) for p in (command.help or "").split("\n\n")), "")
    if context.info_name in EXAMPLES:
        yield f"    $ {EXAMPLES[context.info_name]}\n"
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if not options:
        return
    yield from _header("option", "means")
    for option in options:
        record = option.get_help_record(context)
        if record:
            yield _row(f"`{record[0]}`", record[1].replace("[", "\\["))


def _key_figures() -> Iterator[str]:
    yield from _header("name", "unit", "meaning")
    for kpi in KPIS:
        yield _row(f"`{kpi.name}`", kpi.unit, kpi.meaning)
    yield "\n## Causes of the ledger\n"
    yield "Names in `lost_CAUSE_gwh`, `weeks_CAUSE`, and of bottlenecks.\n"
    yield from _header("cause", "written", "meaning")
    for name, cause in CAUSES.items():
        if any(cause.meaning):
            yield _row(f"`{name}`", cause.label[0], cause.meaning[0])


def _tables() -> Iterator[str]:
    yield "## What identifies a row\n"
    yield from _header("column", "meaning")
    for name, (_unit, _kind, meaning) in ROW_KEYS.items():
        yield _row(f"`{name}`", meaning)
    yield "\n## Quantities\n"
    yield from _header("column", "unit", "kind", "meaning")
    for entry in recorded_columns().values():
        yield _row(f"`{entry.name}`", entry.unit, entry.kind, entry.meaning)


def _schema() -> Iterator[str]:
    from bvsim.reading.json_schema import schema_json

    schema = json.loads(schema_json())
    parts: dict[str, Any] = schema["$defs"]
    yield "## The model\n"
    yield from _fields(schema, parts)
    for name in sorted(parts):
        if name in ("figure", "distribution") or "properties" not in parts[name]:
            continue
        if not _is_part(parts[name]):
            continue
        yield f"\n## {name}\n"
        about = str(parts[name].get("description", "")).split("\n\n", maxsplit=1)[0]
        yield f"{_cell(about)}\n"
        yield from _fields(parts[name], parts)


def _is_part(definition: dict[str, Any]) -> bool:
    """Tell the data classes of the model from helpers of the figures' grammar."""
    return str(definition.get("title", ""))[:1].isupper()


def _fields(definition: dict[str, Any], parts: dict[str, Any]) -> Iterator[str]:
    required = set(definition.get("required", ()))
    yield from _header("field", "holds", "meaning")
    for name, field in sorted(definition["properties"].items()):
        text = str(field.get("description", ""))
        text = text.removesuffix(f"Unit: {field.get('x-unit')}.").strip()
        holds = _holds(field, parts) + ("" if name in required else " (optional)")
        yield _row(f"`{name}`", holds, text)


def _holds(field: dict[str, Any], parts: dict[str, Any]) -> str:
    """Say in words what a field takes."""
    for key, say in _WORDS.items():
        if field.get(key) not in (None, False, True):
            return say(field[key], parts)
    return str(field.get("format") or field.get("type") or "anything")


def _named(reference: str, parts: dict[str, Any]) -> str:
    name = reference.rsplit("/", maxsplit=1)[-1]
    shown = "properties" in parts.get(name, {}) and _is_part(parts[name])
    return f"[{name}](#{name.lower()})" if shown else name


def _one_of(fields: list[dict[str, Any]], parts: dict[str, Any]) -> str:
    kinds = [_holds(each, parts) for each in fields if each.get("type") != "null"]
    return " or ".join(dict.fromkeys(kinds))


_WORDS: dict[str, Callable[[Any, dict[str, Any]], str]] = {
    "x-unit": lambda unit, _: f"figure, {unit}",
    "$ref": _named,
    "const": lambda value, _: f"`{value}`",
    "enum": lambda values, _: " or ".join(f"`{value}`" for value in values),
    "anyOf": _one_of,
    "oneOf": _one_of,
    "additionalProperties": lambda field, parts: f"mapping to {_holds(field, parts)}",
    "items": lambda field, parts: f"list of {_holds(field, parts)}",
}
"""How each keyword of the schema is said, the most telling first."""


if __name__ == "__main__":
    for made in write_pages(Path(*sys.argv[1:2] or ["docs"]) / "reference"):
        print(made)
