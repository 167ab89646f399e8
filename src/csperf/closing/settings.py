"""What a month is scored by beside its exports, kept in the sealed folder so that it can be scored anew from there."""

from __future__ import annotations

import datetime as dt
import glob
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from csperf.exports.format_file import list_formats
from csperf.ledger.manifest import HashedFile, Manifest, SealedSource, hash_file
from csperf.ledger.reading import EXEMPTIONS, MEASURES, RUBRIC
from csperf.pipeline import find_exemptions, load_measures
from csperf.problems import ProblemsFound
from csperf.render.csv import write_csv
from csperf.rubric.extend import ExtendedSource
from csperf.rubric.load import LoadedRubric
from csperf.session import ROSTER, Session
from csperf.shipped import shipped
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from csperf.workspace import SourceEntry, Workspace, WorkspaceFile
from csperf.yaml_models import read_model, value_at
from csperf.yaml_source import YamlSource, dump_yaml, read_yaml

WORKSPACE, CALENDAR, ROSTER_FILE = "csperf.yaml", "calendar.yaml", "roster.csv"
_SIGNS = "*?["


@dataclass(frozen=True)
class Settings:
    """Files by their path in the sealed folder; formats: source → its format there, null for canonical columns."""

    files: Mapping[str, bytes]
    formats: Mapping[str, str | None]


def gather_settings(session: Session, scheme: LoadedRubric, tables: Iterable[str]) -> Settings:
    """All that a month was scored by, of the sources that fill these tables; raises ProblemsFound."""
    workspace = session.workspace
    files = {
        RUBRIC: _write_rubric(scheme),
        MEASURES: dump_yaml(_list_measures(workspace, scheme)).encode(),
        WORKSPACE: Path(workspace.source.file).read_bytes(),
    }
    if ROSTER in session.sources_by_table:
        files[ROSTER_FILE] = _write_roster(session).encode()
    for name, path in (
        (CALENDAR, _find_calendar(workspace)), (EXEMPTIONS, find_exemptions(workspace)),
    ):  # fmt: skip
        if path is not None and path.is_file():
            files[name] = path.read_bytes()
    formats: dict[str, str | None] = {}
    paths: dict[str, Path] = {}
    for source in _list_sources(session, tables):
        found = _find_format(workspace, source)
        formats[source] = None if found is None else _name_once(found, paths)
    return Settings(files | {name: path.read_bytes() for name, path in paths.items()}, formats)


def say_whole(source: YamlSource) -> dict[str, object]:
    """All that a rubric says, with what it has from those that it extends."""
    return {key: value for key, value in source.data.items() if key != "extends"}


def hash_inputs(session: Session, tables: Iterable[str], formats: Mapping[str, str | None]) -> tuple[SealedSource, ...]:
    """The sources that fill these tables, with every file that they read."""
    return tuple(
        SealedSource(source, table, tuple(_hash_input(session.workspace, path) for path in
                     session.workspace.find_files(source)), formats[source])
        for table in tables
        for source in session.sources_by_table[table]
    )  # fmt: skip


def reopen_session(workspace: Workspace, folder: Path, manifest: Manifest, workdir: Path) -> Session:
    """The workspace as it was when this folder was sealed: its settings, and the files that the manifest names."""
    source = read_yaml(folder / WORKSPACE)
    content, problems = read_model(source, WorkspaceFile, "workspace")
    if content is None:
        raise ProblemsFound(problems)
    here = folder.resolve()
    entries = {
        one.name: content.sources.get(one.name, SourceEntry(files=[])).model_copy(
            update={
                "files": [_as_pattern(file.path) for file in one.files], "table": one.table,
                "format": one.format and str(here / one.format),
            }
        )
        for one in manifest.sources
    }  # fmt: skip
    if (here / ROSTER_FILE).is_file():
        entries[ROSTER] = SourceEntry(files=_as_pattern(str(here / ROSTER_FILE)), table=ROSTER)
    changes = {"sources": entries, "measures": None, "exemptions": str(here / EXEMPTIONS)}
    if (here / CALENDAR).is_file():
        changes["calendar"] = str(here / CALENDAR)
    then = Workspace(folder=workspace.folder, content=content.model_copy(update=changes), source=source)
    return Session(then, workdir)


def _write_rubric(scheme: LoadedRubric) -> bytes:
    """The rubric as one file: as it is written, or put together with what it extends."""
    if isinstance(scheme.source, ExtendedSource):
        return dump_yaml(say_whole(scheme.source)).encode()
    return Path(scheme.source.file).read_bytes()


def _list_sources(session: Session, tables: Iterable[str]) -> list[str]:
    return [source for table in tables for source in session.sources_by_table[table]]


def _list_measures(workspace: Workspace, scheme: LoadedRubric) -> dict[str, object]:
    """The catalogue's entries that the rubric uses and does not write itself."""
    own = scheme.source.data.get("measures") or {}
    entries = load_measures(workspace).entries
    return {
        name: value_at(entries[name].source.data, entries[name].path)
        for name in scheme.measures
        if name in entries and name not in own
    }


def _find_calendar(workspace: Workspace) -> Path | None:
    """The calendar where it is a file; that of a country comes with a library."""
    name = workspace.content.calendar
    paths = (workspace.folder / name, shipped("configs") / "calendars" / f"{name}.yaml")
    return next((path for path in paths if path.is_file()), None)


def _find_format(workspace: Workspace, source: str) -> Path | None:
    asked = workspace.content.sources[source].format
    if asked is None:
        return None
    path = workspace.folder / asked
    return path if path.is_file() else list_formats(workspace.folder).get(asked)


def _name_once(path: Path, known: dict[str, Path]) -> str:
    """Where a format goes in the sealed folder; two files of one name get two."""
    number, name = 1, f"formats/{path.name}"
    while known.setdefault(name, path) != path:
        number += 1
        name = f"formats/{path.stem}-{number}{path.suffix}"
    return name


def _write_roster(session: Session) -> str:
    """The roster as it was understood, in canonical columns."""
    columns = list(compile_table(TABLES[ROSTER]).columns)
    rows = session.engine.read_facts(session.open_table(ROSTER))
    return write_csv([columns, *([_write_cell(row.get(name)) for name in columns] for row in rows)])


def _write_cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case dt.date():
            return value.isoformat()
    return str(value)


def _hash_input(workspace: Workspace, path: Path) -> HashedFile:
    shown = path.relative_to(workspace.folder) if path.is_relative_to(workspace.folder) else path
    return HashedFile(shown.as_posix(), path.stat().st_size, hash_file(path))


def _as_pattern(path: str) -> str:
    """A path that a source can name: one that looks like a pattern is made one that fits it alone."""
    return glob.escape(path) if any(sign in path for sign in _SIGNS) else path
