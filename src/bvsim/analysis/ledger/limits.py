"""Idle is an answer: how often each limit bound, what came second, and how far the rest was.

A limit of what sites may start (people, cathode material, orders, a plant's own cap) that costs
nothing may be ample, or barely enough. Three numbers tell: in which share of rows, and of the
weeks in which lines ran, it bound; how often it came second, and so would bind next; and its
slack, what it would have allowed beyond what the lines could make, at most as much again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from bvsim.analysis.tables import RunLike, columns_of, means_by, once, pieces, summed_pieces
from bvsim.ensemble.store.results import ROW
from bvsim.valley.cells.cause import Words
from bvsim.valley.cells.causes import CAUSES, LIMITS, RUNNING

Frame = pd.DataFrame

_CORE: Final = 0.8
"""The years named beside a limit hold so much of the weeks in which it bound its first site."""
_SELDOM: Final = 0.005
_BOUND: Final = (
    "{name}: bound in {rows} of rows and {weeks} of weeks, mostly at {site} in {years}; "
    "second in {second}{slack}.",
    "{name} : limite atteinte dans {rows} des tirages et {weeks} des semaines, surtout à {site} en "
    "{years} ; au second rang dans {second}{slack}.",
)
_IDLE: Final = (
    "{name}: never bound; second in {second} of weeks{slack}.",
    "{name} : limite jamais atteinte ; au second rang dans {second} des semaines{slack}.",
)
_SLACK: Final = (
    "; it would have allowed {slack} more than the lines could make",
    " ; elle aurait permis {slack} de plus que ce que pouvaient les lignes",
)
_PACE: Final = (
    "Skilled people: plants learn at {mean} of the speed of their classes ({site} in {year}: "
    "{least}); what that costs is booked in ramp-up.",
    "Techniciens et ingénieurs : les usines apprennent à {mean} du rythme de leur classe ({site} "
    "en {year} : {least}) ; ce que cela coûte est compté dans la montée en cadence.",
)

_SEATS: Final = (
    "Training seats: {filled} filled; {cause} are what most of the rest lacks ({share} of them).",
    "Places de formation : {filled} pourvues ; aux autres, ce sont surtout {cause} qui manquent "
    "({share}).",
)
_EMPTY: Final[dict[str, Words]] = {
    "applicants": ("applicants", "les candidats"),
    "posts": ("posts to go to", "les débouchés"),
    "rooms": ("rooms", "les salles"),
    "tutors": ("tutors", "les tuteurs"),
}
"""What an empty seat lacked, by the column that counts it."""


def limits(run: RunLike) -> Frame:
    """Return how each limit of what sites may start stood, over all rows, weeks and sites.

    Parameters
    ----------
    run : RunLike
        The run.

    Returns
    -------
    pandas.DataFrame
        `rows`, `weeks`, `second`: shares of rows, and of the weeks in which lines ran, in
        which it bound or came second; `slack`: what it would have allowed beyond what lines
        could make, as a share of that, at most 1, NaN in runs that did not record it; `site`,
        `first_year`, `last_year`: where it bound for the most weeks and when, empty where it
        never did. Index: the limit. Empty for runs without the table `binding`.
    """
    if "binding" not in run.manifest["tables"]:
        return pd.DataFrame(index=pd.Index([], name="limit"))
    return once(run, "limits", lambda: _limits(run))


def _limits(run: RunLike) -> Frame:
    found, rows = _totals(run)
    running = float(found[[f"weeks_{name}" for name in RUNNING]].to_numpy().sum())
    entries = {
        limit.name: _entry(found, limit.name, running, float(rows[limit.name])) for limit in LIMITS
    }
    return pd.DataFrame.from_dict(entries, orient="index").rename_axis("limit")


def _totals(run: RunLike) -> tuple[Frame, pd.Series[float]]:
    """Return what the table `binding` adds up to over all rows, read in pieces.

    Returns
    -------
    pandas.DataFrame
        Sums of its quantities by site and year.
    pandas.Series
        The share of rows in which each limit bound, by limit.
    """
    weeks = {f"weeks_{limit.name}": limit.name for limit in LIMITS}
    wanted = ("weeks_", "slack_", "possible_gwh")
    sums, bound, rows = [], [], 0
    for piece in summed_pieces(run, "binding", lambda name: name.startswith(wanted), "site", None):
        sums.append(piece.groupby(level=["entity", "year"]).sum())
        in_rows = piece[list(weeks)].groupby(level=[*ROW]).sum() > 0.0
        bound.append(in_rows.sum())
        rows += len(in_rows)
    total = pd.concat(sums).groupby(level=["entity", "year"]).sum()
    return total, pd.DataFrame(bound).sum().rename(weeks) / rows


def _entry(found: Frame, name: str, running: float, rows: float) -> dict[str, object]:
    """Return what is said of one limit that bound in a share of rows."""
    bound = found[f"weeks_{name}"]
    possible = float(found["possible_gwh"].sum()) if "possible_gwh" in found else 0.0
    site, first, last = _where(bound)
    return {
        "rows": rows,
        "weeks": float(bound.sum()) / running if running else 0.0,
        "second": float(found[f"weeks_second_{name}"].sum()) / running if running else 0.0,
        "slack": float(found[f"slack_{name}_gwh"].sum()) / possible if possible else float("nan"),
        "site": site,
        "first_year": first,
        "last_year": last,
    }


def _where(bound: pd.Series[float]) -> tuple[str, int | None, int | None]:
    """Return the site in which a limit bound longest, and the years that hold most of it."""
    if not float(bound.sum()) > 0.0:
        return "", None, None
    site = str(bound.groupby(level="entity").sum().idxmax())
    weeks = bound.xs(site, level="entity").groupby(level="year").sum()
    passed = weeks.cumsum() / weeks.sum()
    tail = (1.0 - _CORE) / 2.0
    core = weeks.index[(passed >= tail) & (passed - weeks / weeks.sum() <= 1.0 - tail)]
    return site, int(core[0]), int(core[-1])


def learning(run: RunLike) -> Frame:
    """Return the mean speed at which sites learn, 1 as their classes do.

    Returns
    -------
    pandas.DataFrame
        `speed`, mean over the rows in which the site has lines in service and neither is
        observed; index: entity, year. Empty for runs that did not record it.
    """
    names = ("learning_speed", "nameplate_gwh", "observed")
    if not set(names) <= set(columns_of(run, "yearly")):
        return pd.DataFrame({"speed": []}, index=pd.MultiIndex.from_arrays([[], []]))

    def in_service(piece: Frame) -> Frame:
        running = (piece["nameplate_gwh"] > 0.0) & ~piece["observed"].astype(bool)
        return piece[running].dropna(subset=["learning_speed"])

    return once(
        run,
        "learning",
        lambda: means_by(run, "yearly", ["entity", "year"], names, in_service)[
            ["learning_speed"]
        ].set_axis(["speed"], axis=1),
    )


def sentences(run: RunLike, called: Callable[[str], str] = str) -> dict[str, Words]:
    """Say of each limit, in English and French, how it stood; and how fast plants learn.

    Parameters
    ----------
    run : RunLike
        The run.
    called : callable
        Returns what a site is called.

    Returns
    -------
    dict
        By name of the limit, and `learning`; without what the run did not record.
    """
    found = limits(run)
    said = {str(name): _said(str(name), row, called) for name, row in found.iterrows()}
    pace = learning(run)["speed"]
    if len(pace):
        slowest = pace.idxmin()
        mean, least = _percent(float(pace.mean())), _percent(float(pace.min()))
        site, year = called(slowest[0]), slowest[1]  # type: ignore[index]
        texts = [
            _PACE[i].format(mean=mean[i], least=least[i], site=site, year=year) for i in (0, 1)
        ]
        said["learning"] = (texts[0], texts[1])
    said.update(_seats(run))
    return said


def _seats(run: RunLike) -> dict[str, Words]:
    """Say how many seats of courses were filled, and what most of the others lacked."""
    columns = {cause: f"empty_for_{cause}" for cause in _EMPTY}
    if not {"seats", "intake", *columns.values()} <= set(columns_of(run, "yearly")):
        return {}
    names = ["seats", "intake", *columns.values()]
    total = pd.DataFrame([piece[names].sum() for piece in pieces(run, "yearly", names)]).sum()
    empty = {cause: float(total[column]) for cause, column in columns.items()}
    cause = max(empty, key=empty.__getitem__)
    if not empty[cause] > 0.0:
        return {}
    filled = _percent(float(total["intake"] / total["seats"]))
    share = _percent(empty[cause] / sum(empty.values()))
    texts = [
        _SEATS[i].format(filled=filled[i], cause=_EMPTY[cause][i], share=share[i]) for i in (0, 1)
    ]
    return {"seats": (texts[0], texts[1])}


def _said(name: str, row: pd.Series[float], called: Callable[[str], str]) -> Words:
    texts = []
    for i in (0, 1):
        parts = {key: _percent(row[key])[i] for key in ("rows", "weeks", "second", "slack")}
        parts["slack"] = _SLACK[i].format(slack=parts["slack"]) if pd.notna(row["slack"]) else ""
        label = CAUSES[name].label[i]
        parts["name"] = label[0].upper() + label[1:]
        if row["rows"] > 0.0:
            first, last = int(row["first_year"]), int(row["last_year"])
            parts["years"] = str(first) if first == last else f"{first}-{last % 100:02d}"
            parts["site"] = called(str(row["site"]))
        texts.append((_BOUND if row["rows"] > 0.0 else _IDLE)[i].format(**parts))
    return texts[0], texts[1]


def _percent(share: float) -> Words:
    """Write a share in per cent, in English and in French."""
    if pd.isna(share):
        return "", ""
    text = "<1" if 0.0 < share < _SELDOM else f"{100 * share:.0f}"
    return f"{text}%", f"{text}\N{NO-BREAK SPACE}%"
