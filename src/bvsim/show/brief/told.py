"""What a brief tells, in one language: sentences for its pages and slides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bvsim.analysis.summary import summarise
from bvsim.analysis.tables import RunLike
from bvsim.show import words
from bvsim.show.report import helping, odds
from bvsim.show.report.answer import REACHED_GWH, answer, precision
from bvsim.show.report.cube import Cached
from bvsim.show.report.messages import limit_texts, messages
from bvsim.show.report.model import facts_of
from bvsim.show.report.page import FOCUS
from bvsim.show.report.series import Series
from bvsim.show.words import Both

_LEVERS = 3
"""Commands that are printed; `bvsim list levers` has all."""


@dataclass(frozen=True)
class Told:
    """A run in words of one language.

    Parameters
    ----------
    series : Series
        Its numbers.
    lang : {"en", "fr"}
        The language.
    """

    series: Series
    lang: str

    @classmethod
    def of(cls, run: RunLike, lang: str) -> Told:
        """Return what is told of a run."""
        cached = Cached(run)
        return cls(Series(cached, facts_of(cached)), lang)

    def text(self, both: Both) -> str:
        """Return a text in the language."""
        return str(getattr(both, self.lang))

    def say(self, key: str, **fields: object) -> str:
        """Return one of the page's texts in the language; see `words.say`."""
        return self.text(words.say(key, **fields))

    @property
    def words(self) -> dict[str, str]:
        """The words of charts."""
        return words.section("chart")[self.lang]

    @property
    def year(self) -> int:
        """The year that is told of."""
        return min(FOCUS, self.series.years[-1])

    @property
    def name(self) -> str:
        """The scenario."""
        return str(self.series.run.manifest["scenario"])

    @property
    def place(self) -> str:
        """What the model and the scenario are called."""
        region = words.region(self.series.run)
        return self.say("page.place", region=region, scenario=self.name)

    @property
    def answer(self) -> list[str]:
        """What comes out, what is lost where, and what holds back."""
        run = self.series.run
        return list(map(self.text, answer(run, summarise(run), self.year)))

    @cached_property
    def messages(self) -> dict[str, str]:
        """What each chart finds."""
        return {name: self.text(both) for name, both in messages(self.series, self.year).items()}

    @property
    def odds(self) -> str:
        """How likely the output of the first screen is, with its interval."""
        gwh = min(REACHED_GWH, odds.most_gwh(self.series))
        return self.text(odds.sentence(self.series, self.year, gwh))

    @property
    def limits(self) -> list[str]:
        """How near each limit is to binding."""
        return list(map(self.text, limit_texts(self.series.run, self.series.facts).values()))

    @property
    def help(self) -> list[str]:
        """How near limits are, what is book-keeping, and which levers there are."""
        levers = [f"·  {row['command']}" for row in helping.untried(self.series.run)[:_LEVERS]]
        return [*self.limits, self.say("help.booked"), self.say("help.commands"), *levers]

    @property
    def caveats(self) -> list[str]:
        """How precise the numbers are, and what they are not."""
        run = self.series.run
        lines = precision(run, summarise(run), self.year)
        return [*map(self.text, lines), self.say("page.limits")]

    @property
    def origin(self) -> str:
        """What made the numbers."""
        manifest = self.series.run.manifest
        return f"bvsim {manifest['bvsim']} · model {manifest['model_hash']}"
