"""`bvsim new`: templates to fill in."""

from __future__ import annotations

import click

NEW = ("region", "site", "programme", "recycler", "lever", "shock", "scenario")


@click.command()
@click.argument("kind", type=click.Choice(NEW))
@click.argument("name")
@click.option("--from", "existing", metavar="EXISTING", help="Take the structure of this one.")
@click.option("--model", help="The model it belongs to, where the folder holds several.")
def new(*, kind: str, name: str, existing: str | None, model: str | None) -> None:
    """Write a template for a region, site, programme, recycler, lever, shock or scenario.

    It stands in the study folder one works in. What must be known is BLANK, and bvsim validate
    names each; what is known of EXISTING alone (figures, sources, observations) is left out. A
    shock closes routes of imports for a time; a region is a model of its own with a scenario.
    An existing file or name stays: exit code 2.
    """
    from bvsim.reading.blanks import BLANK, blanks
    from bvsim.reading.folder import read_model
    from bvsim.reading.new import create
    from bvsim.reading.yaml_tree import display_name, read_file

    path = create(kind, name, existing, model=model)
    node = read_model(path).tree if path.is_dir() else read_file(path)[0]
    every = list(blanks(node)) if node else []
    count = sum(f".{name}." in each.path for each in every) or len(every)
    shown = display_name(path)
    click.echo(f"{shown}: {name} has {count} blanks, each marked {BLANK}.")
    shown += f" scenarios/{name}.yaml" if path.is_dir() else ""
    click.echo(f"Next: fill them in, and bvsim validate {shown} names those left.")
