"""One file looked into as a workspace would read it, and added to it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from csperf.exports.file_names import widen_name
from csperf.exports.format_file import CANONICAL, ZONE, ByMarketplace, FormatFile, canonical_format
from csperf.exports.inspection import Inspection, inspect_export
from csperf.exports.layout import find_layout
from csperf.exports.mended import mend_source
from csperf.exports.reader import RawTable, read_source
from csperf.feeding import find_feedable
from csperf.intake.file_report import Addition, FileReport
from csperf.intake.proposal import Proposal, list_headers_known, propose_format
from csperf.intake.sampling import SampledRow, read_samples
from csperf.problems import Location, Problem, ProblemsFound
from csperf.rubric.measures import Measure
from csperf.session import Session
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from csperf.workspace import FILE_NAME, SourceEntry, Workspace, WorkspaceFile, show_path
from csperf.workspace_edit import add_file, add_source, show_source
from csperf.yaml_models import read_model
from csperf.yaml_source import parse_yaml

SAID = ("zone", "dates", "marketplace", "encoding")
"""What a source can say of its files beyond their format."""
_MARK = "\ufeff"
_HAS_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d|UTC|GMT)$", re.IGNORECASE)


def recognise_file(session: Session, path: Path, encoding: str | None = None) -> Inspection:
    """What a file is, and which known format or table fits it best; raises ProblemsFound if it cannot be read."""
    known = [*session.formats.values(), *map(canonical_format, TABLES)]
    formats = [format_.in_encoding(encoding) for format_ in known]
    return inspect_export(path, formats, session.workdir, show_path(path))


def examine_file(
    session: Session, path: Path, measures: Mapping[str, Measure], said: Mapping[str, str] | None = None
) -> FileReport:
    """Everything that `data inspect` says of a file; raises ProblemsFound if it cannot be read.

    said: zone, dates, marketplace and encoding, where the person says them.
    """
    workspace = session.workspace
    read_by = workspace.find_source(path)
    declared = workspace.content.sources[read_by].encoding if read_by else (said or {}).get("encoding")
    inspection = recognise_file(session, path, declared)
    if inspection.format is None or inspection.table is None:
        return FileReport(inspection, read_by=read_by, proposal=_propose(session, inspection))
    stems = [stem for stem, format_ in session.formats.items() if format_.format == inspection.format]
    own = not workspace.is_sample
    entry = {"files": _pattern(workspace.folder if own else Path.cwd(), path)}
    if inspection.format != CANONICAL:
        entry["format"] = stems[0]
    entry |= {key: word for key, word in (said or {}).items() if _leaves_open(inspection, key)}
    content = workspace.content.sources
    asked = content[read_by] if read_by else SourceEntry.model_validate(entry)
    name = read_by or _name(content if own else (), inspection.table, entry.get("format"))
    if name != inspection.table and "format" not in entry:
        entry["table"] = inspection.table
    try:
        raw = _open(session, path, inspection.best.format, name, asked)
    except ProblemsFound as found:
        return FileReport(
            inspection, entry.get("format"), questions=found.problems, read_by=read_by, name=name, entry=entry
        )
    [file] = raw.files
    rows = read_samples(session.engine, file, raw.contract, session.workdir)
    feeding = find_feedable(measures, {raw.contract.table: [raw]}, session.engine)
    about = [name for name in measures if _tables(measures, name) == {raw.contract.table}]
    zoned = _find_zoned(raw, rows) if asked.zone is None else None
    has_times = any(raw.contract.columns[name].kind == "time" for row in rows for name in row.cells)
    return FileReport(
        inspection, entry.get("format"), rows=rows, zone=file.zone if has_times else None, zoned=zoned,
        fed=tuple(name for name in feeding.fed if name in about),
        lacking={name: feeding.lacking[name] for name in about if name in feeding.lacking},
        titles={name: measures[name].title for name in about},
        read_by=read_by, name=name, entry=entry,
    )  # fmt: skip


def check_writable(workspace: Workspace) -> None:
    """Raises ProblemsFound where there is no csperf.yaml of one's own to add sources to."""
    if workspace.is_sample:
        raise ProblemsFound(
            [
                Problem(
                    "inspect-no-workspace", f"there is no {FILE_NAME} here to add a source to",
                    hint="csperf init --from FILE makes a workspace from exports of your own; -C names one",
                )
            ]
        )  # fmt: skip


def add_files(workspace: Workspace, reports: Iterable[FileReport]) -> tuple[dict[Path, bytes], tuple[Addition, ...]]:
    """(the files to write, what becomes of each report): csperf.yaml with new sources, and formats proposed whole.

    A file becomes a source where it is known and leaves nothing open. Nothing is written here.
    """
    file = Path(workspace.source.file).resolve()
    before = file.read_bytes().decode("utf-8")
    text, written, additions = before.removeprefix(_MARK), dict[Path, bytes](), []
    for report in reports:
        format_file = workspace.folder / "formats" / f"{report.proposal.name}.yaml" if report.proposal else None
        if report.proposal and format_file and report.proposal.is_complete and not report.read_by:
            if format_file.exists() or format_file in written:
                additions.append(Addition(report.inspection.file, "format-there", report.proposal.name))
                continue
            written[format_file] = report.proposal.text.encode("utf-8")
            report = _accept(workspace, report, report.proposal)
        addition, changed = _add(workspace, text, report)
        additions.append(addition)
        text = changed or text
    if text != before.removeprefix(_MARK):
        written[file] = (before[: before.startswith(_MARK)] + text).encode("utf-8")
    return written, tuple(additions)


def _accept(workspace: Workspace, report: FileReport, proposal: Proposal) -> FileReport:
    """The report of an unknown file whose proposed format is a format now."""
    entry = {"files": _pattern(workspace.folder, Path(report.inspection.file)), "format": proposal.name}
    name = _name(workspace.content.sources, proposal.table, proposal.name)
    return replace(report, format=proposal.name, name=name, entry=entry, proposal=None)


def _add(workspace: Workspace, text: str, report: FileReport) -> tuple[Addition, str | None]:
    shown, entry = report.inspection.file, dict(report.entry)
    if report.read_by:
        return Addition(shown, "there", report.read_by), None
    if not report.name:
        return Addition(shown, "not-known"), None
    if report.questions or report.inspection.confidence == "likely":
        return Addition(
            shown, "open" if report.questions else "unsure", report.name, show_source(report.name, entry)
        ), None
    content, _ = read_model(parse_yaml(text, FILE_NAME), WorkspaceFile, "workspace")
    sources = content.sources if content else workspace.content.sources
    table = entry.get("table") or report.inspection.table or report.name
    for name, other in sources.items():
        if _same(other, name, entry, table):
            changed = add_file(text, name, entry["files"])
            lines = None if changed else show_source(name, entry)
            return Addition(shown, "joined" if changed else "by-hand", name, lines), changed
    name = report.name if report.name not in sources else _name(sources, table, entry.get("format"))
    changed = add_source(text, name, entry)
    lines = None if changed else show_source(name, entry)
    return Addition(shown, "added" if changed else "by-hand", name, lines), changed


def _same(other: SourceEntry, name: str, entry: Mapping[str, str], table: str) -> bool:
    """Whether a source says just what the new one would, but for its files."""
    if any(getattr(other, key) != entry.get(key) for key in ("format", *SAID)):
        return False
    return other.format is not None or (other.table or name) == table


def _open(session: Session, path: Path, format_: FormatFile, name: str, asked: SourceEntry) -> RawTable:
    workspace = session.workspace
    try:
        complete = format_.for_source(asked.zone, asked.dates, asked.marketplace, asked.encoding)
    except ValueError as error:
        assert isinstance(format_.dates, ByMarketplace)
        raise ProblemsFound(
            [
                Problem(
                    "source-marketplace", str(error), Location(show_path(path)),
                    hint=f"add marketplace: to the source, such as {' or '.join(format_.dates.codes)}",
                )
            ]
        ) from error  # fmt: skip
    contract = compile_table(TABLES[format_.table])
    folder = Path.cwd()
    source = read_source(name, [path.resolve()], complete, contract, workspace.content.zone, folder, session.workdir)
    return mend_source(source, session.workdir)


def _leaves_open(inspection: Inspection, key: str) -> bool:
    """Whether a file's format leaves the zone, the dates, the marketplace or the encoding to the source."""
    format_ = inspection.best.format
    if key == "encoding":
        return inspection.encoding == format_.encoding
    if key == "marketplace":
        return isinstance(format_.dates, ByMarketplace)
    return (format_.zone if key == "zone" else format_.dates) is None


def _propose(session: Session, inspection: Inspection) -> Proposal | None:
    formats = list(session.formats.values())
    wanted = [[header] for header in list_headers_known(formats)]
    layout = find_layout(inspection.best.text, "auto", None, wanted) or inspection.layout
    zone = session.workspace.content.zone
    return propose_format(session.engine, inspection, layout, formats, zone, session.workdir)


def _tables(measures: Mapping[str, Measure], name: str) -> set[str]:
    """The tables that a measure is computed from."""
    measure = measures[name]
    own = {term.table for term in measure.terms}
    return own.union(*(_tables(measures, part) for part in measure.parts))


def _find_zoned(raw: RawTable, rows: Iterable[SampledRow]) -> tuple[str, object] | None:
    """A time that says no zone itself, in a file whose format says none either: as it stands and as it is read."""
    [file] = raw.files
    headers = (header for rule in file.format.columns.values() for header in rule.from_ or ())
    if file.format.zone or any(ZONE in header for header in headers):
        return None
    times = (
        (cell.raw, cell.value) for row in rows for name, cell in row.cells.items()
        if raw.contract.columns[name].kind == "time" and cell.value is not None and not _HAS_ZONE.search(cell.raw)
    )  # fmt: skip
    return next(times, None)


def _pattern(folder: Path, path: Path) -> str:
    """A file as csperf.yaml names it: from its folder where it lies in it, and next month's too where that is safe."""
    whole = path.resolve()
    with contextlib.suppress(ValueError):
        whole = whole.relative_to(folder.resolve())
    beside = (whole.with_name(other.name) for other in path.resolve().parent.glob("*"))
    return widen_name(whole.as_posix(), {other.as_posix() for other in beside if other != whole})


def _name(taken: Collection[str], table: str, format_: str | None) -> str:
    """A name for a source: the table's, or with the platform's where that is taken, or with a number."""
    platform = f"{table}-{format_.split('-')[0]}" if format_ else table
    names = chain([table, platform], (f"{platform}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)
