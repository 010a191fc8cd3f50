"""The page itself, with a server behind it or as one file."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from bvsim.analysis.policy.estimate_files import to_json
from bvsim.analysis.policy.estimates import Asked, Estimate
from bvsim.analysis.policy.headlines import STEPS
from bvsim.analysis.policy.labels import SPAN
from bvsim.reading.levers import Lever, priced
from bvsim.show import plot, words
from bvsim.show.report.page import SCRIPTS as REPORT_SCRIPTS
from bvsim.show.words import Data

SCRIPTS = ("added.js", "state.js", "charts.js", "valley.js", "screens.js", "app.js")


def state(
    asked: Asked, estimate: Estimate | None, *, live: bool, report: str | None = None
) -> Data:
    """Return all that the page knows.

    Parameters
    ----------
    asked : Asked
        The scenario, its levers and its rows.
    estimate : Estimate or None
        What the page adds up by itself; without it, exact rows only.
    live : bool
        Whether a server simulates behind it.
    report : str, optional
        The report of a run, for a page without a server.
    """
    first, last = asked.view.first, asked.view.last
    opens = asked.page.year if asked.page else first
    return {
        "scenario": asked.scenario.name,
        "draws": asked.draws,
        "seed": asked.seed,
        "gwh": asked.gwh,
        "years": list(range(first, last + 1)),
        "year": min(max(opens, first), last),
        "span": list(SPAN),
        "live": live,
        "levers": [_card(asked, name, lever) for name, lever in asked.levers.items()],
        "estimate": to_json(estimate, asked.mark) if estimate else None,
        "words": words.section("app"),
        "steps": list(STEPS),
        "causes": words.causes(),
        "colours": plot.COLOURS,
        "report": report,
    }


def _card(asked: Asked, name: str, lever: Lever) -> Data:
    title = words.worded("levers", name, lever.title)
    prices = [priced(name, lever, strength) for strength in lever.tried]
    days = [each.since.isoformat() for each in asked.later[name] if each.since]
    return {
        "name": name,
        "title": {"en": title.en, "fr": title.fr},
        "since": lever.since.isoformat(),
        "days": days,
        "strengths": list(lever.tried),
        "between": lever.rule == "proportional",
        "prices": [[each.strength, each.total_meur, each.per_year_meur] for each in prices],
        "booked": lever.booked,
        "unpriced": lever.unpriced,
    }


def render(data: Mapping[str, Any]) -> str:
    """Return the page as one HTML text that asks nobody but its own server for anything."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    scripts = "\n".join(f"<script>{_static(name)}</script>" for name in SCRIPTS)
    styles = _report("page.css") + _static("app.css")
    parts = {"POLICY": policy(), "STYLES": styles, "DATA": text, "SCRIPTS": scripts}
    parts |= {"FIRST": str(data["years"][0]), "LAST": str(data["years"][-1])}
    pieces = _static("app.html").split("@@")  # text, name, text ...: filled in once
    return "".join(parts[p] if i % 2 else p for i, p in enumerate(pieces))


def policy() -> str:
    """Return the content policy: these scripts by their hashes, and this server."""
    texts = [*map(_static, SCRIPTS), *map(_report, REPORT_SCRIPTS)]
    digests = (base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in texts)
    scripts = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src 'self'; frame-src 'self'; base-uri 'none'; "
        "form-action 'none'"
    )


def _static(name: str) -> str:
    return files("bvsim.show.app").joinpath("static", name).read_text(encoding="utf-8")


def _report(name: str) -> str:
    return files("bvsim.show.report").joinpath("static", name).read_text(encoding="utf-8")
