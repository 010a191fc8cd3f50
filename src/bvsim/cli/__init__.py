"""The command `bvsim`: what people type.

Only click is imported here; each command imports what it needs when it runs, so that
`bvsim --help` answers at once.
"""

from __future__ import annotations

import click

from bvsim.cli.ask import ask
from bvsim.cli.bottlenecks import bottlenecks
from bvsim.cli.calibrate import calibrate
from bvsim.cli.check import check
from bvsim.cli.compare import compare
from bvsim.cli.describe import init, schema, show, sources
from bvsim.cli.discover import discover
from bvsim.cli.explaining import explain
from bvsim.cli.export import export
from bvsim.cli.listing import list_items
from bvsim.cli.mcp import mcp
from bvsim.cli.merge import merge
from bvsim.cli.new import new
from bvsim.cli.news import news
from bvsim.cli.people import people
from bvsim.cli.planner import app
from bvsim.cli.ramp import ramp
from bvsim.cli.rebuild import brief, report
from bvsim.cli.replay import trace
from bvsim.cli.reproducing import reproduce
from bvsim.cli.seeking import seek
from bvsim.cli.sensitivity import sensitivity
from bvsim.cli.simulate import run
from bvsim.cli.sweep import sweep
from bvsim.cli.tasks import TaskGroup
from bvsim.cli.validating import validate
from bvsim.cli.valuing import value

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from bvsim import __version__
        from bvsim.valley import compiled

        click.echo(f"bvsim {__version__} (valley {'compiled' if compiled() else 'interpreted'})")
        ctx.exit()


@click.group(cls=TaskGroup, context_settings=CONTEXT)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version, and whether the valley is compiled, and leave.",
)
def main() -> None:
    """Simulate the Battery Valley: how its gigafactories, people, materials and recyclers ramp up.

    Start with `bvsim run reference`. SCENARIO is a file, or the name of a shipped scenario.
    """


for _command in (
    run,
    trace,
    show,
    validate,
    schema,
    sources,
    report,
    brief,
    init,
    check,
    bottlenecks,
    sensitivity,
    discover,
    ramp,
    list_items,
    ask,
    explain,
):
    main.add_command(_command)

for _command in (compare, people, sweep, merge):  # experiments
    main.add_command(_command)

main.add_command(app)
main.add_command(new)
main.add_command(news)
main.add_command(seek)
main.add_command(value)
main.add_command(reproduce)
main.add_command(export)
main.add_command(calibrate)
main.add_command(mcp)
