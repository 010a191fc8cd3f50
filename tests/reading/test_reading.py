from datetime import date

import pytest

from bvsim.reading.yaml_tree import MAX_DEPTH, read_file, read_text


def read(text):
    node, problems = read_text(text, "f.yaml")
    return (node.plain() if node else None), [str(problem) for problem in problems]


def test_every_value_keeps_its_place():
    node, problems = read_text("a:\n  b: [1, {c: two}]\n", "f.yaml")
    assert not problems
    found = node.find(("a", "b", 1, "c"))
    assert found.value == "two"
    assert str(found.place) == "f.yaml:2:14"
    assert str(found.key_place) == "f.yaml:2:11"


def test_numbers_and_dates_mean_what_they_look_like():
    text = "{a: 1e6, b: 1E-3, c: 1_000, d: .5, e: -3, f: 2026-01-31, g: '6', h: 2023-05, i: ~}"
    plain, problems = read(text)
    assert not problems
    assert plain == {
        "a": 1e6, "b": 1e-3, "c": 1000, "d": 0.5, "e": -3,
        "f": date(2026, 1, 31), "g": "6", "h": "2023-05", "i": None,
    }  # fmt: skip
    assert isinstance(plain["a"], float)


def test_keys_are_names_whatever_yaml_takes_them_for():
    plain, problems = read("{on: 1, no: 2, 2026: 3, 2026-01-01: 4, 012: 5}")
    assert not problems
    assert list(plain) == ["on", "no", "2026", "2026-01-01", "012"]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1: a", "stands here twice (first in line 1)"),
        ("a: 12:30\n", "1:4: a", "base 60"),
        ("a: 012\n", "1:4: a", "begins with a zero"),
        ("a: .nan\n", "1:4: a", "not a finite number"),
        ("a: 1e999\n", "1:4: a", "too large"),
        ("a: 2026-02-30\n", "1:4: a", "no date 2026-02-30"),
        ("a: 2026-02-03 10:00:00\n", "1:4: a", "time of day"),
        ("a: !!python/object:os.system x\n", "1:4: a", "tag"),
        ("a: &x {b: 1}\n<<: *x\n", "2:1", "merge keys"),
        ("a:\n\tb: 1\n", "2:1", "tab"),
        ("a: b: c\n", "1:5", "second colon"),
        ("a: [1,\n", "2:1", "not valid YAML"),
        ("a: 1\n---\nb: 2\n", "", "second document"),
        ("a: *nowhere\n", "1:4", "no anchor"),
        ("", "1:1", "empty"),
        ("# nothing\n", "1:1", "empty"),
        ("a: \x01\n", "1:4", "not allowed"),
        ("[" * (MAX_DEPTH + 5), f"1:{MAX_DEPTH + 2}", "levels deep"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, place, words):
    _, problems = read(text)
    assert len(problems) == 1
    assert problems[0].startswith(f"f.yaml:{place}")
    assert words in problems[0]


def test_one_mistake_does_not_hide_the_next():
    plain, problems = read("a: 012\nb: 1\nb: 2\nc: 2026-13-01\n")
    assert len(problems) == 3
    assert plain["b"] == 1


def test_aliases_are_expanded_but_bounded():
    plain, problems = read("a: &x [1, 2]\nb: *x\n")
    assert (plain, problems) == ({"a": [1, 2], "b": [1, 2]}, [])
    bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)
    )
    plain, problems = read(bomb)
    assert plain is None
    assert "aliases expanded" in problems[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("a: é\n".encode("latin-1"), "1:4: is not UTF-8"),
        ("a: 1\n".encode("utf-16"), "1:1: is saved as UTF-16"),
    ],
)
def test_wrong_encodings_are_named(tmp_path, data, words):
    path = tmp_path / "f.yaml"
    path.write_bytes(data)
    node, problems = read_file(path)
    assert node is None
    assert words in str(problems[0])


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    path = tmp_path / "f.yaml"
    path.write_bytes("a: é\r\nb: 2\r\n".encode("utf-8-sig"))
    node, problems = read_file(path)
    assert not problems
    assert node.plain() == {"a": "é", "b": 2}


def test_a_missing_file_is_a_problem_not_a_traceback(tmp_path):
    node, problems = read_file(tmp_path / "none.yaml")
    assert node is None
    assert "cannot be read" in problems[0].message


def test_whole_numbers_beyond_any_figure_are_refused_where_they_stand():
    _, problems = read_text(f"a:\n  b: 1{'0' * 5000}\n", "f.yaml")
    assert [(p.place.line, p.place.column) for p in problems] == [(2, 6)]
    assert "5001 digits" in problems[0].message
