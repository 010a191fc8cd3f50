"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario

MOST_DRAWS = 1_000_000
"""Of a run; a larger number is a slip of the finger, and its plan would fill the memory."""
MOST_WORKERS = 1024
LARGEST_SEED = 2**63 - 1


class Folder(click.Path):
    """A folder of this machine."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return its path; a URL is followed where it may stand."""
        named = self.followed(str(value), param, ctx) if "://" in str(value) else value
        return super().convert(named, param, ctx)

    def followed(self, url: str, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the folder here that stands for a URL."""
        self.fail(f"{url} is a URL, and this is a folder of this machine", param, ctx)


class RunFolder(Folder):
    """The folder of a finished run, or its URL."""

    def followed(self, url: str, *_: object) -> Path:
        """Return a copy of the run."""
        from bvsim.ensemble.store.remote import fetched

        return fetched(url)


class OutFolder(Folder):
    """The folder that a run is made in, or its URL."""

    def followed(self, url: str, *_: object) -> Path:
        """Return the folder here that is copied there at the end."""
        from bvsim.ensemble.store.remote import work_folder

        return work_folder(url)


class Source(click.types.StringParamType):
    """A scenario, or the folder or URL of a run."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name as it is; of a URL, the path of a copy here."""
        named = RUN.convert(value, param, ctx) if "://" in str(value) else value
        return str(super().convert(named, param, ctx))


FOLDER, RUN, OUT = Folder(), RunFolder(), OutFolder()

F = TypeVar("F", bound=Callable[..., Any])


def scenario_argument(
    name: str, metavar: str | None = None, default: str | None = None, *, many: bool = False
) -> Callable[[F], F]:
    """Add a scenario: a file, or a bare name that the shell completes."""
    options: dict[str, Any] = {"nargs": -1, "required": True} if many else {}
    options["type"] = Source()
    if default is not None:
        options["default"] = default
    return click.argument(name, metavar=metavar, shell_complete=complete_scenario, **options)


def complete_scenario(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the names of scenarios that begin so; where there are none, files."""
    from bvsim.reading.datafiles import scenario_names

    found = [name for name in scenario_names() if name.startswith(incomplete)]
    return [CompletionItem(name) for name in found] or [CompletionItem(incomplete, type="file")]


def read_value(path: str, text: str) -> object:
    """Read a value of `--set` as a model file would: a scalar, or a flow list or mapping.

    Raises
    ------
    SpecError
        When the text is not a value.
    """
    from bvsim.reading.yaml_tree import read_text
    from bvsim.schema.errors import SpecError

    node, problems = read_text(text, f"--set {path}")
    if node is None or problems:
        raise SpecError(problems)
    return node.plain()


def _read_sets(
    _: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> dict[str, object]:
    sets: dict[str, object] = {}
    for text in texts:
        path, _equals, value = (part.strip() for part in text.partition("="))
        if not path or not value:
            raise click.BadParameter(f"{text!r} is not PATH=VALUE", param=parameter)
        if path in sets:
            raise click.BadParameter(f"{path} is set twice", param=parameter)
        sets[path] = read_value(path, value)
    return sets


def _read_years(
    _: click.Context, parameter: click.Parameter, text: str | None
) -> tuple[int, ...] | None:
    if text is None:
        return None
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(re.fullmatch(r"\d{4}", word) for word in words):
        raise click.BadParameter(f"{text!r} is not years such as 2030,2035", param=parameter)
    return tuple(sorted({int(word) for word in words}))


def count_option(
    *names: str, help: str, default: int | None = None, least: int = 1
) -> Callable[[F], F]:
    """Add a number of draws, of replications of each, or of one of them."""
    kind = click.IntRange(least, MOST_DRAWS)
    return click.option(*names, type=kind, default=default, show_default=True, help=help)


def seed_option(default: int | None = None, help: str = "Random seed.") -> Callable[[F], F]:
    """Add `--seed`."""
    kind = click.IntRange(0, LARGEST_SEED)
    return click.option("--seed", type=kind, default=default, show_default=True, help=help)


def echo_json(answer: Mapping[str, object]) -> None:
    """Print an answer as JSON that every reader takes: what is no number is null."""
    click.echo(json.dumps(_strict(answer), allow_nan=False))


def _strict(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _strict(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(each) for each in value]
    if isinstance(value, (date, Path)):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def out_option(help: str, *, required: bool = False, kind: Folder = FOLDER) -> Callable[[F], F]:
    """Add `--out DIRECTORY`."""
    return click.option("--out", type=kind, required=required, help=help)


def runs_option(help: str) -> Callable[[F], F]:
    """Add `--out DIRECTORY` for several runs, each in a folder of its own there."""
    return click.option("--out", type=FOLDER, callback=_no_run, help=help)


def _no_run(_ctx: click.Context, _param: click.Parameter, folder: Path | None) -> Path | None:
    if folder is not None and (folder / "manifest.json").exists():
        raise click.BadParameter(f"{folder} holds a run: choose another folder")
    return folder


def workers_option(command: F) -> F:
    """Add `--workers`."""
    kind = click.IntRange(1, MOST_WORKERS)
    return click.option("--workers", type=kind, help="Processes.  [default: every core]")(command)


def sets_option(command: F) -> F:
    """Add `--set PATH=VALUE`."""
    return click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="PATH=VALUE",
        callback=_read_sets,
        help="Set a figure, e.g. labour.programmes.NAME.seats=60 (repeatable).",
    )(command)


def complete_lever(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the names of the reference's levers that begin so."""
    from bvsim import reading

    names = reading.load_levers(reading.load("reference"))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def levers_option(command: F) -> F:
    """Add `--lever NAME=STRENGTH@DATE`."""
    return click.option(
        "--lever",
        "levers",
        multiple=True,
        metavar="NAME[=STRENGTH][@DATE]",
        shell_complete=complete_lever,
        help="Turn a lever: `bvsim list levers` names them (repeatable).",
    )(command)


def changes_options(command: F) -> F:
    """Add `--set` and `--lever`: what is changed of a scenario."""
    return sets_option(levers_option(command))


def changed(source: str, sets: Mapping[str, object], levers: Sequence[str]) -> Scenario:
    """Load a scenario with its settings and levers; a lever that does nothing is named.

    Raises
    ------
    SpecError
        With everything that does not fit.
    """
    from bvsim import reading
    from bvsim.reading.turning import turn_levers

    scenario = reading.load(source, sets=sets)
    if not levers:
        return scenario
    scenario = turn_levers(scenario, levers)
    for each in scenario.turned:
        if not each.acts:
            late = f"it acts from {each.since}, after the run ends"
            why = late if each.since > scenario.end else "all that it sets is so already"
            click.echo(f"lever {each} changes nothing in {scenario.name}: {why}", err=True)
    return scenario


def site_option(command: F) -> F:
    """Add `--site`."""
    text = "Only of this site, plant or programme."
    return click.option("--site", metavar="SITE", help=text)(command)


def year_option(command: F) -> F:
    """Add `--year`."""
    return click.option("--year", type=click.IntRange(1900, 2200), help="Only this year.")(command)


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


def engine_options(command: F) -> F:
    """Add `--workers`, `--engine` and `--scheduler`: who simulates."""
    engine = click.option(
        "--engine",
        type=click.Choice(["local", "dask"]),
        help="Processes here, or a Dask cluster.  [default: local]",
    )
    scheduler = click.option(
        "--scheduler",
        metavar="ADDR",
        help="The Dask scheduler, e.g. tcp://10.0.0.1:8786.  [default: one started here]",
    )
    return workers_option(engine(scheduler(command)))


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given or have a default; the others keep the library's."""
    return {name: value for name, value in options.items() if value is not None and value != ()}


def lang_option(text: str, default: str | None = "en") -> Callable[[F], F]:
    """Add ``--lang``: the language of what is written."""
    return click.option(
        "--lang",
        type=click.Choice(["en", "fr"]),
        default=default,
        show_default=default is not None,
        help=text,
    )
