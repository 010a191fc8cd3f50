"""What surrounds the package for those who cite, report and release: true, and readable as YAML."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FORMS = sorted(
    path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config"
)


def read(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_citation_says_what_the_package_says():
    citation = read("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)  # required by the format
    assert citation["version"] == PROJECT["version"]
    assert citation["authors"] == PROJECT["authors"]
    assert citation["license"] in PROJECT["license"].split(" AND ")


def test_the_citation_claims_no_publication():
    assert not {"doi", "identifiers", "date-released"} & set(read("CITATION.cff"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_asks_something_and_names_each_answer_once(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    ids = [question["id"] for question in form["body"]]
    assert form["name"]
    assert form["description"]
    assert len(ids) == len(set(ids))
    assert any(question.get("validations", {}).get("required") for question in form["body"])


def test_a_wrong_figure_has_a_form():
    assert "figure" in {path.stem for path in FORMS}


def test_the_release_keeps_no_secret_and_only_its_last_step_may_speak_to_the_index():
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert not re.search(r"secrets\.|password", text)
    assert [name for name, job in jobs.items() if "permissions" in job] == ["publish"]
    assert jobs["publish"]["needs"] == "build"


def test_hooks_are_pinned_and_check_code_words_and_yaml():
    repos = read(".pre-commit-config.yaml")["repos"]
    hooks = {hook["id"]: hook for repo in repos for hook in repo["hooks"]}
    assert {"ruff", "ruff-format", "codespell", "check-yaml"} <= set(hooks)
    locked = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    for name, hook in hooks.items():
        first = hook["additional_dependencies"][0]
        assert re.fullmatch(r"[\w-]+==[\d.]+", first), name
        package = first.partition("==")[0]
        if any(line.startswith(f"{package}==") for line in locked):
            assert first in locked, name


def test_dependencies_and_actions_are_looked_after():
    updates = read(".github/dependabot.yml")["updates"]
    assert {entry["package-ecosystem"] for entry in updates} == {"pip", "github-actions"}
