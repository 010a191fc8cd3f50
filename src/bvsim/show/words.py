"""Words and numbers of pages, figures and workbooks, in English and in French."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml
from markupsafe import Markup, escape

from bvsim.analysis.kpis import kpi_of, unit_of
from bvsim.analysis.tables import RunLike
from bvsim.reading.worded import words_of
from bvsim.show.names import model_of, titles_of
from bvsim.valley.cells.cause import Words
from bvsim.valley.cells.causes import CAUSES, cause_of, label
from bvsim.valley.record.kpis import Kpi

LANGUAGES = ("en", "fr")
Data = dict[str, object]
"""What the templates and scripts of the page get: names and what JSON can hold."""
THIN = "\N{NARROW NO-BREAK SPACE}"
NOTHING = "\N{EN DASH}"


@dataclass(frozen=True)
class Both:
    """A text in both languages; in a page it becomes HTML of which one half is shown."""

    en: str
    fr: str

    def __html__(self) -> str:
        """Return both texts as HTML, escaped; once where they are the same."""
        if self.en == self.fr:
            return str(escape(self.en))
        spans = (
            Markup('<span class="{0}" lang="{0}">{1}</span>').format(lang, getattr(self, lang))
            for lang in LANGUAGES
        )
        return str(Markup("").join(spans))

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True)
class Speaker:
    """Who says the program's words in one language, for pictures that hold only one.

    Raises
    ------
    ValueError
        When it is none of `LANGUAGES`.
    """

    lang: str

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise ValueError(f"lang is {self.lang!r}: it must be one of {', '.join(LANGUAGES)}")

    def __call__(self, key: str, **fields: object) -> str:
        """Return a text by its dotted key, with its fields filled in; see `say`."""
        return self.of(say(key, **fields))

    def of(self, both: Both) -> str:
        """Return the text of the language."""
        return str(getattr(both, self.lang))

    def cause(self, name: str) -> str:
        """Return how a cause or a lift is written."""
        return self.of(cause(name))

    def axis_number(self, value: float, _position: object = None) -> str:
        """Write a number at an axis."""
        return self.of(fixed(value, 0))

    def axis_percent(self, share: float, _position: object = None) -> str:
        """Write a share at an axis."""
        return self.of(percent(share))


@cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    text = files("bvsim.show").joinpath("words.yaml").read_text(encoding="utf-8")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C: a tenth of the time
    found: dict[str, dict[str, dict[str, str]]] = yaml.load(text, loader)
    for texts in found.values():
        for both in texts.values():
            both["fr"] = french_spaces(str(both["fr"]))
    return found


def french_spaces(french: str) -> str:
    """Keep the signs that French sets off by a space on the line of their word."""
    return re.sub("(?<=«) | (?=[:;?!»%])", "\N{NO-BREAK SPACE}", french)


def texts_of(name: str) -> dict[str, dict[str, str]]:
    """Return a section of the words: by key, a text by language."""
    return _texts()[name]


def say(key: str, **fields: object) -> Both:
    """Return a text by its dotted key, with its fields filled in.

    Parameters
    ----------
    key : str
        Such as ``answer.made``.
    **fields
        A `Both` is filled in by language, anything else as it is.

    Raises
    ------
    KeyError
        When there is no such text.
    """
    section, _, name = key.partition(".")
    text = _texts()[section][name]
    return Both(*(_fill(text[lang], fields, lang) for lang in LANGUAGES))


def _fill(text: str, fields: Data, lang: str) -> str:
    own = {k: getattr(v, lang) if isinstance(v, Both) else v for k, v in fields.items()}
    return text.format(**own) if own else text


def section(name: str) -> dict[str, dict[str, str]]:
    """Return a section of the words by language, for the scripts of the page."""
    texts = _texts()[name]
    return {lang: {key: str(text[lang]) for key, text in texts.items()} for lang in LANGUAGES}


def cause(name: str) -> Both:
    """Return how a cause or a lift is written; one without a text loses its underscores."""
    found = cause_of(name)
    return native(found.label) if found else plain(label(name))


def causes(names: Iterable[str] = tuple(CAUSES)) -> dict[str, dict[str, str]]:
    """Return how causes or lifts are written, by language, for the scripts of the page."""
    return {lang: {name: getattr(cause(name), lang) for name in names} for lang in LANGUAGES}


def meaning(name: str) -> Both:
    """Return what is lost under a cause."""
    return native(CAUSES[name].meaning)


def native(text: Words) -> Both:
    """Return a text of the program in both languages, French signs kept with their words."""
    return Both(text[0], french_spaces(text[1]))


def prose(name: str) -> Both:
    """Return how a cause is written inside a sentence."""
    found = cause_of(name)
    return native(found.prose) if found and any(found.prose) else cause(name)


def title(text: str) -> Both:
    """Return what a place or block is called: ``Alpha Works, block-2``; known parts in words."""
    return listing([_part(part) for part in text.split(", ")])


def called(run: RunLike, entity: str) -> Both:
    """Return what an entity of a run is called, from its id."""
    actor, _, part = entity.partition(".")
    return title(", ".join(filter(None, (titles_of(run).get(actor, actor), part))))


def kpi_words(run: RunLike, name: str) -> Both:
    """Return what a key figure is called at the head of a figure; its year, its entity."""
    own, _, entity = name.partition(".")
    english = re.sub(r"_(\d{4})\b", r" of \1", own.removesuffix(f"_{unit_of(name).lower()}"))
    year, meant = re.search(r"_(\d{4})(?=_|$)", own), kpi_meaning(kpi_of(name)).fr
    french = f"{meant} ({year[1]})" if year and meant else meant or own
    said = Both(english.replace("_", " "), french)
    if entity:
        return listing([called(run, entity), said])
    return Both(capital(said.en), capital(said.fr))


def capital(text: str) -> str:
    """Begin a text with a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def worded(kind: str, name: str, english: str) -> Both:
    """Return what a lever, a programme or a story says: the English where there are no words."""
    said = [words_of(lang).get(kind, {}).get(name, english) for lang in LANGUAGES]
    return Both(said[0], french_spaces(said[1]))


def model_part(name: str) -> Both:
    """Return what a section of the model is called; one without words keeps its name."""
    return say(f"part.{name}") if name in _texts()["part"] else plain(name)


def kpi_meaning(kpi: Kpi | None) -> Both:
    """Return what a key figure is; empty for one that is unknown."""
    if kpi is None:
        return plain("")
    known = _texts()["kpi_meaning"].get(kpi.name, {})
    return Both(kpi.meaning, known.get("fr", kpi.meaning))


def unit(name: str) -> Both:
    """Return how a unit is written."""
    return say(f"unit.{name}") if name in _texts()["unit"] else plain(name)


def column(name: str) -> Both:
    """Return what a column of a workbook is called; one without words keeps its name."""
    return say(f"column.{name}") if name in _texts()["column"] else plain(name)


def region(run: RunLike) -> Both:
    """Return what the model of a run is called."""
    model = model_of(run)
    name = str(model.get("title") or "bvsim")
    return Both(name, str(model.get("title_fr") or name))


def _part(text: str) -> Both:
    if text in _texts()["name"]:
        return say(f"name.{text}")
    if text.startswith("block-"):
        word, number_ = say("name.block"), text.removeprefix("block-")
        return Both(f"{word.en} {number_}", f"{word.fr} {number_}")
    return worded("titles", text, text)


def join(parts: list[Both]) -> Both:
    """Join texts as in a sentence: the last with "and"."""
    word = say("answer.and")
    return Both(*(_join([getattr(p, lang) for p in parts], getattr(word, lang))
                  for lang in LANGUAGES))  # fmt: skip


def listing(parts: list[Both]) -> Both:
    """Join names with commas; empty without any."""
    return Both(*(", ".join(getattr(part, lang) for part in parts) for lang in LANGUAGES))


def _join(words: list[str], last: str) -> str:
    *most, end = words
    return f"{', '.join(most)}{last}{end}" if most else end


def plain(text: str) -> Both:
    """Return a name that is the same in both languages."""
    return Both(text, text)


def _both(english: str) -> Both:
    """Turn an English number into both: ``12,345.6`` and ``12 345,6``."""
    french = english.translate({ord(","): THIN, ord("."): ","})
    return Both(english, french)


def number(value: float | None, unit: str = "") -> Both:
    """Write a figure of a table: three significant digits or whole numbers, years plain."""
    if value is None or math.isnan(value):
        return plain(NOTHING)
    if unit in ("share", "probability"):
        return _share(value)
    if unit == "year":
        return _both(f"{value:.1f}" if value % 1 else f"{value:.0f}")
    return _both(f"{value:,.0f}" if abs(value) >= 100 else _three_digits(value))


def _three_digits(value: float) -> str:
    """Write a number with three significant digits and no exponent."""
    return np.format_float_positional(value, 3, unique=False, fractional=False, trim="-")


def _share(value: float) -> Both:
    """Write a share of a table in per cent, with a digit behind the point below ten."""
    if 0.0 < value < 0.0005:
        return Both("<0.1%", f"<{THIN}0,1\N{NO-BREAK SPACE}%")
    if value == 0.0 or value >= 0.0995:
        return percent(value)
    return Both(f"{100 * value:.1f}%", f"{100 * value:.1f}\N{NO-BREAK SPACE}%".replace(".", ","))


def short(value: float) -> Both:
    """Write a number inside a sentence: about two or three significant digits."""
    return _both(f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}")


def fixed(value: float, digits: int) -> Both:
    """Write a number with so many digits behind the point."""
    return _both(f"{value:,.{digits}f}")


def percent(share: float) -> Both:
    """Write a share in per cent."""
    text = f"{100 * share:.0f}"
    return Both(f"{text}%", f"{text}\N{NO-BREAK SPACE}%")


def signed(value: float) -> Both:
    """Write a difference with its sign and three significant digits."""
    return general(value, "+")


def general(value: float, sign: str = "-") -> Both:
    """Write a number with as many digits as it needs."""
    digits = ".3g" if sign == "+" else ",g"
    return _both(f"{value:{sign}{digits}}".replace("-", "\N{MINUS SIGN}"))
