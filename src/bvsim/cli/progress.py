"""Progress on standard error: a bar with rows done and time left, silent off a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int, int], None]
"""Called with the rows done (failed ones too), the rows there are, and those that failed."""


@contextmanager
def progress_bar(title: str) -> Iterator[Report]:
    """Show a bar while the block runs; call what is yielded as rows go on."""
    if not sys.stderr.isatty():
        yield lambda done, total, failed: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("rows"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeLeft(),
    )
    # Drawn at each report and not by a thread: a process without threads may fork its workers,
    # which is the quickest way to start them.
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task(title, total=None)
        bar.refresh()

        def tell(done: int, total: int, failed: int) -> None:
            text = f"{title} ({failed} failed)" if failed else title
            bar.update(task, completed=done, total=total, description=text, refresh=True)

        yield tell
