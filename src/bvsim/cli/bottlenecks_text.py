"""What `bvsim bottlenecks` shows on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bvsim.analysis.ledger.relief import ALL
from bvsim.analysis.tables import REGION
from bvsim.cli.frames import Column, FittedTable, frame_table, interval, number
from bvsim.cli.terminal import ledger_table, make_console
from bvsim.valley.cells.causes import label

if TYPE_CHECKING:
    import pandas as pd

    from bvsim.ensemble.store.results import Run

FEW_ROWS = 32
_NOTHING = 0.005


def print_bottlenecks(run: Run, tables: Mapping[str, pd.DataFrame], year: int) -> None:
    """Print ledger, shares, relief and Shapley shares."""
    console = make_console()
    manifest = run.manifest
    console.print(
        f"[bold]{manifest['scenario']}[/bold]  {manifest['draws']} draws, "
        f"seed {manifest['seed']}, {manifest['elapsed_s']:.0f} s\n"
    )
    said = Answers(tables, year)
    for table in (said.ledger(), said.shares(), said.by_year(), said.constraints()):
        console.print(table)
    console.print(said.booked())
    console.print(said.pairs())
    console.print(said.sites())
    for line in said.sentences():
        console.print(line)
    console.print()


@dataclass(frozen=True)
class Answers:
    """The tables of the analysis, put as answers about one year.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``ledger``, ``relief``, ``surplus``, ``booked_and_caused``, ``shares_by_loss`` and
        ``shares_by_time``.
    year : int
        The year to show in detail.
    """

    tables: Mapping[str, pd.DataFrame]
    year: int

    @cached_property
    def _relief(self) -> dict[tuple[int, str, str, str], dict[str, float]]:
        """Numbers by (year, entity, measure, lifted)."""
        found: dict[tuple[int, str, str, str], dict[str, float]] = self.tables["relief"].to_dict(
            "index"
        )  # type: ignore[assignment]
        return found

    def _names(self, measure: str) -> list[str]:
        """Return what is lifted in a measure, in order."""
        return list(dict.fromkeys(key[3] for key in self._relief if key[2] == measure))

    def _at(self, measure: str, lifted: str, entity: str = REGION) -> dict[str, float]:
        return self._relief[self.year, entity, measure, lifted]

    def ledger(self) -> FittedTable:
        """Return the staircase of the year."""
        return ledger_table(self.tables["ledger"], self.year)

    def shares(self) -> FittedTable:
        """Return what is most often the bottleneck of each site."""
        by_loss, by_time = self._ordered("loss"), self._ordered("time")
        entities = sorted(by_loss, key=lambda name: (name != REGION, name))
        rows = [(e, *by_loss[e][:2], by_time.get(e, ["", ""])[0]) for e in entities]
        header = (
            "",
            "most often, by lost GWh",
            Column("then", 2),
            Column("most often, by time", 1),
        )
        title = f"Bottleneck in {self.year}: share of rows and 95% interval"
        return frame_table(title, header, rows)

    def _ordered(self, by: str) -> dict[str, list[str]]:
        """Return the causes of each entity in words, the most frequent first, at least two."""
        table = self.tables[f"shares_by_{by}"].reset_index()
        table = table[(table["year"] == self.year) & (table["share"] > 0.0)]
        table = table.sort_values("share", ascending=False, kind="stable")
        found: dict[str, list[str]] = {}
        for row in table.to_dict("records"):
            ends = f"{row['ci95_lo']:.0%}-{row['ci95_hi']:.0%}"
            text = f"{label(row['cause'])} {row['share']:.0%} ({ends})"
            found.setdefault(row["entity"], []).append(text)
        return {entity: [*texts, "", ""] for entity, texts in found.items()}

    def by_year(self) -> FittedTable:
        """Return the relief of all and the Shapley shares of the valley, year by year."""
        names, (every,) = self._names("shapley"), self._names(ALL)
        rows = []
        for year in sorted({key[0] for key in self._relief}):
            whole = self._relief[year, REGION, ALL, every]["mean_gwh"]
            parts = [self._relief[year, REGION, "shapley", n]["mean_gwh"] for n in names]
            if any(abs(value) >= _NOTHING for value in (whole, *parts)):
                rows.append((str(year), whole, *parts))
        header = [Column("year"), Column("all lifted"), *_ranked(names)]
        return frame_table("GWh freed a year, and each Shapley share (means)", header, rows)

    def constraints(self) -> FittedTable:
        """Return what each constraint frees alone, last and by its Shapley share."""
        rows = []
        for name in self._names("shapley"):
            row = [label(name)]
            for measure in ("alone", "last", "shapley"):
                found = self._at(measure, name)
                row += [number(found["mean_gwh"]), _interval(found)]
            rows.append(row)
        measures = (("alone", 2), ("last", 3), ("Shapley", 0))
        parts = [(Column(name, rank), Column("95%", rank + 2)) for name, rank in measures]
        header = [Column("lifted"), *(column for part in parts for column in part)]
        return frame_table(f"GWh freed in {self.year}", header, rows)

    def booked(self) -> FittedTable:
        """Return what the ledger books under each cause, and what lifting it alone frees."""
        found = self.tables["booked_and_caused"].to_dict("index")
        rows = []
        for name in self._names("shapley"):
            row, texts = found[self.year, name], [label(name)]
            for side in ("booked", "caused"):
                texts.append(number(row[f"{side}_gwh"]))
                texts.append(interval(row[f"{side}_lo_gwh"], row[f"{side}_hi_gwh"]))
            rows.append(tuple(texts))
        header = ("", "booked", Column("95%", 1), "caused (lifted alone)", Column("95%", 1))
        return frame_table(f"GWh booked and GWh caused in {self.year}", header, rows)

    def pairs(self) -> FittedTable:
        """Return what pairs free, and how much of it neither frees alone."""
        rows = []
        for name in self._names("pair"):
            both, beyond = self._at("pair", name), self._at("interaction", name)
            pair = " + ".join(label(part) for part in name.split("+"))
            numbers = number(both["mean_gwh"]), number(beyond["mean_gwh"])
            rows.append((pair, *numbers, _interval(beyond)))
        header = ("pair", "both lifted", "beyond the two alone", Column("95%", 1))
        return frame_table(f"GWh freed by pairs in {self.year}", header, rows)

    def sites(self) -> FittedTable:
        """Return the Shapley shares of each site."""
        names = self._names("shapley")
        rows = []
        for entity in dict.fromkeys(key[1] for key in self._relief if key[1] != REGION):
            shares = [self._at("shapley", name, entity)["mean_gwh"] for name in names]
            if any(abs(share) >= _NOTHING for share in shares):
                rows.append((entity, *shares))
        title = f"Shapley shares by site in {self.year}, GWh"
        return frame_table(title, ["", *_ranked(names)], rows)

    def sentences(self) -> list[str]:
        """Say what the numbers of the year amount to."""
        sums = self.tables["surplus"].to_dict("index")[self.year]
        names = self._names("shapley")
        n = int(self._at("shapley", names[0])["n"])
        found = [
            f"All lifted free {number(sums['all'])} GWh in {self.year}. Lifted one at a time they "
            f"free {number(sums['sum_alone'])} in sum, each as the last "
            f"{number(sums['sum_last'])}: the differences are interaction. "
            f"Shapley shares add up to the whole, {number(sums['sum_shapley'])} "
            f"(off by {abs(sums['sum_shapley'] - sums['all']):.0e})."
        ]
        unclear = [label(name) for name in names if not self._at("shapley", name)["clear"]]
        if unclear:
            found.append(
                f"The interval covers zero for {', '.join(unclear)}: at n = {n} it cannot be told "
                "whether lifting it helps."
            )
        if n < FEW_ROWS:
            found.append(f"n = {n} is few: take {FEW_ROWS} or more before quoting a number.")
        return found


def _interval(row: Mapping[str, float]) -> str:
    return interval(row["ci95_lo_gwh"], row["ci95_hi_gwh"])


def _ranked(names: list[str]) -> list[Column]:
    """Return a column a constraint; where they do not fit, the last leave first."""
    return [Column(label(name), rank) for rank, name in enumerate(names, 1)]
