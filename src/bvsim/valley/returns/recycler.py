"""A mechanical recycler: lines, intake, batches, and the decision to mothball.

Feed is a well-mixed pile: amounts (tonnes, the black mass they will yield, its nickel,
cobalt, lithium and manganese, and what it will be worth at mean prices) that leave it in
proportion. The unit of a capacity is tonnes of packs or scrap fed.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bvsim.schema.recycling import RecyclerSpec, ShredderLine
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import append, i64, vec
from bvsim.valley.ground.sums import total

ELEMENTS: Final = ("nickel", "cobalt", "lithium", "manganese")
MIX: Final = ("feed", "black_mass", *ELEMENTS, "worth")
"""The amounts that describe a pile of feed: tonnes, and EUR at mean prices."""
WORTH: Final = MIX.index("worth")


@dataclass(frozen=True)
class RecyclerColumns(Columns):
    """Feed, output and staff of a recycler."""

    feed_t: i64 = flow("feed brought to the gate")
    feed_scrap_t: i64 = flow("of it production scrap and trim")
    feed_eol_t: i64 = flow("of it packs of retired vehicles")
    feed_replacement_t: i64 = flow("of it packs replaced in use or recalled")
    feed_non_ev_t: i64 = flow("of it batteries from outside vehicles")
    processed_t: i64 = flow("feed shredded")
    capacity_t: i64 = flow("nameplate of lines in service over the time in service")
    black_mass_t: i64 = flow("black mass made")
    sent_elsewhere_t: i64 = flow("feed at the gate passed on to others")
    mothballed_weeks: i64 = flow("weeks mothballed")
    result_eur: i64 = flow("sales and fees less running costs")
    buffer_t: i64 = stock("feed waiting in the intake store")
    nameplate_t: i64 = stock("nameplate of lines in service, tonnes of feed a year")
    headcount: i64 = stock("own staff")


RECYCLER: Final = laid_out(RecyclerColumns)

Money = tuple[float, float, float]


def nothing() -> vec[float]:
    """Return a pile of feed (`MIX`) with nothing on it."""
    return vec[float]([0.0] * len(MIX))


def add(row: vec[float], amounts: vec[float], times: float, first: i64 = 0) -> None:
    """Add amounts, times a number, to a row from a position on."""
    at = first
    for amount in amounts:
        row[at] += amount * times
        at += 1


def _recent(months: vec[float], month: float, most: i64) -> vec[float]:
    """Return the past months with one more, and without the first where they are too many."""
    return append(months[1:] if len(months) >= most else months, month)


class Recycler:
    """One recycler in one replication.

    Parameters
    ----------
    name : str
        Its entity.
    spec : RecyclerSpec
        Drawn figures.
    ctx : Context
        Surroundings.
    """

    def __init__(self, name: str, spec: RecyclerSpec, ctx: Context) -> None:
        self.name, self.spec, self.ctx = name, spec, ctx
        self.begun: dict[str, float] = {}
        """Day on which each line in service began its first series of batches."""
        self.known = False
        """Whether its opening is on record."""
        self.mothballed = False
        self.restart_day = math.inf
        self.decided_day = math.inf
        self.waits_for_rule = False
        self.capacity_t = 0.0
        """Nameplate of lines in service, tonnes of feed a day; 0 while mothballed."""
        self.usable_t = 0.0
        """Of it usable after commissioning and ramp."""
        self.store_t = 0.0
        self.pile = nothing()
        self._credit = 0.0
        self._below = 0
        self._visible = 0
        self._window: i64 = max(1, round(spec.load_window))
        self._fed, self._could, self._results = vec[float](), vec[float](), vec[float]()
        """Feed shredded, usable capacity and result of the past months."""
        self._shredded = self._usable = self._result = 0.0
        self._in = vec[float]([0.0, 0.0])
        self._out = vec[float]([0.0, 0.0, 0.0, 0.0])
        self._later: dict[str, float] = {}
        self._batch: float = spec.batch
        self._first_rate: float = spec.first_rate
        self._ramp_days: float = max(spec.ramp * DAYS_PER_YEAR, 1e-9)
        self._intake_weeks: float = spec.intake
        self._per_pack: float = spec.per_pack
        self._minimum_load: float = spec.minimum_load
        self._patience: float = max(1.0, spec.patience)
        self._staff = (float(spec.staff), float(spec.staff_per_line), float(spec.mothballed_staff))
        """Of the plant, of a line, and the share that is kept while mothballed."""
        self._heads, self._heads_of = 0, (0, False)
        """Own staff, and of how many lines, mothballed or not."""
        self._sizes: dict[str, float] = {name: spec.lines[name].capacity for name in spec.lines}
        """Nameplate of each line, in the unit of its own."""
        first = min(spec.lines)
        self.planned_t: float = self._sizes[first] / self._per_pack
        """Nameplate if all its present lines (or its first) ran, tonnes of feed a year."""
        self._lines: list[tuple[float, float]] = []
        """Of each line in service its nameplate, tonnes of feed a day, and its day of `begun`."""
        self._next, self._next_day, self._next_load = "", math.inf, 0.0
        """The next line that waits for load, the day on which it can open, the load for it."""
        rule = spec.returns
        self._may_return = rule is not None
        self._outlet: float = -math.inf if rule is None else rule.outlet

    # -- opening -------------------------------------------------------------------

    def start(self) -> None:
        """Open the account, decide each line's luck and await the openings."""
        self.account = self.ctx.books.open("yearly", self.name, RECYCLER.columns)
        luck = self.ctx.streams.stream(self.name, "opening")
        for line_name, line in sorted(self.spec.lines.items()):
            first = line.needs_load <= 0.0
            day, cause = self._opening(line, luck.happens(line.probability), first)
            if not first:
                self._later[line_name] = day
            elif day <= self.ctx.clock.now:
                self.open(line_name, day, cause)
            elif math.isfinite(day):
                self.ctx.env.process(self._await(line_name, day, cause))
        self._choose_next()

    def _choose_next(self) -> None:
        """Find the line that comes next once those before it are loaded."""
        self._next, self._next_day = min(self._later, default=""), math.inf
        if self._next:
            self._next_day = self._later[self._next]
            self._next_load = self.spec.lines[self._next].needs_load

    def _opening(self, line: ShredderLine, lucky: bool, first: bool) -> tuple[float, str]:
        """Return the day on which a line opens (infinite: never, or by rule), and why."""
        calendar, spec = self.ctx.calendar, self.spec
        if first and spec.opens is not None:
            return float(spec.opens), "set by the scenario"
        if line.opened is not None and calendar.day(line.opened) <= self.ctx.as_of_day:
            return calendar.day(line.opened), "fact"
        if self._is_fact(spec.cancelled):
            return math.inf, spec.cause
        if self._is_fact(spec.suspended) or not lucky:
            self.waits_for_rule = self.waits_for_rule or first
            return math.inf, spec.cause
        soonest = self.ctx.as_of_day + line.notice * DAYS_PER_MONTH
        return max(float(line.announced) + line.slip * DAYS_PER_YEAR, soonest), "project completed"

    def _is_fact(self, when: Any) -> bool:
        return when is not None and self.ctx.calendar.day(when) <= self.ctx.as_of_day

    def _await(self, line: str, day: float, cause: str) -> Generator[Any, Any, None]:
        yield self.ctx.env.timeout(day - self.ctx.clock.now)
        self.open(line, day, cause)

    def open(self, line: str, day: float, cause: str) -> None:
        """Put a line into service."""
        self.begun[line] = day + self.spec.commissioning * DAYS_PER_MONTH
        sizes, per_pack = self._sizes, self._per_pack
        self.planned_t = sum([sizes[name] for name in self.begun]) / per_pack
        self._lines = [
            (sizes[name] / per_pack / DAYS_PER_YEAR, self.begun[name])
            for name in sorted(self.begun)
        ]
        self.waits_for_rule = False
        now, calendar = self.ctx.clock.now, self.ctx.calendar
        before = self.capacity_t
        self._rate(now)
        month_end = calendar.month_starts[bisect_right(calendar.month_starts, now)]
        self.account.now[RECYCLER.capacity_t] += (self.capacity_t - before) * (month_end - now)
        self.account.now[RECYCLER.nameplate_t] = self.capacity_t * DAYS_PER_YEAR
        self.account.now[RECYCLER.headcount] = self.heads
        size = self.spec.lines[line].capacity
        self._log("line opens", f"{line}: {cause}", size, "t/yr")

    def _log(self, event: str, cause: str, value: float = math.nan, unit: str = "") -> None:
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.name,
            event=event,
            cause=cause,
            value=value,
            unit=unit,
        )

    # -- state ---------------------------------------------------------------------

    @property
    def in_service(self) -> bool:
        """Whether it takes feed."""
        return bool(self.begun) and not self.mothballed

    def _rate(self, day: float) -> None:
        """Set capacity and usable capacity for the days to come."""
        self.capacity_t = self.usable_t = self.store_t = 0.0
        if not self.in_service:
            return
        for size, begun in self._lines:
            self.capacity_t += size
            age = day - begun
            if age >= 0.0:
                missing = (1.0 - self._first_rate) * math.exp(-age / self._ramp_days)
                self.usable_t += size * (1.0 - missing)
        store = self.capacity_t * self._intake_weeks * DAYS_PER_WEEK
        self.store_t = store if store > self._batch else self._batch

    def room(self, days: float) -> float:
        """Return the feed it can take over some days: room in its store, and whole batches."""
        credit, batch = self._credit + self.usable_t * days, self._batch
        work = credit // batch * batch if batch > 0.0 else credit
        room = self.store_t - self.pile[0] + work
        return room if room > 0.0 else 0.0

    # -- each month: work ---------------------------------------------------------------

    def work(
        self, mix: vec[float], brought: float, taken: float, days: float, money: Money
    ) -> vec[float]:
        """Take feed at the gate and shred whole batches.

        Parameters
        ----------
        mix : vec of float
            Amounts (`MIX`) of all feed offered in the region, and maybe more.
        brought, taken : float
            Shares of it brought to this gate, and accepted there (at most `brought`).
        days : float
            Length of the month.
        money : Money
            Fees for all feed offered; price level; margin of a tonne shredded.

        Returns
        -------
        vec of float
            Amounts (`MIX`) of the feed shredded.
        """
        arrived, turned_away = mix[0] * brought, mix[0] * (brought - taken)
        pile = self.pile
        for i, held in enumerate(pile):
            pile[i] = held + mix[i] * taken
        out = self._shred(days)
        fees, price, margin = money
        result = fees * taken + out[WORTH] * price + out[0] * margin
        self._shredded = out[0]
        self._result += result
        took, gave = self._in, self._out
        took[0] += arrived
        took[1] += mix[1] * taken
        gave[0] += out[0]
        gave[1] += turned_away
        gave[2] += out[1]
        now = self.account.now
        now[RECYCLER.feed_t] += arrived
        now[RECYCLER.processed_t] += out[0]
        now[RECYCLER.black_mass_t] += out[1]
        now[RECYCLER.sent_elsewhere_t] += turned_away
        now[RECYCLER.result_eur] += result
        now[RECYCLER.buffer_t] = self.pile[0]
        return out

    def _shred(self, days: float) -> vec[float]:
        """Take whole batches off the pile, as many as its capacity allows."""
        self._usable = self.usable_t * days
        credit, batch, pile = self._credit + self._usable, self._batch, self.pile
        feed = pile[0] if pile[0] < credit else credit
        if batch > 0.0:
            feed = feed // batch * batch
            # Unused capacity is gone, but for the batch under way.
            unused = credit - feed
            self._credit = unused if unused < batch else batch
        if feed <= 0.0:
            return nothing()
        share = feed / pile[0]
        out = vec[float]([held * share for held in pile])
        for i, gone in enumerate(out):
            pile[i] -= gone
        return out

    # -- each month: decisions ----------------------------------------------------------------

    def review(self, visible: float, fixed_cost: float, days: float) -> None:
        """Look back at a month (load, patience, restart, next lines) and begin the next.

        Parameters
        ----------
        visible : float
            Load that could be had if it ran, as `Recycling` sees it.
        fixed_cost : float
            Fixed cost per tonne of nameplate, EUR.
        days : float
            Days of the month to come.
        """
        day, now = self.ctx.clock.now, self.account.now
        if self.in_service:
            self._fed = _recent(self._fed, self._shredded, self._window)
            self._could = _recent(self._could, self._usable, self._window)
            self._results = _recent(self._results, self._result, self._window)
            self._judge()
        elif self.mothballed:
            self._consider_restart(visible, day)
        self._rate(day + days / 2.0)
        self._shredded = self._usable = 0.0
        capacity = self.capacity_t * days
        self._result = -fixed_cost * capacity
        now[RECYCLER.result_eur] += self._result
        now[RECYCLER.capacity_t] += capacity
        now[RECYCLER.nameplate_t] = self.capacity_t * DAYS_PER_YEAR
        now[RECYCLER.buffer_t] = self.pile[0]
        now[RECYCLER.headcount] = self.heads
        if self.mothballed:
            now[RECYCLER.mothballed_weeks] += days / DAYS_PER_WEEK

    @property
    def heads(self) -> int:
        """Own staff today."""
        if not self.begun:
            return 0
        lines = len(self._lines)
        if lines != self._heads_of[0] or self.mothballed != self._heads_of[1]:
            own, per_line, kept = self._staff
            heads = own + per_line * float(lines)
            self._heads = round(heads * (kept if self.mothballed else 1.0))
            self._heads_of = (lines, self.mothballed)
        return self._heads

    def load(self) -> float:
        """Return processed / usable capacity over the window; 1 before there is any."""
        usable = total(self._could)
        return total(self._fed) / usable if usable > 0.0 else 1.0

    def _judge(self) -> None:
        result = total(self._results)
        self._below = self._below + 1 if result < 0.0 and self.load() < self._minimum_load else 0
        if self._below >= self._patience:
            self._mothball(self.load())
        elif self.ctx.clock.now >= self._next_day:
            self._consider_line(self._next)

    def _consider_line(self, name: str) -> None:
        """Open a line that is ready when those before it are loaded."""
        if len(self._fed) == self._window and self.load() >= self._next_load:
            del self._later[name]
            self._choose_next()
            self.open(name, self.ctx.clock.now, "the lines before it are loaded")

    def _mothball(self, load: float) -> None:
        self.mothballed = True
        self._below = self._visible = 0
        self._credit = 0.0
        self._fed, self._could, self._results = vec[float](), vec[float](), vec[float]()
        self.account.now[RECYCLER.sent_elsewhere_t] += self.pile[0]
        self._out[1] += self.pile[0]
        self._out[3] += self.pile[1]
        self.pile = nothing()
        self._log(
            "mothballed", "load below the minimum for longer than its patience", load, "share"
        )

    def _consider_restart(self, visible: float, day: float) -> None:
        spec = self.spec
        if day >= self.restart_day:
            self.mothballed, self.restart_day = False, math.inf
            self._log("restarts", "feed in sight", visible, "share")
            return
        if math.isfinite(self.restart_day):
            return
        self._visible = self._visible + 1 if visible >= spec.restart_load else 0
        if self._visible >= max(1.0, spec.restart_sustained):
            self.restart_day = day + spec.restart_delay * DAYS_PER_MONTH

    @property
    def may_return(self) -> bool:
        """Whether a decision on a suspended project is due."""
        undecided = self._may_return and self.decided_day == math.inf
        return undecided and self.ctx.clock.now >= self.ctx.as_of_day

    @property
    def awaits_outlet(self) -> bool:
        """Whether no feed in sight would do, as salts find no buyers yet."""
        return self.ctx.clock.now < self._outlet

    def consider_return(self, visible: float) -> None:
        """Decide on a suspended project: build once its feed is in sight for long enough."""
        rule, day = self.spec.returns, self.ctx.clock.now
        assert rule is not None
        seen = visible >= rule.threshold and day >= rule.outlet
        self._visible = self._visible + 1 if seen else 0
        if self._visible < max(1.0, rule.sustained):
            return
        self.decided_day = day
        self._visible = 0
        self._log("decision to build", "feed in sight above its threshold", visible, "share")
        opening = day + rule.build * DAYS_PER_MONTH
        line = min(self.spec.lines)
        self.ctx.env.process(self._await(line, opening, "suspended project returns"))

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of feed and of the black mass in it."""
        processed, elsewhere, made, lost = (self._out[i] for i in range(4))
        yield Balance(
            "recycler_feed", self.name, 0.0, self._in[0], processed + elsewhere, self.pile[0], "t"
        )
        yield Balance("black_mass", self.name, 0.0, self._in[1], made + lost, self.pile[1], "t")
