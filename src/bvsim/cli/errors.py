"""What goes wrong, as people see it: a line for each problem and an exit code, no traceback."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from bvsim.cli.consoles import print_anywhere

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130
UNREAD = 141
"""Whoever read the output left, as `| head` does: what a shell reports of its own tools then."""

_USER_ERRORS = (OSError, ValueError, LookupError, TypeError)


def explain(error: BaseException) -> tuple[list[str], int]:
    """Return the lines to print for an error, and the exit code.

    Errors that carry `problems` (a model or scenario file) give a line for each. Errors of
    the file system, and user errors that bvsim itself defines or raises, give one line.
    """
    problems = getattr(error, "problems", None)
    if problems:
        return [str(problem) for problem in problems], BAD_INPUT
    if isinstance(error, OSError) and error.strerror:
        name = f": {error.filename}" if error.filename else ""
        return [f"{error.strerror}{name}"], BAD_INPUT
    if isinstance(error, _USER_ERRORS) and type(error).__module__.startswith("bvsim"):
        return [" ".join(str(error).split())], BAD_INPUT
    text = " ".join(str(error).split()) or "no message"
    return [
        f"unexpected {type(error).__name__}: {text}",
        "For the details set BVSIM_DEBUG=1 and try again; please report it.",
    ], FAILED


def _end_unheard(error: OSError) -> NoReturn:
    """End the process when its output cannot be written: quietly, or with a line if it is heard."""
    broken = isinstance(error, BrokenPipeError)
    with contextlib.suppress(OSError):
        if not broken:
            click.echo(explain(error)[0][0], err=True)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):  # what they still hold is not tried again at the end
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    sys.exit(UNREAD if broken else BAD_INPUT)


class CarefulGroup(click.Group):
    """A group of commands whose errors become lines on standard error and an exit code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line; output that nobody takes ends it with a code and no traceback."""
        if sys.stdout is None:  # closed before we began
            sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
        print_anywhere()
        try:
            try:
                return super().main(*args, **extra)
            finally:
                sys.stdout.flush()
        except OSError as error:
            _end_unheard(error)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the command line, in which help may be asked for."""
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError as error:
            _end_unheard(error)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; with BVSIM_DEBUG set, errors come with their traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError as error:
            _end_unheard(error)
        except KeyboardInterrupt:
            click.echo("\ninterrupted", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            if os.environ.get("BVSIM_DEBUG"):
                raise
            lines, code = explain(error)
            for line in lines:
                click.echo(line, err=True)
            ctx.exit(code)
