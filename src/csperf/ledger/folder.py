"""The folders of a ledger: written whole or not at all, one per month, one more per adjustment."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ADJUSTMENTS = "adjustments"
_WRITING = ".writing"
_MONTH = re.compile(r"\d{4}-\d{2}")
_ADJUSTMENT = re.compile(r"([1-9]\d*)-\d{4}-\d{2}-\d{2}")


def write_folder(ledger: Path, target: Path, files: Mapping[str, bytes]) -> None:
    """A new folder with these files (by path in it), safe on the disk before it has its name; raises OSError.

    Only for whoever holds the ledger's lock: what a killed run left behind is removed first.
    """
    draft = ledger / _WRITING
    if draft.exists():
        shutil.rmtree(draft)
    try:
        for name, content in files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for folder in {(draft / name).parent for name in files} | {draft}:
            _sync_folder(folder)
        target.parent.mkdir(exist_ok=True)
        draft.rename(target)
        _sync_folder(target.parent)
        _sync_folder(ledger)
    except BaseException as error:
        with suppress(OSError):
            shutil.rmtree(draft)
        if isinstance(error, OSError) and error.filename is None:  # a full disk names no file
            error.filename = str(target)
        raise


def list_sealed(ledger: Path) -> list[str]:
    """The labels of the sealed months, in order; none where there is no ledger."""
    if not ledger.is_dir():
        return []
    return sorted(path.name for path in ledger.iterdir() if _MONTH.fullmatch(path.name) and path.is_dir())


def list_versions(ledger: Path, label: str) -> list[Path]:
    """The folder of a sealed month, then those of its adjustments in order; empty where it is not sealed."""
    first = ledger / label
    if not first.is_dir():
        return []
    return [first, *(path for _, path in list_adjustments(first))]


def list_adjustments(month: Path) -> list[tuple[int, Path]]:
    """(number, folder) of each adjustment of a sealed month, in order."""
    folder = month / ADJUSTMENTS
    paths = list(folder.iterdir()) if folder.is_dir() else []
    return sorted((int(found[1]), path) for path in paths if (found := _ADJUSTMENT.fullmatch(path.name)))


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where a system lets one ask for that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
