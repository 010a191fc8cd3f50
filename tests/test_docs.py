"""The documentation does what it says: blocks run, generated pages are in step, the site builds."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bvsim.cli import main
from pages.reference import WRITTEN, pages

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FEW = "4"
EXIT = ["#", "exit", "code"]
FEWEST = {"news": "1", "seek": "2"}
"""Of commands that simulate each row many times."""
BLOCK = re.compile(r"^```(python|console|yaml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = [p for p in sorted(DOCS.rglob("*.md")) if BLOCK.search(p.read_text(encoding="utf-8"))]


def page_id(path):
    return path.relative_to(DOCS).as_posix()


@dataclass
class Reader:
    """Somebody who types what a page says, in an empty folder."""

    folder: Path

    def __post_init__(self):
        self.place = self.folder
        self.names = {"__name__": "__page__"}

    def do(self, kind, text):
        getattr(self, kind)(text)

    def python(self, text):
        before = Path.cwd()
        os.chdir(self.place)
        try:
            exec(compile(text, "<page>", "exec"), self.names)
        finally:
            os.chdir(before)

    def console(self, text):
        for line in text.splitlines():
            if not line.startswith("$ "):
                continue
            command = line[2:]
            if command.startswith("cd "):
                self.place = self.place / command[3:].strip()
                assert self.place.is_dir()
                continue
            self.shell(command)

    def shell(self, command):
        words = shlex.split(command)
        if words[0] == "bvsim":
            self.bvsim(words[1:])
            return
        done = subprocess.run(
            words, cwd=self.place, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    def bvsim(self, words):
        """Run the command in this process, and with few draws: what it does stays the same.

        A comment such as ``# exit code 2`` says how it ends, else with 0.
        """
        words, expected = (words[:-4], int(words[-1])) if words[-4:-1] == EXIT else (words, 0)
        if "-n" in words:
            words[words.index("-n") + 1] = FEWEST.get(words[0], FEW)
            words += ["--workers", "1"]
        before = Path.cwd()
        os.chdir(self.place)
        try:
            done = CliRunner().invoke(main, words)
        finally:
            os.chdir(before)
        assert done.exit_code == expected, f"bvsim {' '.join(words)}\n{done.output}"

    def yaml(self, text):
        """Write the block into the file that its first line names; others are only read."""
        yaml.safe_load(text)
        named = re.match(r"# (\S+\.yaml)\n", text)
        if named:
            target = self.place / named[1]
            assert target.parent.is_dir()
            target.write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_blocks_do_what_the_page_says(page, tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    # pages simulate the same few rows over and over, as a reader would who reads them all
    monkeypatch.setenv("BVSIM_STORE", str(tmp_path_factory.getbasetemp() / "rows"))
    reader = Reader(tmp_path)
    for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        reader.do(kind, text)


def test_a_block_that_fails_is_seen(tmp_path):
    reader = Reader(tmp_path)
    reader.python("here = 1")
    reader.python("assert here == 1")
    with pytest.raises(AssertionError, match="No such command"):
        reader.console("$ bvsim no-such")
    with pytest.raises(NameError):
        reader.python("there")


@pytest.mark.parametrize("name", pages())
def test_written_pages_are_in_step_with_the_code(name):
    there = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert WRITTEN in there
    assert there == pages()[name], "run: python -m pages.reference"


def test_numbers_that_lead_to_a_page_stand_there():
    for name in ("questions.md", "fr/index.md"):
        text = (DOCS / name).read_text(encoding="utf-8")
        for number, target in re.findall(r"\[(-?\d[^\]]*)\]\(([^)#]+)", text):
            there = ((DOCS / name).parent / target).read_text(encoding="utf-8")
            assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d])", there), (name, number)


def test_every_page_is_in_the_site():
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = re.findall(r"[\w/-]+\.md", yaml.safe_dump(config["nav"]))
    assert sorted(listed) == sorted(page_id(path) for path in DOCS.rglob("*.md"))


def test_every_page_is_reached_from_the_first_page():
    seen, ahead = set(), [DOCS / "index.md"]
    while ahead:
        page = ahead.pop().resolve()
        if page in seen or DOCS.resolve() not in page.parents:
            continue
        seen.add(page)
        links = re.findall(r"\]\(([^)#\s]+\.md)", page.read_text(encoding="utf-8"))
        ahead += [page.parent / link for link in links]
    assert {page_id(p) for p in DOCS.rglob("*.md")} == {
        p.relative_to(DOCS.resolve()).as_posix() for p in seen
    }


def test_the_workflow_covers_every_python_and_calls_targets_that_exist():
    path = ROOT / ".github" / "workflows" / "ci.yml"
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    declared = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8"))
    assert jobs["test"]["strategy"]["matrix"]["python"] == declared
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    steps = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    called = re.findall(r"make ([a-z-]+)", " ".join(steps))
    assert {"test", "lowest", "check"} <= set(called) <= set(targets)


def test_the_readme_counts_the_scenarios_and_names_commands_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shipped = len(list((ROOT / "scenarios").glob("*.yaml")))
    assert f"the {shipped} scenarios" in text
    named = set(re.findall(r"bvsim ([a-z]+) (?:reference|RUN|my-study)", text))
    assert {"run", "trace", "compare", "bottlenecks", "sensitivity", "export", "init"} <= named
    assert named <= set(main.commands)
