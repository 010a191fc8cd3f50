"""What is shipped, and what starting up costs."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("matplotlib", "numpy", "pandas", "pyarrow", "pydantic", "scipy")
DATA = ("models", "scenarios")

HELP = f"""
import sys, time
sys.argv = ["bvsim", "--help"]
from bvsim.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
loaded = [name for name in {HEAVY!r} if name in sys.modules]
print(f"{{time.process_time():.3f}}", *loaded, file=sys.stderr)
"""

LOAD = """
import sys
sys.path.insert(0, sys.argv[1])
import bvsim
assert bvsim.__file__.startswith(sys.argv[1]), bvsim.__file__
scenario = bvsim.load("reference")
print(scenario.name, len(scenario.paths))
"""


def test_help_loads_nothing_heavy(capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELP], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
    seconds, *loaded = done.stderr.split()
    with capsys.disabled():
        print(f"\nbvsim --help: {seconds} s of CPU")
    assert loaded == []


def test_module_and_command_are_the_same() -> None:
    command = Path(sys.executable).with_name("bvsim")
    outputs = {
        subprocess.run([*start, "--help"], capture_output=True, text=True, check=True).stdout
        for start in ([sys.executable, "-m", "bvsim"], [command])
    }
    assert len(outputs) == 1


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def metadata(wheel: zipfile.ZipFile) -> Message:
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return HeaderParser().parsestr(wheel.read(name).decode())


@pytest.mark.slow
def test_wheel_holds_every_model_and_scenario(wheel: zipfile.ZipFile) -> None:
    shipped = {name for name in wheel.namelist() if name.startswith("bvsim/_data/")}
    here = {
        f"bvsim/_data/{path.relative_to(ROOT).as_posix()}"
        for folder in DATA
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert here
    assert shipped == here
    changed = [
        n for n in here if wheel.read(n) != (ROOT / n.removeprefix("bvsim/_data/")).read_bytes()
    ]
    assert changed == []


@pytest.mark.slow
def test_wheel_holds_the_whole_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    package = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "bvsim").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    names = {name for name in wheel.namelist() if not name.startswith("bvsim/_data/")}
    assert "bvsim/py.typed" in names
    assert {name for name in names if ".dist-info/" not in name} == package


@pytest.mark.slow
def test_metadata(wheel: zipfile.ZipFile) -> None:
    found = metadata(wheel)
    assert found["Requires-Python"] == ">=3.11"
    assert found["License-Expression"] == "MIT AND Apache-2.0"
    assert (
        "MIT License"
        in wheel.read(
            next(name for name in wheel.namelist() if name.endswith("licenses/LICENSE"))
        ).decode()
    )
    core = {
        re.split(r"[^\w-]", text)[0]
        for text in found.get_all("Requires-Dist", [])
        if "extra ==" not in text
    }
    assert {"simpy", "numpy", "scipy", "matplotlib", "pyyaml", "pyarrow"} <= core
    assert not core & {"pytest", "ruff", "mypy", "dask"}


@pytest.mark.slow
def test_shipped_data_are_found_away_from_the_sources(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    unpacked, empty = tmp_path / "site", tmp_path / "empty"
    wheel.extractall(unpacked)
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", LOAD, unpacked],
        capture_output=True,
        text=True,
        check=False,
        cwd=empty,
    )
    assert done.returncode == 0, done.stderr
    name, figures = done.stdout.split()
    assert name == "reference"
    assert int(figures) > 0


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")) + sorted(ROOT.glob("*.md")))
def test_links_of_the_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_the_lock_covers_the_declared_dependencies() -> None:
    import tomllib

    def name(requirement: str) -> str:
        return re.split(r"[^\w-]", requirement)[0].lower().replace("_", "-")

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {
        name(r) for r in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    } - {"bvsim"}  # an extra of its own
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = {name(line) for line in lines if "==" in line}
    assert declared - pinned == set()


def test_one_version_is_said_everywhere() -> None:
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    changed = re.search(r"^## \[([\d.]+)\] - \d{4}-\d\d-\d\d$", changelog(), re.MULTILINE)
    assert cited is not None
    assert changed is not None
    assert cited[1] == changed[1] == version
    note = ROOT / ".github" / "releases" / f"v{version}.md"
    assert note.read_text("utf-8").startswith(f"bvsim {version}\n\n")


def changelog() -> str:
    return (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_hooks_have_the_versions_of_the_lock() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    lock = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    assert {f"ruff=={each}" for each in re.findall(r"ruff==([\d.]+)", hooks)} <= set(lock)
    assert {f"jupytext=={each}" for each in re.findall(r"jupytext==([\d.]+)", hooks)} <= set(lock)
