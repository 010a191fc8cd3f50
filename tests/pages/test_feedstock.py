"""Tables of feedstock from key figures written by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from pages.feedstock import BEGIN, END, date_table, main, page, spread, use_table

NONE = np.nan
KPIS = pd.DataFrame(
    {
        "draw": range(5),
        "recycler_utilisation_2030.alpha": [0.0, 0.25, 0.5, 0.75, 1.0],
        "scrap_feed_share_2030.alpha": [NONE, 0.2, 0.4, 0.6, 0.8],
        "recycler_utilisation_2030.beta": [NONE] * 5,
        "scrap_feed_share_2030.beta": [NONE] * 5,
        "eol_overtakes_scrap_year": [2030, 2031, 2032, 2033, 2034],
        "opens_year.alpha": [2026.0] * 5,
        "opens_year.beta": [NONE] * 5,
    }
)


def test_quantiles_are_of_the_draws_that_have_a_value():
    assert spread(KPIS["scrap_feed_share_2030.alpha"], ".0%") == ("26%", "50%", "74%")
    assert spread(pd.Series([NONE] * 19 + [1.0]), ".0%") == ("-", "-", "-")


def test_a_recycler_that_is_never_in_service_has_no_row():
    table = use_table(KPIS)
    assert list(table["recycler"]) == ["alpha"]
    row = table.iloc[0]
    assert (row["in service"], row["P50"], row["P90 "]) == ("100%", "50%", "74%")


def test_dates_say_in_how_many_draws():
    table = date_table(KPIS).set_index("what")
    assert tuple(table.loc["beta in service"]) == ("0%", "-", "-", "-")
    assert tuple(table.loc["end-of-life packs overtake scrap"]) == ("100%", "2030", "2032", "2034")


def test_the_page_keeps_what_people_wrote(tmp_path, monkeypatch):
    run = SimpleNamespace(
        manifest={"scenario": "mine", "draws": 5, "seed": 1, "design": "sobol"},
        table=lambda name: KPIS,
    )
    monkeypatch.setattr("bvsim.ensemble.store.results.open_run", lambda folder: run)
    file = tmp_path / "page.md"
    file.write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n", encoding="utf-8")
    main([str(tmp_path), "--page", str(file)])
    text = file.read_text("utf-8")
    assert text == f"above\n{BEGIN}\n{page(run)}\n{END}\nbelow\n"
    assert "old" not in text
