"""Everything that is wrong with a model is told in one report, each with its place."""

import re

import pytest

from bvsim.reading import validating
from bvsim.reading.checking import check
from bvsim.reading.nodes import from_python
from bvsim.reading.scenario import load
from bvsim.schema.errors import Place, SpecError
from bvsim.schema.stages import Stages
from small_model import FILES, Model, write

TEN_MISTAKES = """\
basin: nroth
nameplate: 13.4
lines: {uniform: [6, 2], source: [judged], confidence: judgement}
ramp: {like: novise}
sop: {value: 2025-02-30, source: [judged], confidence: judgement}
open: maybe
built: 2020
built: 2021-01-01
redaings: {}
readings:
  summer: {known_from: 2025-09-01, scrap: {value: 30, unit: '%', source: [nwe], confidence: sure}}
"""


def problems(root, changed=None):
    write(root, changed)
    return [str(p) for p in validating.validate(root / "models/small", model_class=Model)]


def test_the_small_model_is_right(tmp_path):
    assert problems(tmp_path) == []


def test_each_of_many_mistakes_in_one_file_is_told_with_its_place(tmp_path):
    found = problems(tmp_path, {"models/small/sites/alpha.yaml": TEN_MISTAKES})
    told = {
        match[1]: match[2]
        for line in found
        if (match := re.fullmatch(r".*sites/alpha\.yaml:(\d+:\d+): (.*)", line))
    }
    assert len(told) == len(found) == 13
    for place, words in [
        ("1:8", "unknown name (of labour.basins) 'nroth' (did you mean 'north'?)"),
        ("2:12", "bare number needs a source"),
        ("3:18", "low (6) must be less than high (2)"),
        ("4:14", "unknown template 'novise' (did you mean 'novice'?)"),
        ("5:14", "no date 2025-02-30"),
        ("6:7", "should be true or false"),
        ("7:8", "2020 is not a date"),
        ("8:1", "stands here twice"),
        ("9:1", "unknown key 'redaings' (did you mean 'readings'?)"),
        ("11:51", "30 is out of bounds"),
        ("11:61", "the unit is share here, not %"),
        ("11:75", "unknown source 'nwe' (did you mean 'new'?)"),
        ("11:93", "unknown confidence 'sure'"),
    ]:
        assert words in told[place]


def test_mistakes_of_all_files_come_in_one_report(tmp_path):
    changed = {
        "models/small/model.yaml": "title: no\n",
        "models/small/labour.yaml": "basins: [\n",
        "models/small/cathode.yaml": "mill: {kind: makr}\nport: {kind: importer}\n",
        "models/small/labor.yaml": "a: 1\n",
    }
    found = problems(tmp_path, changed)
    assert len(found) == 5
    assert "cathode.yaml:1:14: cathode.mill: 'makr' is not one of maker, importer" in found[0]
    assert "cathode.yaml:2:1: cathode.port.delay: 'delay' is missing" in found[1]
    assert "labor.yaml:1:1: labor: unknown key 'labor' (did you mean 'labour'?)" in found[2]
    assert "labour.yaml:2:1: labour: not valid YAML" in found[3]
    assert "model.yaml:1:8: title: YAML reads no as a truth value" in found[4]


def test_sources_that_cannot_be_read_make_no_figure_wrong(tmp_path):
    found = problems(tmp_path, {"models/small/sources/all.yaml": "a: [\n"})
    assert len(found) == 1


def test_a_source_in_two_files_is_refused(tmp_path):
    found = problems(tmp_path, {"models/small/sources/more.yaml": "old: {title: Again}\n"})
    assert len(found) == 1
    assert "sources/more.yaml:1:1: sources.old: 'old' is in" in found[0]


@pytest.mark.parametrize("written", ["no", "off", "Yes", "true"])
def test_truth_values_are_taken_only_where_they_are_meant(tmp_path, written):
    alpha = FILES["models/small/sites/alpha.yaml"]
    assert problems(tmp_path, {"models/small/sites/alpha.yaml": f"open: {written}\n{alpha}"}) == []
    found = problems(tmp_path, {"models/small/model.yaml": f"title: {written}\n"})
    assert len(found) == 1
    assert f"YAML reads {written} as a truth value" in found[0]
    assert problems(tmp_path, {"models/small/model.yaml": f"title: '{written}'\n"}) == []


def test_text_that_looks_like_a_date_or_number_needs_quotes(tmp_path):
    for written in ("2026-01-01", "1e6"):
        found = problems(tmp_path, {"models/small/model.yaml": f"title: {written}\n"})
        assert len(found) == 1
        assert "put it in quotes" in found[0]


def test_figures_not_known_yet_are_told_one_by_one(tmp_path):
    beta = FILES["models/small/sites/beta.yaml"].replace("source: [old]", "source: [new]")
    write(tmp_path, {"models/small/sites/beta.yaml": beta})
    with pytest.raises(SpecError) as caught:
        load("back-then", root=tmp_path, model_class=Model)
    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["sites.beta.nameplate", "sites.beta.lines", "sites.beta.ramp.scrap"]
    assert load("base", root=tmp_path, model_class=Model).paths


def test_mistakes_in_scenario_files_are_located(tmp_path):
    text = """\
name: bad
extends: base
as_off: 2026-01-01
end: 2040
set:
  labour.programmes.frist.seats: 3
  sites.*.lines: 4
  sites.alpha.lines: 5
  sites.alpha.ramp.scrap: {times: 2, from: 2027-01-01}
  title: {times: 2}
  sites.*.rampp.t50: 4
"""
    write(tmp_path, {"scenarios/bad.yaml": text})
    with pytest.raises(SpecError) as caught:
        load("bad", root=tmp_path, model_class=Model)
    found = {f"{p.place.line}:{p.place.column}": p.message for p in caught.value.problems}
    assert len(found) == len(caught.value.problems) == 7  # each mistake once
    assert "did you mean 'as_of'" in found["3:1"]
    assert "not a date" in found["4:6"]
    assert "did you mean 'first'" in found["6:3"]
    assert "set twice: by 'sites.*.lines' too" in found["8:3"]
    assert "cannot change" in found["9:44"]
    assert "not a figure" in found["10:3"]
    assert "did you mean 'ramp'" in found["11:3"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("bse", "did you mean 'base'"), ("loop", "a circle: loop -> pool -> loop")],
)
def test_scenarios_that_are_not_there_or_extend_each_other(tmp_path, name, words):
    more = {f"scenarios/{a}.yaml": f"name: {a}\nextends: {a[::-1]}\n" for a in ("loop", "pool")}
    write(tmp_path, more)
    with pytest.raises(SpecError, match=words):
        load(name, root=tmp_path, model_class=Model)


def test_dates_that_do_not_go_together_are_located_in_the_file(tmp_path):
    text = "name: bad\nextends: base\nend: 2001-01-01\n"
    write(tmp_path, {"scenarios/bad.yaml": text})
    with pytest.raises(SpecError) as caught:
        load("bad", root=tmp_path, model_class=Model)
    (problem,) = caught.value.problems
    assert (problem.place.line, problem.place.column, problem.path) == (3, 6, "end")
    with pytest.raises(SpecError) as caught:
        load("base", sets={"end": "2001-01-01"}, root=tmp_path, model_class=Model)
    assert str(caught.value.problems[0]).startswith("--set: end: ")


def test_a_key_of_an_earlier_version_says_what_to_write_instead():
    stage = {"duration": 1.0, "stop_hazard": 0.0}
    names = ("permit", "financing", "construction", "equipment", "commissioning")
    tree = {**dict.fromkeys(names, stage), "qualification": stage}
    _, found = check(Stages, from_python(tree, Place("a.yaml", 3, 1)))
    said = [problem for problem in found if problem.path == "qualification"]
    assert len(said) == 1
    assert "first_sales" in said[0].message
