"""Mistakes in the CSV files of yearly series are told with their line."""

import pytest

from bvsim.schema.errors import SpecError
from bvsim.schema.fleet import read_history

HEAD = "# vehicles a year\nyear,cars,vans\n"


def read(tmp_path, text):
    path = tmp_path / "series.csv"
    path.write_text(text, encoding="utf-8")
    return read_history(path)


def test_columns_may_end_early(tmp_path):
    found = read(tmp_path, f"{HEAD}2020,1,2\n2021,3.5,\n")
    assert found == {"cars": (2020, (1.0, 3.5)), "vans": (2020, (2.0,))}


@pytest.mark.parametrize("cell", ["nan", "inf", "-1", "1e999", "many", "1,5"])
def test_a_cell_that_is_no_amount(cell, tmp_path):
    with pytest.raises(SpecError, match=r"series.csv:4:1: "):
        read(tmp_path, f"{HEAD}2020,1,2\n2021,{cell},2\n")


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        ("2020,1,2\n2022,1,2\n", 4, "2022 follows 2020"),
        ("2021,1,2\n2020,1,2\n", 4, "2020 follows 2021"),
        ("2020,1,2\n2020,1,2\n", 4, "2020 follows 2020"),
        ("2020,1\n", 3, "2 cells where the header has 3"),
        ("2020,1,2,3\n", 3, "4 cells where the header has 3"),
        ("1020,1,2\n", 3, "'1020' is not a year"),
        ("twenty,1,2\n", 3, "'twenty' is not a year"),
        ("2020,,2\n2021,1,2\n", 3, "cars: '' is not a finite number"),
        ("", 2, "a header and at least one year"),
    ],
)
def test_rows_that_do_not_fit(rows, line, said, tmp_path):
    with pytest.raises(SpecError) as caught:
        read(tmp_path, HEAD + rows)
    (problem,) = caught.value.problems
    assert problem.place.line == line
    assert said in problem.message


def test_two_columns_of_one_name(tmp_path):
    with pytest.raises(SpecError, match="two columns bear one name"):
        read(tmp_path, "year,cars,cars\n2020,1,2\n")
