"""Mutants of the valley: a seeded sample of small faults, each against the tests of its room.

    make mutants                       # the next piece of the sample
    make mutants ARGS="--piece 300"    # all of it
    make mutants ARGS="--room people"  # one room's part of it

The faults are those of mutmut's operators that keep a program running: another sign,
comparison, number, branch or truth value. What mutmut's own runner cannot do stands here:
a sample over all files, the tests of a room only, pieces that go on where the last one
stopped, and a list of survivors that may only shrink (`tests/valley/survivors.txt`).
Sources are mutated in a copy; the tests run where they are.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import libcst as cst
from mutmut.mutation import mutators

ROOT: Final = Path(__file__).parents[1]
VALLEY: Final = Path("src/bvsim/valley")
TESTS: Final = Path("tests/valley")
SURVIVORS: Final = ROOT / TESTS / "survivors.txt"
RESULTS: Final = ROOT / "build" / "mutants.json"
UNJUDGED: Final = {"digest": "", "outcome": ""}
OPTIONS: Final = ("-x", "-m", "not slow", "--hypothesis-seed=0", "-p", "no:cacheprovider")
TOLD: Final = (1, 2)
"""What pytest ends with when a test fails, or a module cannot be read."""
HEADER: Final = """\
# Mutants of the valley that its tests let live, one a line (`make mutants` finds them).
# What stands after " | " argues why a mutant is equivalent: no test could tell it.
# The list may only shrink: strike what a new test kills.
"""

Ancestors = tuple[cst.CSTNode, ...]
Operator = Callable[[Any], Iterable[cst.CSTNode]]
OPERATORS: Final[Sequence[tuple[type, Operator]]] = (
    (cst.BaseNumber, mutators.operator_number),
    (cst.Name, mutators.operator_name),
    (cst.AugAssign, mutators.operator_augmented_assignment),
    (cst.UnaryOperation, mutators.operator_remove_unary_ops),
    (cst.CSTNode, mutators.operator_keywords),
    (cst.CSTNode, mutators.operator_swap_op),
    (cst.IfExp, mutators.operator_if_exp),
)
"""Left out: strings (labels), and what becomes None or is dropped (any run stumbles on it)."""
SILENT: Final = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.Raise, cst.Assert)
SHORT, SHOWN = 25, 60  # a shorter text is shown with so much of what holds it
SPOKEN: Final = frozenset({"log", "_log", "Column"})
"""Calls that only say what happened, or name a column."""


class Mutant(NamedTuple):
    """One fault: the file, the name it goes by, and a node's replacement."""

    path: Path
    name: str
    module: cst.Module
    old: cst.CSTNode
    new: cst.CSTNode

    @property
    def room(self) -> str:
        """The folder of the valley that holds it; empty for the files at its top."""
        inner = self.path.relative_to(VALLEY).parts
        return inner[0] if len(inner) > 1 else ""

    @property
    def digest(self) -> str:
        """What the file was like: a result holds for that file only."""
        return hashlib.sha256(self.module.bytes).hexdigest()[:12]

    @property
    def code(self) -> str:
        """The file with the fault."""
        changed = self.module.deep_replace(self.old, self.new)
        return str(cst.ensure_type(changed, cst.Module).code)


def silent(node: cst.CSTNode) -> bool:
    """Tell whether a node only names, checks or says something."""
    if isinstance(node, cst.Arg) and node.keyword is not None:
        return str(node.keyword.value) == "strict"
    if not isinstance(node, cst.Call):
        return isinstance(node, SILENT)
    last = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    return isinstance(last, cst.Name) and last.value in SPOKEN


def places(node: cst.CSTNode, above: Ancestors = ()) -> Iterator[Ancestors]:
    """Yield the nodes that may be mutated, each after those that hold it."""
    if not silent(node):
        line = (*above, node)
        yield line
        for child in node.children:
            yield from places(child, line)


def text_of(module: cst.Module, node: cst.CSTNode) -> str:
    """Return a node's code on one line."""
    return " ".join(module.code_for_node(node).split())


def name_of(line: Ancestors, new: cst.CSTNode, module: cst.Module) -> str:
    """Return a fault's name: class and function, old and new text, and what it stands in."""
    holders = [n.name.value for n in line if isinstance(n, cst.ClassDef | cst.FunctionDef)]
    old, context = text_of(module, line[-1]), ""
    if len(old) < SHORT:
        wider = (text_of(module, node) for node in reversed(line[:-1]))
        context = f" in {next(text for text in wider if len(text) > len(old) + 8)[:SHOWN]}"
    return f"{'.'.join(holders) or 'module'}: {old} -> {text_of(module, new)}{context}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a file, each by a name that holds while its line stays as it is."""
    module = cst.parse_module((ROOT / path).read_bytes())
    seen: Counter[str] = Counter()
    for line in places(module):
        for kind, operator in OPERATORS:
            for new in operator(line[-1]) if isinstance(line[-1], kind) else ():
                name = f"{path.relative_to(VALLEY).as_posix()} {name_of(line, new, module)}"
                seen[name] += 1
                again = f" #{seen[name]}" if seen[name] > 1 else ""
                yield Mutant(path, name + again, module, line[-1], new)


def sample(size: int, seed: int) -> list[Mutant]:
    """Return a sample of the mutants of all files, drawn by a hash of seed and name.

    A change of the valley takes out the mutants that it changed, and leaves the others in.
    """
    files = sorted(path.relative_to(ROOT) for path in (ROOT / VALLEY).rglob("*.py"))
    everything = [mutant for path in files for mutant in mutants_of(path)]
    print(f"{len(everything)} mutants in {len(files)} files; a sample of {size}, seed {seed}")
    lot = {m.name: hashlib.sha256(f"{seed}|{m.name}".encode()).digest() for m in everything}
    return sorted(everything, key=lambda mutant: lot[mutant.name])[:size]


def tests_of(room: str) -> list[list[str]]:
    """Return the tests that judge a room's mutants, the quickest first."""
    folder = ROOT / TESTS
    mechanisms = sorted((folder / "mechanisms").glob("test_*.py"))
    own = [path for path in mechanisms if room and path.name.startswith(f"test_{room}")]
    others = [path for path in mechanisms if path not in own]
    inner = [path for path in folder.iterdir() if path.name == room or (not room and path.is_dir())]
    valley = sorted(folder.glob("test_*.py"))
    stages = [own, sorted(inner), [*others, *valley]] if room else [valley, sorted(inner)]
    return [[str(path.relative_to(ROOT)) for path in stage] for stage in stages if stage]


def spent() -> float:
    """Return the CPU time of all tests so far, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Copy:
    """A copy of the sources, in which one file at a time is at fault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(
            ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("*.so", "__pycache__")
        )
        compileall.compile_dir(folder / "src", quiet=1)
        for data in ("models", "scenarios"):
            (folder / data).symlink_to(ROOT / data)
        self.options: dict[str, Any] = {"cwd": ROOT, "capture_output": True, "text": True}
        self.options["env"] = {
            **os.environ,
            "PYTHONPATH": str(folder / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
        }

    def judge(self, tests: Sequence[str], limit_s: int) -> tuple[str, str]:
        """Run tests up to the first failure; return the outcome and what failed.

        The limit is of CPU time: other work on the machine kills no mutant.
        """
        command = [sys.executable, "-m", "pytest", *OPTIONS, *tests]
        hold = partial(resource.setrlimit, resource.RLIMIT_CPU, (limit_s, limit_s))
        done = subprocess.run(command, check=False, preexec_fn=hold, **self.options)
        if done.returncode == 0:
            return "survived", ""
        if done.returncode < 0:
            return "timeout", ""
        if done.returncode not in TOLD:
            raise SystemExit(f"pytest ended with {done.returncode}: {done.stdout}{done.stderr}")
        failed = re.search(r"^(?:FAILED|ERROR) (\S.*?)(?: - |$)", done.stdout, re.MULTILINE)
        return "killed", failed.group(1) if failed else "not told"

    def try_out(self, mutant: Mutant, limit_s: int) -> dict[str, Any]:
        """Judge one mutant, and put the file back."""
        path, before = self.folder / mutant.path, spent()
        path.write_text(mutant.code, encoding="utf-8")
        for tests in tests_of(mutant.room):
            outcome, by = self.judge(tests, limit_s)
            if outcome != "survived":
                break
        shutil.copyfile(ROOT / mutant.path, path)
        seconds = round(spent() - before, 1)
        return {"outcome": outcome, "by": by, "seconds": seconds, "digest": mutant.digest}


def run_piece(todo: Sequence[Mutant], results: dict[str, Any]) -> None:
    """Judge mutants one by one; write the results after each."""
    with tempfile.TemporaryDirectory() as folder:
        copy, before = Copy(Path(folder)), spent()
        if copy.judge([str(TESTS)], 3600)[0] != "survived":
            raise SystemExit("the tests fail without any mutant")
        limit_s = round(2.0 * (spent() - before) + 10.0)
        for number, mutant in enumerate(todo, start=1):
            results[mutant.name] = found = copy.try_out(mutant, limit_s)
            RESULTS.parent.mkdir(exist_ok=True)
            RESULTS.write_text(json.dumps(results, indent=1), "utf-8")
            print(f"{number}/{len(todo)} {found['outcome']} ({found['seconds']} s) {mutant.name}")


def report(chosen: Sequence[Mutant], results: dict[str, Any], *, accept: bool) -> bool:
    """Print how the sample fared against the list; return whether the list holds."""
    lines = SURVIVORS.read_text("utf-8").splitlines() if SURVIVORS.exists() else []
    pairs = [line.partition(" | ") for line in lines if line and not line.startswith("#")]
    known = {name: reason for name, _, reason in pairs}
    judged = {m.name: results[m.name]["outcome"] for m in chosen if m.name in results}
    alive = [name for name, outcome in judged.items() if outcome == "survived"]
    told = [name for name in judged if not known.get(name)]
    killed = sum(judged[name] != "survived" for name in told)
    share = killed / max(1, len(told))
    print(f"{killed} of {len(told)} killed ({share:.1%}); equivalent ones are left out")
    new = [name for name in alive if name not in known]
    struck = [name for name in known if judged.get(name) in ("killed", "timeout")]
    for label, names in (("new survivors", new), ("to be struck from the list", struck)):
        print(f"{len(names)} {label}", *names, sep="\n  ")
    if accept:
        kept = {**dict.fromkeys(alive, ""), **known}
        lines = [f"{name} | {why}" if why else name for name, why in sorted(kept.items())]
        SURVIVORS.write_text(HEADER + "".join(f"{line}\n" for line in lines), "utf-8")
    return accept or not new


def main() -> None:
    """Judge the next piece of a sample and compare with the list of survivors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--sample", type=int, default=300, help="mutants in the sample")
    add("--seed", type=int, default=1, help="seed of the sample")
    add("--piece", type=int, default=20, help="mutants to judge now; 0: report only")
    add("--room", help="one room's mutants only")
    add("--again", action="store_true", help="judge survivors again: tests changed")
    add("--accept", action="store_true", help="write new survivors to the list")
    options = parser.parse_args()
    os.nice(10)
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    chosen = [m for m in sample(options.sample, options.seed) if options.room in (None, m.room)]
    old = {m.name: results.get(m.name, UNJUDGED) for m in chosen}
    alive = {name for name, result in old.items() if result["outcome"] == "survived"}
    todo = [
        m
        for m in chosen
        if old[m.name]["digest"] != m.digest or (options.again and m.name in alive)
    ][: options.piece]
    if todo:
        run_piece(todo, results)
    if not report(chosen, results, accept=options.accept):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
