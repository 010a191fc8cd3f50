"""Progress on standard error: a bar on a terminal, plain lines elsewhere; how much is left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import click

Report = Callable[[int, int, int], None]
"""Called with the rows done (failed ones too), the rows there are, and those that failed."""
Say = Callable[[str], None]
"""Writes a line beside the progress."""

QUIET_SECONDS = 10.0
"""Between two plain lines, at least."""

_LONGEST_TITLE = 24


@dataclass
class Pace:
    """How fast rows come, and so how long the rest will take.

    The time up to the first rows is left out: in it workers start and load the model. A time is
    known from the second report on; before that none is given.

    Parameters
    ----------
    clock : callable
        Seconds, from any start.
    """

    clock: Callable[[], float] = time.monotonic
    _first: tuple[float, int] | None = field(default=None, init=False)

    def left(self, done: int, total: int) -> float | None:
        """Return the seconds that the rest will take, None where it is not known.

        Parameters
        ----------
        done, total : int
            Rows. Those done when it is called first do not count: a resumed run has them.
        """
        now = self.clock()
        if self._first is None:
            if done > 0:
                self._first = now, done
            return None
        began, before = self._first
        if done <= before or now <= began:
            return None
        return (total - done) * (now - began) / (done - before)


def about(seconds: float | None) -> str:
    """Say how long something takes, as exactly as an estimate is."""
    if seconds is None:
        return "time left unknown"
    if seconds < 10:
        return "a few seconds left"
    if seconds < 100:
        return f"about {10 * round(seconds / 10)} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def said(done: int, total: int, failed: int, left: float | None) -> str:
    """Say how many rows are done, how many of them failed, and how long the rest will take."""
    lost = f", {failed} failed" if failed else ""
    rest = f", {about(left)}" if done < total else ""
    return f"{done} of {total} rows{lost}{rest}"


@dataclass(frozen=True)
class Shown:
    """Progress that is being shown: call it as rows go on.

    Parameters
    ----------
    report : callable
        Shows how far it is.
    write : callable
        Writes a line beside that.
    """

    report: Report
    write: Say

    def __call__(self, done: int, total: int, failed: int) -> None:
        """Show how far it is; a terminal that was closed, a log on a full disk, stop nothing."""
        with suppress(OSError):
            self.report(done, total, failed)

    def say(self, text: str) -> None:
        """Write a line beside the progress."""
        with suppress(OSError):
            self.write(text)


@contextmanager
def progress_bar(title: str) -> Iterator[Shown]:
    """Show progress while the block runs; call what is yielded as rows go on.

    Parameters
    ----------
    title : str
        What runs.
    """
    show = _bar if sys.stderr.isatty() else _lines
    with show(title) as shown:
        yield shown


@contextmanager
def _lines(title: str) -> Iterator[Shown]:
    """Write a line now and then: for logs, in which a bar would be noise."""
    pace = Pace()
    last: float | None = None

    def tell(done: int, total: int, failed: int) -> None:
        nonlocal last
        now, left = time.monotonic(), pace.left(done, total)
        if last is None:
            click.echo(f"{title}: {total - done} rows to simulate", err=True)
        elif done < total and now - last >= QUIET_SECONDS:
            click.echo(f"{title}: {said(done, total, failed, left)}", err=True)
        else:
            return
        last = now

    yield Shown(tell, partial(click.echo, err=True))


@contextmanager
def _bar(title: str) -> Iterator[Shown]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from bvsim.reading.card import shorten

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[text]}", style="dim"),
    )
    # Drawn at each report and not by a thread: a process without threads may fork its workers,
    # which is the quickest way to start them.
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, auto_refresh=False, expand=True)
    pace = Pace()
    with bar:
        task = bar.add_task(shorten(title, _LONGEST_TITLE), total=None, text="getting ready")
        bar.refresh()

        def tell(done: int, total: int, failed: int) -> None:
            text = said(done, total, failed, pace.left(done, total))
            bar.update(task, completed=done, total=total, text=text, refresh=True)

        yield Shown(tell, partial(console.print, markup=False, highlight=False))
