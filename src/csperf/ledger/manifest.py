"""What a sealed folder says of itself: the period, the inputs, the rubric, and the SHA-256 of every file."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from csperf.ledger.encoding import read_document, write_document
from csperf.ledger.folder import ADJUSTMENTS
from csperf.scoring.cards import SourceCounts

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
SCHEMA = "csperf/ledger/v1"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class HashedFile:
    """A file by its path with its size in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class SealedSource:
    """A source that scoring read. format: its file in the sealed folder (null: canonical columns).

    files: their paths are relative to the workspace, or absolute where csperf.yaml says so.
    """

    name: str
    table: str
    files: tuple[HashedFile, ...]
    format: str | None = None


@dataclass(frozen=True)
class Correction:
    """What an adjustment is for. follows: the SHA-256 of the manifest that it corrects."""

    number: int
    reason: str
    approved_by: str
    follows: str


@dataclass(frozen=True)
class Manifest:
    """All that a sealed folder holds and was made of. start, end: instants; sealed_on: an ISO day.

    rows: where the rows of each table went. files: of the folder, all but the manifest and the sums.
    """

    period: str
    start: str
    end: str
    zone: str
    sealed_on: str
    csperf: str
    polars: str
    rubric_name: str
    rubric_version: str
    rubric_sha256: str
    sources: tuple[SealedSource, ...]
    rows: tuple[SourceCounts, ...]
    files: tuple[HashedFile, ...]
    adjustment: Correction | None = None


def write_manifest(manifest: Manifest) -> dict[str, bytes]:
    """The last two files of a folder: the manifest, and the sums that `sha256sum -c` takes."""
    content = write_document(SCHEMA, manifest)
    return {MANIFEST: content, SUMS: _write_sums(manifest, content)}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a sealed folder; raises OSError or ValueError for one that is missing or damaged."""
    manifest = read_document((folder / MANIFEST).read_bytes(), SCHEMA, Manifest)
    dt.date.fromisoformat(manifest.sealed_on)
    try:
        ZoneInfo(manifest.zone)
    except (OSError, KeyError) as error:
        raise ValueError(f"{manifest.zone} is no zone") from error
    return manifest


def hash_contents(files: Mapping[str, bytes]) -> tuple[HashedFile, ...]:
    """Files that are about to be written."""
    return tuple(HashedFile(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in files.items())


class Flaw(NamedTuple):
    """A file of a sealed folder that is not as it was sealed."""

    kind: Literal["altered", "missing", "stray", "disagrees"]
    path: str


def check_folder(folder: Path, manifest: Manifest) -> Iterator[Flaw]:
    """Every file of a sealed folder that is not as the manifest says, or of which it says nothing.

    disagrees: the manifest is not the one that the sums name, and nothing else tells which of the two was altered.
    """
    content = (folder / MANIFEST).read_bytes()
    sums = _read_sums(folder / SUMS)
    doubted: dict[str, str] = {}
    if sums is None:
        yield Flaw("missing", SUMS)
    elif sums.get(MANIFEST) != hashlib.sha256(content).hexdigest():
        doubted = sums
        yield Flaw("disagrees", SUMS)
    elif (folder / SUMS).read_bytes() != _write_sums(manifest, content):
        yield Flaw("altered", SUMS)
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            yield Flaw("missing", file.path)
        elif hash_file(path) not in (file.sha256, doubted.get(file.path)):
            yield Flaw("altered", file.path)
    known = {MANIFEST, SUMS, *(file.path for file in manifest.files)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name in known or (path.is_dir() and not path.is_symlink()):
            continue
        if manifest.adjustment or not name.startswith(f"{ADJUSTMENTS}/"):
            yield Flaw("stray", name)


def hash_file(path: Path, size: int | None = None) -> str:
    """The SHA-256 of a file, or of its first `size` bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK if size is None else min(_BLOCK, size)):
            digest.update(block)
            size = size if size is None else size - len(block)
    return digest.hexdigest()


def _write_sums(manifest: Manifest, content: bytes) -> bytes:
    files = [*((file.sha256, file.path) for file in manifest.files), (hashlib.sha256(content).hexdigest(), MANIFEST)]
    return "".join(f"{sha256}  {path}\n" for sha256, path in files).encode()


def _read_sums(path: Path) -> dict[str, str] | None:
    """Path → SHA-256, as far as the lines are such; null where there is no file."""
    if not path.is_file():
        return None
    lines = (line.partition("  ") for line in path.read_text("utf-8", "replace").splitlines())
    return {name: sha256 for sha256, _, name in lines}
