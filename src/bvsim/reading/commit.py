"""Brings what is generated and committed in step: schemas, first lines, dimensions.

Run ``python -m bvsim.reading.commit`` in a checkout after a change of the model.
"""

from __future__ import annotations

from bvsim.reading.datafiles import MODELS, shipped_root
from bvsim.reading.dimensions import FILE, write_dimensions
from bvsim.reading.folder import is_model_folder
from bvsim.reading.json_schema import name_schemas, write_schemas


def main() -> None:
    """Write the files that are out of step, and print their names."""
    root = shipped_root()
    for path in [*write_schemas(root / MODELS), *name_schemas(root)]:
        print(path.relative_to(root))
    for folder in sorted((root / MODELS).iterdir()):
        if is_model_folder(folder):
            added = write_dimensions(folder)
            print(f"{folder.relative_to(root) / FILE}: {len(added)} added")


if __name__ == "__main__":
    main()
