"""Where the package's levers stand."""

from pathlib import Path

LEVERS = str(Path(__file__).with_name("levers.yaml"))
