"""What is asked of a run, and whether a folder can take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bvsim.ensemble.design.plan import Identity, Scenario, Shard, copula_of, width_of
from bvsim.ensemble.design.points import KINDS, MEDIAN, TABLE, extendable
from bvsim.ensemble.precision import Precision
from bvsim.ensemble.store import folder
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import FloatArray
from bvsim.valley import compiled

if TYPE_CHECKING:
    import pandas as pd

DESIGNS = (*KINDS, MEDIAN)


@dataclass(frozen=True)
class Request:
    """What is asked of a run, apart from the scenario.

    Parameters
    ----------
    draws, per_draw : int
        Number of draws (to begin with, where precision is asked for), and of replications.
    identity : Identity
        What makes rows belong together.
    story : str
        What the scenario asks.
    sites : tuple of str
        The model's gigafactories.
    dimensions, width : int
        Number of uncertain figures, and of columns of the design.
    shard : Shard
        The part of the run to make.
    precision : Precision
        Whether and when to go on.
    table : array, optional
        The values of the draws, where they are given.
    """

    draws: int
    per_draw: int
    identity: Identity
    story: str
    sites: tuple[str, ...]
    dimensions: int
    width: int
    shard: Shard
    precision: Precision
    table: FloatArray | None = field(repr=False)

    def manifest(self, draws: int) -> dict[str, Any]:
        """Return the part of the manifest that is known before the first row."""
        return {
            "schema_version": folder.SCHEMA_VERSION,
            **asdict(self.identity),
            "story": self.story,
            "draws": draws,
            "per_draw": self.per_draw,
            "shard": [self.shard.number, self.shard.of] if self.shard.of > 1 else None,
            "dimensions": self.dimensions,
            "width": self.width,
            "sites": list(self.sites),
            "packages": folder.packages(),
            "platform": folder.platform_facts(),
            "compiled": compiled(),
        }


def make_request(
    scenario: Scenario,
    draws: int,
    seed: int,
    *,
    per_draw: int,
    design: str,
    years: Sequence[int],
    monthly: bool,
    shard: str | Shard | None = None,
    until_ci: Sequence[Any] = (),
    max_draws: int | None = None,
    table: str | Path | pd.DataFrame | None = None,
) -> Request:
    """Check what is asked for.

    Raises
    ------
    RunError
        When it makes no sense.
    """
    if design not in DESIGNS:
        raise RunError(f"unknown design {design!r}: one of {', '.join(DESIGNS)}")
    if draws < 1 or per_draw < 1:
        raise RunError(f"{draws} draws, {per_draw} replications each: at least 1 is needed")
    part = Shard.parse(shard) if isinstance(shard, str) else shard or Shard()
    values, mark = None, ""
    if table is not None:
        from bvsim.ensemble.design.given import read_values, table_hash

        values = read_values(scenario, table)
        design, draws, mark = TABLE, len(values), table_hash(values)
    precision = Precision(until_ci, design, max_draws)
    if precision.targets and part.of > 1:
        raise RunError("a shard does not know how precise the whole is: drop --until-ci")
    copula_of(scenario)  # correlations that cannot be are refused before anything is written
    identity = Identity(
        scenario.name,
        scenario.model_hash,
        seed,
        design,
        mark,
        tuple(years),
        monthly,
        folder.version(),
        folder.code_hash(),
    )
    return Request(
        precision.first(draws),
        per_draw,
        identity,
        str(getattr(scenario, "story", "")),
        tuple(sorted(getattr(getattr(scenario, "model", None), "sites", ()))),
        len(scenario.paths),
        width_of(scenario),
        part,
        precision,
        values,
    )


def default_folder(name: str) -> Path:
    """Return a run folder that does not exist yet."""
    base = Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = base, 1
    while path.exists():
        number += 1
        path = base.with_name(f"{base.name}-{number}")
    return path


def earlier(target: Path, request: Request, *, resume: bool) -> dict[str, Any]:
    """Return the manifest of the run to be resumed, empty for a new one.

    Raises
    ------
    RunError
        When the folder is in use by something else.
    """
    used = target.is_dir() and any(path.name != ".lock" for path in target.iterdir())
    if not used:
        if target.exists() and not target.is_dir():
            raise RunError(f"{target} is not a folder")
        return {}
    if not resume:
        raise RunError(
            f"{target} is not empty: resume the run it holds (--resume), or choose another folder"
        )
    manifest = folder.read_manifest(target)
    differences = request.identity.differences(manifest)
    shard = Shard(*(manifest.get("shard") or (1, 1)))
    if shard != request.shard:
        differences.append(f"shard: {shard} -> {request.shard}")
    if differences:
        raise RunError(
            f"{target} holds rows made from other inputs ({'; '.join(differences)}): "
            "they cannot be mixed; choose another folder"
        )
    _check_extension(target, request, manifest)
    return manifest


def _check_extension(target: Path, request: Request, manifest: dict[str, Any]) -> None:
    """Refuse to make a run smaller, or to extend a design that cannot be."""
    draws, per_draw = manifest["draws"], manifest["per_draw"]
    fewer = request.draws < draws and not request.precision.targets
    if fewer or request.per_draw < per_draw:
        raise RunError(f"{target} has {draws} draws of {per_draw} replications: ask for no fewer")
    if request.draws > draws and not extendable(request.identity.design):
        raise RunError(
            f"a Latin hypercube of {draws} draws cannot be extended to {request.draws}: its "
            "strata depend on their number; choose another folder, or a sobol or random design"
        )
