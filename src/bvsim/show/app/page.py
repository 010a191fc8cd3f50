"""The page itself, with a server behind it or as one file."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from bvsim.analysis.policy.added import THRESHOLD_GWH
from bvsim.analysis.policy.estimates import Asked, Estimate
from bvsim.analysis.policy.labels import SPAN
from bvsim.reading.levers import Lever, priced
from bvsim.show import words
from bvsim.show.words import Data


def state(asked: Asked, estimate: Estimate | None, *, live: bool) -> Data:
    """Return all that the page knows.

    Parameters
    ----------
    asked : Asked
        The scenario, its levers and its rows.
    estimate : Estimate or None
        What the page adds up by itself; without it, exact rows only.
    live : bool
        Whether a server simulates behind it.
    """
    return {
        "scenario": asked.scenario.name,
        "draws": asked.draws,
        "seed": asked.seed,
        "threshold": THRESHOLD_GWH,
        "live": live,
        "levers": [_card(name, lever) for name, lever in asked.levers().items()],
        "estimate": estimate.to_json() if estimate else None,
        "words": words.section("app"),
    }


def _card(name: str, lever: Lever) -> Data:
    title = words.worded("levers", name, lever.title)
    meur = {}
    if not (lever.unpriced or lever.booked):
        meur = {s: priced(name, lever, s).meur(*SPAN) for s in lever.tried}
    return {
        "name": name,
        "title": {"en": title.en, "fr": title.fr},
        "since": lever.since.isoformat(),
        "strengths": list(lever.tried),
        "between": lever.rule == "proportional",
        "meur": [[strength, amount] for strength, amount in meur.items()],
    }


def render(data: Mapping[str, Any]) -> str:
    """Return the page as one HTML text that asks nobody but its own server for anything."""
    script, styles = _static("app.js"), _report("page.css") + _static("app.css")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    parts = {"POLICY": policy(), "STYLES": styles, "DATA": text, "SCRIPT": script}
    page = _static("app.html")
    pieces = page.split("@@")  # text, name, text, name ...: what is filled in is not read again
    return "".join(parts[p] if i % 2 else p for i, p in enumerate(pieces))


def policy() -> str:
    """Return the content policy: this script by its hash, and this server."""
    digest = base64.b64encode(hashlib.sha256(_static("app.js").encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _static(name: str) -> str:
    return files("bvsim.show.app").joinpath("static", name).read_text(encoding="utf-8")


def _report(name: str) -> str:
    return files("bvsim.show.report").joinpath("static", name).read_text(encoding="utf-8")
