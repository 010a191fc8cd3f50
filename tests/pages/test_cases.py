"""The page of cases: every one is on it, and a message is shown without the machine's places."""

from pathlib import Path

import yaml

from pages.cases import HERE, PAGE, Case, digest, message

ROOT = Path(__file__).parents[2]
CASES = [Case.of(entry) for entry in yaml.safe_load((HERE / "cases.yaml").read_text())]


def test_every_case_stands_on_the_page():
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert len(CASES) > 30
    for case in CASES:
        assert f"| {case.kind} | {case.shown.replace('|', chr(92) + '|')} | {case.before} |" in page


def test_a_message_names_no_place_of_the_machine(tmp_path):
    said = f"Usage: bvsim run\n\nError: {tmp_path}/finished holds a run: {tmp_path}/finished\n"
    places = {"run": tmp_path / "finished"}
    assert message(said, places) == "RUN holds a run: RUN"


def test_a_digest_sees_a_byte_and_a_name(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    first = digest(tmp_path)
    (tmp_path / "a").write_bytes(b"y")
    second = digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, digest(tmp_path)}) == 3
