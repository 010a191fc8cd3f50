"""What goes wrong, as people see it: a line for each problem and an exit code, no traceback."""

from __future__ import annotations

import os

import click

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130

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


class CarefulGroup(click.Group):
    """A group of commands whose errors become lines on standard error and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; with BVSIM_DEBUG set, errors come with their traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
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
