"""`python -m bvsim`: the same as the command `bvsim`."""

from bvsim.cli import main

main(prog_name="bvsim")
