"""Run folders at a URL that fsspec knows (an object store, a server), each with a copy here.

Who writes works in a folder of this machine, which is copied file by file with the manifest last:
what the manifest at the URL knows is there. Who reads gets a copy named by URL and manifest, whose
files are held against their seals as everywhere.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Any

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import MANIFEST, read_manifest
from bvsim.ensemble.store.row_store import FOLDER, row_store
from bvsim.ensemble.store.seals import DamageError, check_files
from bvsim.reading.whole_files import write_bytes, write_text


def fetched(url: str) -> Path:
    """Return the copy here of the run at a URL, made if there is none of what it holds now.

    Raises
    ------
    RunError
        When the URL cannot be reached or holds no run.
    DamageError
        When a file there is not as it was written.
    """
    place = Place(url)
    while True:
        manifest = place.manifest()
        if manifest is None:
            raise RunError(f"{url} holds no run: it has no manifest.json")
        folder = _copies() / _digest(url.encode() + manifest)
        if folder.is_dir():
            return folder
        try:
            place.copy_to(folder, manifest)
        except DamageError:
            if place.manifest() == manifest:  # else a run went on while it was copied
                raise


def work_folder(url: str) -> Path:
    """Return the folder here in which the run at a URL is made, or goes on.

    It holds what the URL holds; and more, where a run that went on from there was killed here.

    Raises
    ------
    RunError, DamageError
        As for `fetched`, but that no run need be there.
    """
    manifest = Place(url).manifest()
    folder = _copies() / _digest(url.encode())
    known, now = _note(folder), _noted(url, manifest)
    if known and known != now:  # another machine wrote there, or somebody took it away
        shutil.rmtree(folder, ignore_errors=True)
    if manifest is not None and not folder.exists():
        Place(url).copy_to(folder, manifest)
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_text(_beside(folder), json.dumps(now))
    return folder


def address(folder: Path) -> str | None:
    """Return the URL whose run is made in a folder; None where it is an ordinary one."""
    return _note(folder).get("url")


def publish(folder: Path, url: str) -> None:
    """Copy a run folder to its URL.

    Raises
    ------
    RunError
        When that fails; the folder stays.
    """
    Place(url).fill(folder)
    write_text(_beside(folder), json.dumps(_noted(url, (folder / MANIFEST).read_bytes())))


@dataclass(frozen=True)
class Place:
    """What stands at a URL.

    Parameters
    ----------
    url : str
        Of a folder.
    """

    url: str

    def manifest(self) -> bytes | None:
        """Return the manifest there; None where there is none."""
        with self._reached() as (system, root):
            try:
                found: bytes = system.cat_file(f"{root}/{MANIFEST}")
            except FileNotFoundError:
                return None
            return found

    def copy_to(self, folder: Path, manifest: bytes) -> None:
        """Make a folder with the files there, once they are held against their seals."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as spare:
            copy = Path(spare) / "run"
            self._download(copy)
            write_bytes(copy / MANIFEST, manifest)
            try:
                check_files(copy, read_manifest(copy).get("files", {}))
            except DamageError as error:
                raise DamageError(str(error).replace(str(copy), self.url)) from None
            with contextlib.suppress(FileExistsError):  # another was quicker, with the same
                copy.rename(folder)

    def _download(self, copy: Path) -> None:
        copy.mkdir()
        with self._reached() as (system, root):
            for path in system.find(root):
                target = copy / PurePosixPath(path).relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                system.get_file(path, str(target))

    def fill(self, folder: Path) -> None:
        """Copy the files of a folder there, the manifest last."""
        with self._reached() as (system, root):
            for path in _files(folder):
                target = f"{root}/{path.relative_to(folder).as_posix()}"
                system.makedirs(target.rpartition("/")[0], exist_ok=True)
                system.put_file(str(path), target)

    @contextlib.contextmanager
    def _reached(self) -> Iterator[tuple[Any, str]]:
        """Give the file system of the URL and the path in it; whatever goes wrong is one error."""
        try:
            from fsspec.core import url_to_fs
        except ModuleNotFoundError:
            raise RunError(f'{self.url} needs fsspec: pip install "bvsim[remote]"') from None
        try:
            system, root = url_to_fs(self.url)
            system.invalidate_cache()
            yield system, root.rstrip("/")
        except Exception as error:  # each store has errors of its own
            raise RunError(f"{self.url}: {type(error).__name__}: {error}") from error


def _files(folder: Path) -> list[Path]:
    """Return what of a run folder is copied: not what writers keep there, the manifest last."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    shown = [p for p in found if not any(n.startswith(".") for n in p.relative_to(folder).parts)]
    return sorted(shown, key=lambda path: path == folder / MANIFEST)


def _copies() -> Path:
    """Return the folder of copies, beside the row store."""
    store = row_store()
    return (store.folder if store else FOLDER).with_name(".remote")


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


def _noted(url: str, manifest: bytes | None) -> dict[str, str]:
    return {"url": url, "manifest": _digest(manifest or b"")}


def _beside(folder: Path) -> Path:
    """Return the file that says to which URL a folder belongs, and what stood there last."""
    return folder.with_name(f"{folder.name}.json")


def _note(folder: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(_beside(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if "url" in found else {}
