"""Bad input: whatever stands in a file, the answer is a list of located problems.

A few hundred cases here; `make fuzz` sets BVSIM_FUZZ and runs more than ten thousand.
"""

import os
import random
import time
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bvsim.cli import main
from bvsim.reading import SpecError, load
from bvsim.reading.assembly import Kind, assemble, kind_of
from bvsim.reading.datafiles import shipped_root
from bvsim.reading.folder import Reading, read_model
from bvsim.reading.overrides import SetLine
from bvsim.reading.scenario import Scenario
from bvsim.reading.validating import validate
from bvsim.reading.yaml_tree import MAX_BYTES, read_text
from bvsim.schema.part import part

MODELS = shipped_root() / "models"
FILES = sorted(MODELS.rglob("*.yaml"))
SCENARIOS = sorted((shipped_root() / "scenarios").glob("*.yaml"))
EXAMPLES = int(os.environ.get("BVSIM_FUZZ", "0"))
SLOWEST_SECONDS = 20.0
"""Of processor time: a guard against what never ends; all take about one."""


def examples(share):
    """Settings for a share of the examples asked for, at least a few dozen."""
    count = max(60, round(EXAMPLES * share))
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(max_examples=count, deadline=None, suppress_health_check=quiet)


def assert_only_problems(function):
    """Call; what goes wrong must be problems with places, said in one line each, and soon."""
    begun = time.process_time()
    said = None
    try:
        function()
    except SpecError as error:
        said = error.problems
    assert time.process_time() - begun < SLOWEST_SECONDS
    assert said is None or len(said) > 0
    for problem in said or ():
        assert problem.message
        assert problem.place.file
        assert "\n" not in problem.message


# -- random YAML -----------------------------------------------------------------------------

WORDS = [
    "value", "unit", "source", "confidence", "note", "triangular", "lognormal", "median", "gsd",
    "discrete", "values", "weights", "truncate", "known_from", "like", "times", "from", "to",
    "set", "extends", "sweep", "sites", "labour.programmes.*.seats", "<<", "on", "~", "",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**30), 0, -1, 2**63]),
    st.floats(),
    st.dates(),
    st.text(max_size=12),
    st.sampled_from(WORDS),
    st.sampled_from(["1e999", "-.inf", ".nan", "2026-02-30", "0x1F", "1_000", "12:30:45", "&a *a"]),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), inner, max_size=6),
    ),
    max_leaves=20,
)


def written(tree):
    return yaml.safe_dump(tree, allow_unicode=True)


@examples(0.2)
@given(st.one_of(TREES.map(written), st.text(max_size=300)))
def test_any_text_is_a_tree_or_problems(text):
    node, problems = read_text(text, "any.yaml")
    assert node is not None or problems


# -- sections of the model, one at a time ----------------------------------------------------


@cache
def shipped():
    return read_model(MODELS / "hauts-de-france")


@cache
def section_kind(section):
    """A model of one section and the sources: quick to check."""
    whole = kind_of()
    hints = whole.cls.__annotations__
    fields = {"sources": hints["sources"]} | ({section: hints[section]} if section in hints else {})
    module = __import__("bvsim.schema.model", fromlist=["Model"])
    types = {name: eval(hint, vars(module)) for name, hint in fields.items()}
    cls = type("Section", (), {"__annotations__": types, "__module__": module.__name__})
    return Kind(part(cls), whole.templates)


def check_section(section, node):
    """Check one section, in place of the shipped one, as the whole model would be."""
    reading = shipped()
    others = {key for key in reading.tree.children() if key not in (section, "sources")}
    changed = Reading(reading.tree.put((section,), node), [], others, None)
    assert_only_problems(lambda: assemble(changed, (), section_kind(section), None))


@examples(0.2)
@given(st.sampled_from(sorted(shipped().tree.children())), TREES)
def test_any_tree_as_a_section(section, tree):
    node, _ = read_text(written(tree), f"{section}.yaml")
    if node is not None:
        check_section(section, node)


# -- the shipped files with something wrong --------------------------------------------------

ABSURD = [
    "1e308", "-1e308", "0", "-1", ".inf", ".nan", "9999-12-31", "0001-01-01", "1e-320", "[]", "{}",
    "~", "yes", "'" + "x" * 500 + "'", "&a [*a, *a]", "*nobody", "!!python/none",
]  # fmt: skip


def mutated(text, seed):
    """Return a text with a few things changed that hands and editors change."""
    rng = random.Random(seed)
    for _ in range(rng.randint(1, 4)):
        text = rng.choice(MUTATIONS)(text, rng)
    return text


def _span(text, rng, longest=30):
    begin = rng.randrange(len(text) + 1)
    return begin, min(len(text), begin + rng.randint(0, longest))


def _cut(text, rng):
    begin, end = _span(text, rng)
    return text[:begin] + text[end:]


def _insert(text, rng):
    at = rng.randrange(len(text) + 1)
    signs = [
        ":",
        "-",
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "\t",
        "\n",
        '"',
        "'",
        "#",
        "é",
        "\ud7ff",
        "%",
    ]
    return text[:at] + rng.choice([*signs, *ABSURD]) + text[at:]


def _swap_lines(text, rng):
    lines = text.splitlines(keepends=True)
    a, b = rng.randrange(len(lines) or 1), rng.randrange(len(lines) or 1)
    if lines:
        lines[a], lines[b] = lines[b], lines[a]
    return "".join(lines)


def _repeat_line(text, rng):
    lines = text.splitlines(keepends=True)
    if lines:
        lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    return "".join(lines)


def _indent(text, rng):
    lines = text.splitlines(keepends=True)
    if lines:
        at = rng.randrange(len(lines))
        lines[at] = rng.choice([" ", "  ", "\t", "- "]) + lines[at]
    return "".join(lines)


def _other_word(text, rng):
    words = text.split(" ")
    words[rng.randrange(len(words))] = rng.choice([*ABSURD, *WORDS])
    return " ".join(words)


def _other_number(text, rng):
    digits = [i for i, sign in enumerate(text) if sign.isdigit()]
    if not digits:
        return text
    at = rng.choice(digits)
    return text[:at] + rng.choice([*ABSURD, "7", "99999"]) + text[at + 1 :]


MUTATIONS = [_cut, _insert, _swap_lines, _repeat_line, _indent, _other_word, _other_number]


def section_of(path):
    return path.stem if path.parent.parent == MODELS else path.parent.name


@examples(0.5)
@given(st.sampled_from(FILES), st.integers(0, 2**32))
def test_a_shipped_file_with_something_wrong(path, seed):
    text = mutated(path.read_text("utf-8"), seed)
    node, _ = read_text(text, path.name)
    if node is None:
        return
    section = section_of(path)
    if section == "model":
        for name, child in node.children().items():
            check_section(name, child)
    elif section == "sources":
        check_section("sources", node)
    elif path.parent.parent != MODELS:
        check_section(section, shipped().tree.get(section).put((path.stem,), node))
    else:
        check_section(section, node)


# -- scenarios on the small model, loaded as a whole -----------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The small model of the spec tests in a study folder."""
    import small_model

    return small_model.write(tmp_path_factory.mktemp("study")), small_model.Model


@examples(0.1)
@given(tree=st.one_of(TREES, st.dictionaries(st.sampled_from(
    ["name", "extends", "set", "as_of", "start", "end", "model", "sources", "dimensions"]
), TREES)), seed=st.integers(0, 2**32))  # fmt: skip
def test_any_scenario_and_any_setting(small, tree, seed):
    root, model = small
    base = (root / "scenarios" / "more.yaml").read_text("utf-8")
    for number, text in enumerate((written(tree), mutated(base, seed))):
        path = root / "scenarios" / f"case-{number}.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        assert_only_problems(lambda path=path: load(path, root=root, model_class=model))
    sets = tree if isinstance(tree, dict) else {"labour.programmes.*.seats": tree}
    assert_only_problems(lambda: load("base", sets, root=root, model_class=model))


@settings(max_examples=max(4, EXAMPLES // 500), deadline=None)
@given(st.sampled_from(FILES), st.integers(0, 2**32))
def test_the_whole_model_with_something_wrong(path, seed):
    """The full way that `bvsim validate` goes; slower, so fewer."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(MODELS, Path(place) / "models"))
        text = mutated(path.read_text("utf-8"), seed)
        (folder / path.relative_to(MODELS)).write_bytes(text.encode("utf-8", "surrogatepass"))
        assert_only_problems(lambda: validate(folder / "hauts-de-france"))


# -- cases by hand ---------------------------------------------------------------------------


def call(*words):
    return CliRunner().invoke(main, list(words))


def refused(*words):
    """Call the command; it must refuse with one line a problem and code 2."""
    begun = time.process_time()
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    assert time.process_time() - begun < SLOWEST_SECONDS
    return result.stderr


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    return tmp_path / "scenarios"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("name: é\n".encode("latin-1"), "UTF-8"),
        ("name: x\n".encode("utf-16"), "UTF-16"),
        (b"\x00\x01\x02", "not allowed"),
        (b"", "empty"),
        (b"- 1\n", "keys with values"),
        (b"a: &a [*a]\n", "anchor"),
        (b"a: " + b"[" * 5000, "deep"),
        (b"name: x\nname: y\n", "twice"),
        (b"name: x\n---\nname: y\n", "second document"),
        (b"#" * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_files_that_cannot_be_read_say_why(study, data, words):
    (study / "mine.yaml").write_bytes(data)
    assert words in refused("validate", "scenarios/mine.yaml")


def test_a_bomb_of_aliases_is_refused(study):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    names = [", ".join([f"*a{i}"] * 9) for i in range(12)]
    lines += [f"a{i + 1}: &a{i + 1} [{name}]" for i, name in enumerate(names)]
    (study / "mine.yaml").write_text("\n".join(lines))
    assert "aliases" in refused("validate", "scenarios/mine.yaml")


def test_scenarios_that_extend_each_other(study):
    (study / "a.yaml").write_text("name: a\nextends: b\n")
    (study / "b.yaml").write_text("name: b\nextends: c\n")
    (study / "c.yaml").write_text("name: c\nextends: a\n")
    said = refused("run", "a", "--dry-run")
    assert "circle" in said
    assert "a -> b -> c -> a" in said
    (study / "self.yaml").write_text("name: self\nextends: self\n")
    assert "circle" in refused("run", "self", "--dry-run")


def test_a_long_chain_of_scenarios(study):
    for i in range(300):
        (study / f"s{i}.yaml").write_text(f"name: s{i}\nextends: s{i + 1}\n")
    (study / "s300.yaml").write_text("name: s300\nextends: reference\n")
    result = call("run", "s0", "--dry-run")
    assert result.exit_code in (0, 2)
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "setting",
    [
        "end: 1000-01-01",
        "as_of: 9999-12-31",
        "as_of: 1900-01-01",
        "as_of: soon",
        "set: {labour.programmes.*.seats: -5}",
        "set: {labour.programmes.*.seats: 1e308}",
        "set: {labour.programmes.*.seats: .nan}",
        "set: {labour.programmes.*.seats: .inf}",
        "set: {labour.programmes.*.seats: {times: -1}}",
        "set: {labour.programmes.*.seats: {times: 1e300}}",
        "set: {sites.acc-douvrin.blocks.block-1.lines: 1e9}",
        "set: {sites.acc-douvrin.blocks.block-1.lines: 0}",
        "set: {sites.acc-douvrin.blocks.block-1.nameplate: 1e12}",
        "set: {calendar.review: 0}",
        "set: {calendar.review: 1e-6}",
        "set: {calendar.scheduled: 400}",
        "set: {'': 1}",
        "set: {'*': 1}",
        "set: {'*.*.*.*.*.*': 1}",
        "set: {sites: {}}",
        "set: {sites: 3}",
        "set: {sites.acc-douvrin: ~}",
    ],
)
def test_absurd_figures_are_refused_before_a_run(study, setting):
    """Refused with a reason, or let through at once: never a traceback or a hang."""
    (study / "mine.yaml").write_text(f"name: mine\nextends: reference\n{setting}\n")
    begun = time.process_time()
    result = call("run", "mine", "--dry-run")
    assert time.process_time() - begun < SLOWEST_SECONDS
    assert result.exit_code in (0, 2)
    assert "Traceback" not in result.output


@pytest.mark.parametrize("dates", ["end: 9999-12-31", "start: 0001-01-01"])
def test_an_endless_horizon_is_refused(study, dates):
    (study / "mine.yaml").write_text(f"name: mine\nextends: reference\n{dates}\n")
    assert "years after the start" in refused("run", "mine", "--dry-run")


@pytest.mark.parametrize(
    "words",
    [
        ["run", "../../../../etc/passwd"],
        ["run", "/etc/passwd"],
        ["run", "/dev/zero"],
        ["run", "."],
        ["run", "scenarios"],
        ["validate", "/etc"],
        ["validate", "/dev/null"],
        ["run", "no\nsuch"],
        ["run", "\x00"],
        ["run", "x" * 5000],
        ["show", "reference", "--diff", "nothing"],
    ],
)
def test_odd_names_are_refused(study, words):
    refused(*words)


@pytest.mark.parametrize(
    "name",
    [
        "../../out",
        "/tmp/out",
        "a/b",
        "..",
        "",
        "-x",
        "con: x",
    ],
)
def test_a_name_cannot_lead_out_of_the_study(study, name):
    """The default folder of a run is made of the scenario's name."""
    from bvsim.ensemble.store.folder import fresh_folder

    (study / "mine.yaml").write_text(f"name: {name!r}\nextends: reference\n")
    try:
        scenario = load("mine")
    except SpecError:
        return
    folder = fresh_folder(scenario.name)
    assert folder.resolve().parent == Path("runs").resolve()


@pytest.mark.parametrize("model", ["../..", "/", "../../models/../..", "/etc", "~", ""])
def test_a_model_that_is_none(study, model):
    (study / "mine.yaml").write_text(
        f"name: mine\nmodel: {model!r}\nas_of: 2026-01-01\nplan_as_of: 2026-01-01\n"
        "start: 2023-01-01\nend: 2030-12-31\n"
    )
    refused("run", "mine", "--dry-run")


def test_dates_written_as_numbers(study):
    with pytest.raises(SpecError):
        load("reference", {"end": 20301231})
    assert isinstance(load("reference", {"end": "2027-12-31"}), Scenario)
    assert load("reference", {"end": date(2027, 12, 31)}).end == date(2027, 12, 31)


def test_settings_know_their_origin():
    node, _ = read_text("a: 1", "x")
    assert SetLine("a", node, "mine").origin == "mine"
