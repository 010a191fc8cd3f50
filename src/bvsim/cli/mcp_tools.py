"""What a language-model client may ask: six tools, each a command of `bvsim` with `--json`.

A call is a process of its own: it gives the numbers of the command because it is the command, and
it can be stopped when its time is up. Numbers are handed on as they are printed; what a tool adds
says what they rest on and how to have them again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from bvsim.cli.errors import FAILED
from bvsim.cli.opened import is_run

RUNS = Path("runs")
MOST_ITEMS = 100
"""Items of a list, or figures cited, in one answer; how many more there are is said."""
GRACE_SECONDS = 10.0
"""In which a call that was stopped keeps the rows that are finished."""
_RUN_ID = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*")

Answer = dict[str, Any]
Kind = Literal["scenarios", "levers", "kpis", "figures", "programmes", "sites"]
ScenarioName = Annotated[str, Field(description="Name of a shipped scenario, or its file.")]
RunId = Annotated[str, Field(description="The id of a run, as run or compare gave it.")]
Side = Annotated[str, Field(description="A scenario, or the id of a run.")]
Draws = Annotated[int, Field(description="Futures. A multiple of 8 has intervals.", ge=1)]
Seed = Annotated[int, Field(description="The same seed gives the same numbers.", ge=0)]
Levers = Annotated[
    Sequence[str], Field(description="NAME, NAME=STRENGTH or NAME=STRENGTH@YYYY-MM-DD.")
]
Sets = Annotated[Mapping[str, Any], Field(description="Figures to set, by dotted path.")]
Kpis = Annotated[
    Sequence[str],
    Field(description="Patterns such as *2030*; with a dot, those of sites: output_2030_gwh.*"),
]
Words = Annotated[Sequence[str], Field(description="Words that must all stand in an item.")]

INSTRUCTIONS = """\
bvsim simulates how an industrial region's battery plants ramp up. Quote numbers as they stand, with
ci95, n and seed, and the id of the run: "replay" has it all again, bit for bit. ci95 is how
well a mean is known; p10 to p90 is how far futures differ. null means: not defined, or not known.
"""


@dataclass(frozen=True)
class Tools:
    """The six tools, and what one call may cost.

    Parameters
    ----------
    most_rows : int
        Rows of one call, all its scenarios together.
    most_seconds : float
        After which it is stopped.
    """

    most_rows: int
    most_seconds: float

    def list(self, kind: Kind, words: Words = (), scenario: ScenarioName = "reference") -> Answer:
        """List scenarios, levers, kpis, figures, programmes or sites, with units and what they are.

        Start here: other tools take the names that this gives. Without words a long list is cut.
        """
        return self._cut("items", ("list", f"--scenario={scenario}"), (kind, *words))

    def run(
        self,
        scenario: ScenarioName,
        *,
        draws: Draws = 64,
        seed: Seed = 1,
        levers: Levers = (),
        sets: Sets = {},  # noqa: B006  # read only
        kpis: Kpis = ("*",),
    ) -> Answer:
        """Simulate a scenario: key figures with mean, quantiles and 95% interval of the mean.

        Half a minute for 64 draws; what was asked before is answered at once, under the same run.
        """
        self._afford(draws)
        options = ("run", "--no-report", f"--draws={draws}", f"--seed={seed}")
        said = self._ask((*options, *_changes(levers, sets)), (scenario,))
        kept = {**said, "kpis": _chosen(said["kpis"], kpis)}
        return {**kept, "n": said["draws"] * said["per_draw"], **_replay([said["out"]])}

    def compare(
        self,
        sides: Annotated[Sequence[Side], Field(description="The first is the base.", min_length=1)],
        *,
        draws: Draws = 64,
        seed: Seed = 1,
        levers: Levers = (),
        sets: Sets = {},  # noqa: B006  # read only
        kpis: Kpis = ("output_*", "headcount_*"),
    ) -> Answer:
        """Compare scenarios or runs on common draws and luck: paired differences with intervals.

        Levers and sets change all sides but the first; with one side it is compared with itself so
        changed. Draws and seed are those of a run, where a side is one.
        """
        names = [_side(side) for side in sides]
        drawn = () if any(map(is_run, names)) else (f"--draws={draws}", f"--seed={seed}")
        self._afford(draws * max(2, len(names)))
        said = self._ask(("compare", *drawn, *_changes(levers, sets)), names)
        others = [{**each, "kpis": _chosen(each["kpis"], kpis)} for each in said["others"]]
        rows = {"n": said["draws"] * said["per_draw"]}
        folders = [side["out"] for side in (said["base"], *others)]
        return {**said, "others": others, **rows, **_replay(folders)}

    def explain(
        self,
        run: RunId,
        other: Annotated[str | None, Field(description="A second run, to hold against it.")] = None,
        draw: Annotated[int | None, Field(description="The future to tell.", ge=0)] = None,
        site: Annotated[str | None, Field(description="Only of this site.")] = None,
    ) -> Answer:
        """Say why: the dated events that part one future of a run from the median one.

        With a second run: the chains from what was changed to the cells, and where they stop.
        """
        folders = [_folder(each) for each in (run, other) if each is not None]
        options = [*_option("draw", draw), *_option("site", site)]
        said = self._ask(("explain", *options), folders)
        return {**said, **_basis(folders[0]), **_replay(folders)}

    def news(
        self,
        old: Annotated[str, Field(description="A scenario, NAME@YYYY-MM-DD or the id of a run.")],
        new: Annotated[str, Field(description="As old.")],
        outcome: Annotated[str, Field(description="A key figure.")] = "output_2030_gwh",
        draws: Draws = 16,
        seed: Seed = 1,
    ) -> Answer:
        """Say why a forecast moved: parts, each with its standard error, that add up to the whole.

        NAME@DATE is a scenario as it was known on that day. Takes minutes.
        """
        self._afford(draws)
        out = RUNS / f"news-{datetime.now():%Y%m%d-%H%M%S-%f}"
        options = (f"--outcome={outcome}", f"--draws={draws}", f"--seed={seed}", f"--out={out}")
        said = self._ask(("news", "--by=section", *options), (_side(old), _side(new)))
        return {**said, "n": said["rows"], "seed": seed, "run": [_run_id(out)]}

    def cite(
        self,
        what: Side = "reference",
        words: Words = (),
    ) -> Answer:
        """Give the sources of figures, and how to cite the program and, of a run, its numbers.

        Words choose figures by path, value, source or note. Figures have all their vintages.
        """
        side = _side(what)
        ran = is_run(side)
        source = str(Path(side) / "scenario.yaml") if ran else side
        said = self._cut("figures", ("sources",), (source, *words))
        known = {name for figure in said["figures"] for name in figure["sources"]}
        cited = {name: each for name, each in said["sources"].items() if name in known}
        more = {**_basis(side), **_replay([side])} if ran else {}
        return {**said, "sources": cited, **more, "program": _program()}

    def _afford(self, rows: int) -> None:
        if rows > self.most_rows:
            raise ToolError(f"{rows} rows are more than the {self.most_rows} a call may ask for")

    def _cut(self, name: str, options: Sequence[str], operands: Sequence[str]) -> Answer:
        """Ask for a list, and keep its beginning."""
        said = self._ask(options, operands)
        left = max(0, len(said[name]) - MOST_ITEMS)
        return {**said, name: said[name][:MOST_ITEMS], "left_out": left}

    def _ask(self, options: Sequence[str], operands: Sequence[str]) -> Answer:
        """Run a command and return its JSON, with the command itself.

        Raises
        ------
        ToolError
            With the lines that a person would read.
        """
        words = [*options, "--json", "--", *operands]
        code, text, errors = _finished(words, self.most_seconds)
        if code not in (0, FAILED) or not text:
            raise ToolError(errors or f"ended with code {code}")
        said: Answer = json.loads(text)
        return {**said, "command": shlex.join(["bvsim", *words])}


# -- a command as a process ----------------------------------------------------------


def _finished(words: Sequence[str], seconds: float) -> tuple[int, str, str]:
    """Run `bvsim` in a group of processes of its own; return code, output and errors."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "bvsim", *words],
        stdin=subprocess.DEVNULL,  # ours is the client's
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
        start_new_session=True,
    )
    try:
        text, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _stop(process)
        raise ToolError(f"stopped after {seconds:g} s: ask for fewer draws") from None
    return process.returncode, text, errors.strip()


def _stop(process: subprocess.Popen[str]) -> None:
    """Interrupt a command as Ctrl-C does; end it with its workers when it does not end by itself.

    The id of the group is known: it is that of its first process.
    """
    if sys.platform == "win32":
        process.kill()
        process.communicate()
        return
    for sign in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=GRACE_SECONDS)
            return


# -- names, and what numbers rest on -------------------------------------------------


def _folder(run: str) -> str:
    """Return the folder of a run by its id; a client names no other folders."""
    folder = RUNS / run
    if not _RUN_ID.fullmatch(run) or not is_run(str(folder)):
        raise ToolError(f"{run!r} is no run here: use the id that run or compare gave")
    return str(folder)


def _side(text: str) -> str:
    """Return the folder of a run, or the name of a scenario as it is."""
    return str(RUNS / text) if _RUN_ID.fullmatch(text) and is_run(str(RUNS / text)) else text


def _run_id(folder: str | Path) -> str:
    return Path(folder).relative_to(RUNS).as_posix()


def _replay(folders: Iterable[str]) -> Answer:
    """Return the ids of runs, and the commands that simulate them anew and compare."""
    places = [Path(folder) for folder in folders]
    return {
        "run": [_run_id(place) for place in places],
        "replay": [f"bvsim reproduce {shlex.quote(place.as_posix())}" for place in places],
    }


def _basis(folder: str) -> Answer:
    """Return on what the numbers of a run rest."""
    from bvsim.ensemble.store.manifest import picked, read_manifest

    names = ("scenario", "model_hash", "code_hash", "bvsim", "draws", "per_draw", "seed", "design")
    found = picked(read_manifest(Path(folder)), (*names, "started"))
    return {**found, "n": found["draws"] * found["per_draw"]}  # type: ignore[operator]


def _program() -> Answer:
    from bvsim import __version__

    title = "bvsim: the Battery Valley simulator"
    return {"title": title, "authors": "The bvsim developers", "version": __version__}


def _chosen(kpis: Mapping[str, Any], patterns: Sequence[str]) -> Answer:
    """Return the key figures that fit a pattern; those of sites fit one with a dot only."""
    kept = {
        name: each
        for name, each in kpis.items()
        if any(fnmatchcase(name, p) and ("." in p or "." not in name) for p in patterns)
    }
    if not kept:
        raise ToolError(f"no key figure fits {', '.join(patterns)}: list kpis names them")
    return kept


def _changes(levers: Sequence[str], sets: Mapping[str, Any]) -> Iterable[str]:
    yield from (f"--lever={lever}" for lever in levers)
    for path, value in sets.items():
        text = value if isinstance(value, str) else json.dumps(value)
        yield f"--set={path}={text}"


def _option(name: str, value: object) -> Iterable[str]:
    return () if value is None else (f"--{name}={value}",)


def serve(tools: Tools) -> None:
    """Serve the tools on standard input and output until the client leaves."""
    from bvsim import __version__

    server = MCPServer("bvsim", instructions=INSTRUCTIONS, version=__version__)
    offered = (tools.list, tools.run, tools.compare, tools.explain, tools.news, tools.cite)
    for tool in offered:
        server.add_tool(tool)
    server.run("stdio")
