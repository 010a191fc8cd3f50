"""`bvsim new`: templates to fill in."""

from __future__ import annotations

import click

NEW = ("site", "programme", "recycler", "lever", "shock", "scenario")


@click.command()
@click.argument("kind", type=click.Choice(NEW))
@click.argument("name")
@click.option("--from", "existing", metavar="EXISTING", help="Take the structure of this one.")
@click.option("--model", help="The model it belongs to, where the folder holds several.")
def new(*, kind: str, name: str, existing: str | None, model: str | None) -> None:
    """Write a template for a new site, programme, recycler, lever, shock or scenario.

    It stands in the study folder one works in. What must be known is BLANK, and bvsim validate
    names each; what is known of EXISTING alone (figures, sources, observations) is left out. A
    shock closes routes of imports for a time. An existing file or name stays: exit code 2.
    """
    from bvsim.reading.blanks import BLANK, blanks
    from bvsim.reading.new import create
    from bvsim.reading.yaml_tree import display_name, read_file

    path = create(kind, name, existing, model=model)
    node, _ = read_file(path)
    count = sum(1 for _ in blanks(node)) if node else 0
    shown = display_name(path)
    click.echo(f"{shown}: {name} has {count} blanks, each marked {BLANK}.")
    click.echo(f"Next: fill them in, and bvsim validate {shown} names those left.")
