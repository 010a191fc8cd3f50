"""The commands by what one wants to do, each with an example: how `bvsim --help` is laid out."""

from __future__ import annotations

import click

from bvsim.cli.errors import CarefulGroup

TASKS: dict[str, dict[str, str]] = {
    "Simulate": {
        "run": "bvsim run reference -n 64",
        "sweep": "bvsim sweep training-x-neomat --dry-run",
        "merge": "bvsim merge part-1 part-2 --out whole",
    },
    "Ask": {
        "ask": "bvsim ask runs/mine 'P(output_2030_gwh >= 30)'",
    },
    "See why": {
        "news": "bvsim news reference@2025-09-30 reference -n 16",
        "explain": "bvsim explain runs/mine",
        "trace": "bvsim trace reference --draw 3 --site verkor-dunkirk",
        "bottlenecks": "bvsim bottlenecks reference -n 32",
        "sensitivity": "bvsim sensitivity reference --method morris",
        "discover": "bvsim discover runs/mine --outcome 'output_2030_gwh < 20'",
    },
    "Decide": {
        "app": "bvsim app reference",
        "compare": "bvsim compare reference training-doubled -n 64",
        "value": "bvsim value runs/mine --levers training-seats,shuttle",
        "seek": "bvsim seek reference --target 'P(output_2030_gwh >= 30) >= 0.5'",
        "people": "bvsim people --workers 2",
    },
    "Share": {
        "report": "bvsim report runs/mine --lang fr",
        "brief": "bvsim brief runs/mine --lang fr",
        "export": "bvsim export runs/mine --to xlsx",
        "reproduce": "bvsim reproduce runs/mine",
        "mcp": "bvsim mcp --most-rows 256",
    },
    "Know and change the model": {
        "list": "bvsim list levers",
        "show": "bvsim show training-doubled --diff reference",
        "sources": "bvsim sources reference --site acc-douvrin scrap",
        "init": "bvsim init my-study",
        "new": "bvsim new site my-plant",
        "validate": "bvsim validate scenarios/mine.yaml",
        "schema": "bvsim schema > schema.json",
        "check": "bvsim check reference",
        "calibrate": "bvsim calibrate --as-of 2026-03-31",
        "ramp": "bvsim ramp new-entrant --json",
    },
}
"""By task, the commands for it, each with an example."""

OTHERS = "More"
EXAMPLES = {name: text for commands in TASKS.values() for name, text in commands.items()}

COMPLETION = 'The shell completes words after: eval "$(_BVSIM_COMPLETE=bash_source bvsim)"'


class TaskGroup(CarefulGroup):
    """A group whose help lists its commands by task; each command's help ends with an example."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Register a command, with its example below its help."""
        super().add_command(cmd, name)
        example = EXAMPLES.get(name or cmd.name or "")
        if example and not cmd.epilog:
            cmd.epilog = f"\b\nExample:\n  $ {example}"

    def by_task(self) -> dict[str, list[str]]:
        """Return the names of the commands by task; those of no task come last."""
        found = {task: [n for n in names if n in self.commands] for task, names in TASKS.items()}
        found[OTHERS] = sorted(set(self.commands) - set(EXAMPLES))
        return {task: names for task, names in found.items() if names}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by task: what each does, and an example."""
        for task, names in self.by_task().items():
            rows = [row for name in names for row in _rows(self.commands[name])]
            with formatter.section(task):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how to have the shell complete commands, options and names of scenarios."""
        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(COMPLETION)


def _rows(command: click.Command) -> list[tuple[str, str]]:
    """Return a command and the first paragraph of its help, and a row with its example."""
    name = command.name or ""
    text = " ".join((command.help or "").split("\n\n")[0].split())
    return [(name, text), *([("", f"$ {EXAMPLES[name]}")] if name in EXAMPLES else [])]
