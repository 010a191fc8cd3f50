"""Instructions of a compiled replication, by room: free of the noise of a machine.

python benchmarks/instructions.py FOLDER [-n ROWS] [--scenario NAME] [--json]

FOLDER is one in which `benchmarks/compiled.py build` has put a compiled valley. Valgrind's
callgrind counts what each function executes, twice: the second time with all that Python's
library does counted for the compiled function on whose behalf it does so. Cache misses are not
seen. Needs valgrind (a minute of one core for each count).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from timing import draws_of, replicator

import bvsim as bv
from bvsim.valley.valley import prepare

HERE = Path(__file__).parent
COMPILED, INTERPRETED = "CPyDef_", "_PyEval_EvalFrameDefault"
WHERE = "CPyDef_valley___simulate"
UNNAMED = re.compile(r"\(|0x|_dl_")
"""Names that valgrind cannot be told to pass over."""
LIBRARY = "interpreted, SimPy's processes among them"
REST = "the rest"


def simulate(scenario_name: str, rows: int) -> None:
    """Simulate some rows in this process."""
    scenario = bv.load(scenario_name)
    replicate = replicator(prepare(scenario), draws_of(scenario, rows))
    for row in range(rows):
        replicate(row)


def counted(folder: Path, scenario: str, rows: int, passed_over: Sequence[str]) -> Counter[str]:
    """Return the instructions of each function in some rows."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "counts"
        command = ["valgrind", "--tool=callgrind", "--collect-atstart=no"]
        command += [f"--toggle-collect={WHERE}", f"--callgrind-out-file={out}"]
        command += [f"--fn-skip={name}" for name in passed_over]
        command += [sys.executable, str(HERE / "instructions.py"), "--inner", "-n", str(rows)]
        environment = os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONHASHSEED": "0"}
        subprocess.run(
            [*command, "--scenario", scenario],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
        )
        return read(out)


def read(out: Path) -> Counter[str]:
    """Return the instructions of each function itself, from a file of callgrind's."""
    names: dict[str, str] = {}
    found: Counter[str] = Counter()
    function, of_callee = "", False
    with out.open(encoding="utf-8") as lines:
        for line in lines:
            if named := re.match(r"(c?fn)=\((\d+)\)(?: (.*))?$", line):
                name = names.setdefault(named[2], re.sub(r"'\d+$", "", named[3] or ""))
                function = name if named[1] == "fn" else function
            elif line.startswith("calls="):
                of_callee = True
            elif re.match(r"[\d+*-]", line):
                if not of_callee:
                    found[function] += int(line.split()[-1])
                of_callee = False
    return found


def rooms_of(found: Counter[str], valley: Path) -> Counter[str]:
    """Add up by the room of the valley that a function stands in."""
    rooms = {"___".join(p.with_suffix("").parts[-2:]): p.parent.name for p in valley.rglob("*.py")}
    rooms |= {path.stem: path.parent.name for path in valley.rglob("*.py")}
    added: Counter[str] = Counter()
    for function, number in found.items():
        if function.startswith(COMPILED):
            name = function.removeprefix(COMPILED)
            inside = [module for module in rooms if name.startswith(f"{module}___")]
            added[rooms[max(inside, key=len)] if inside else REST] += number
        else:
            added[LIBRARY if function.startswith(INTERPRETED) else REST] += number
    return added


def measure(folder: Path, scenario: str, rows: int) -> dict[str, float]:
    """Return millions of instructions a row by room, the most first."""
    names = counted(folder, scenario, 1, ())
    kept = (COMPILED, INTERPRETED)
    passed_over = [n for n in sorted(names) if not n.startswith(kept) and not UNNAMED.match(n)]
    found = counted(folder, scenario, rows, passed_over)
    by_room = rooms_of(found, folder / "src" / "bvsim" / "valley")
    millions = {room: number / rows / 1e6 for room, number in by_room.most_common()}
    return millions | {"all": sum(millions.values())}


def main() -> int:
    """Count, and print what was counted; 2 without valgrind."""
    parser = argparse.ArgumentParser(description="Count instructions of compiled replications.")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("-n", type=int, default=4, dest="rows")
    parser.add_argument("--scenario", default="reference")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inner:
        simulate(options.scenario, options.rows)
        return 0
    if options.folder is None or shutil.which("valgrind") is None:
        print("name a folder with a compiled valley, and install valgrind", file=sys.stderr)
        return 2
    figures = measure(options.folder.resolve(), options.scenario, options.rows)
    if options.json:
        print(json.dumps(figures))
    else:
        for room, millions in figures.items():
            print(f"{room:44} {millions:8.1f} million instructions a row")
    return 0


if __name__ == "__main__":
    sys.exit(main())
