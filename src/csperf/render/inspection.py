"""What a file is, how it would be read, and what is still to be said of it: the output of `csperf data inspect`."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.console import RenderableType

from csperf.intake.sampling import show_together
from csperf.render.json import write_json
from csperf.render.numbers import NOTHING
from csperf.render.terminal import Column, build_grid, clean, indent, print_text
from csperf.render.words import label, title_of, titled
from csperf.scoring.cards import Number

if TYPE_CHECKING:
    from csperf.exports.inspection import Inspection
    from csperf.intake.file_report import Addition, FileReport
    from csperf.intake.proposal import OpenColumn, Proposal
    from csperf.intake.sampling import SampledCell
    from csperf.problems import Problem

SCHEMA = "csperf/inspect/v1"
# The cells that a heading and a canonical name may take; the raw and the read value share what is left.
_WIDEST = 22
_NARROWEST = 8
_GAP = 2


def render_inspection(reports: Sequence[FileReport], lang: str, width: int = 80, color: bool = False) -> str:
    """One part per file: what it is, its cells beside what they are read as, what it can feed, what is open."""
    parts: list[RenderableType] = []
    for report in reports:
        parts += [*([""] if parts else []), *_file(report, lang, width)]
    return print_text(parts, color)


def render_inspection_json(reports: Sequence[FileReport]) -> str:
    """The same as data."""
    return write_json({"schema": SCHEMA, "files": [_record(report) for report in reports]}) + "\n"


def say_addition(addition: Addition, lang: str) -> str:
    """What became of a file that was to be added to csperf.yaml."""
    said = label(f"inspect-{addition.outcome}", lang, file=addition.file, source=addition.name)
    return "\n".join([said, *(f"  {line}" for line in (addition.lines or "").splitlines())])


def _file(report: FileReport, lang: str, width: int) -> Iterator[RenderableType]:
    found = report.inspection
    yield clean(found.file)
    kind = found.encoding if found.encoding in ("excel", "json") else "text"
    said = label(
        f"inspect-{kind}", lang, encoding=found.encoding, row=found.header_row, columns=Number(len(found.columns)),
        separator={"\t": "tab"}.get(found.separator, found.separator),
    )  # fmt: skip
    packed = f"{found.packed}{label('list-comma', lang)}" if found.packed else ""
    yield from indent(packed + said, width, "  ")
    yield from indent(_recognised(report, lang), width, "  ")
    note = found.best.format.note if found.format or found.template else {}
    if note:
        yield from indent(title_of(note, lang, ""), width, "  ")
    yield ""
    yield build_grid(_grid(report, lang, width))
    unread = [column.header for column in found.columns if not column.canonical]
    if unread and found.format:
        yield from _listing("inspect-unread", unread, lang, width)
    yield from _measures(report, lang, width)
    if report.zone and report.zoned is None:
        yield from ("", *indent(label("inspect-times", lang, zone=report.zone), width))
    if report.zone and report.zoned:
        raw, value = report.zoned
        said = label("inspect-zone", lang, zone=report.zone, raw=raw, value=_shown(value), utc=_in_utc(value))
        yield from ("", *indent(said, width))
    for problem in report.questions:
        yield from ("", *_question(problem, lang, width))
    if report.proposal:
        yield from ("", *_proposal(report.proposal, lang, width))
    elif not report.inspection.format:
        yield from ("", *indent(label("inspect-nothing-known", lang), width))
    if report.read_by:
        yield from ("", *indent(label("inspect-there", lang, file=found.file, source=report.read_by), width))
    elif report.name:
        heading = label("inspect-source-later" if report.questions else "inspect-source", lang)
        yield from ("", heading, *_source(report.name, report.entry))


def _recognised(report: FileReport, lang: str) -> str:
    found = report.inspection
    best = found.best.format
    parts: dict[str, Any] = {"shared": found.shared, "expected": found.expected}
    if found.template:
        return label("inspect-template", lang, format=titled(title_of(best.title, lang, found.template),
                                                             found.template, lang), **parts)  # fmt: skip
    if found.format is None:
        return label("inspect-unknown", lang)
    name = label("inspect-canonical", lang) if report.format is None else report.format
    said = label(
        f"inspect-{found.confidence}", lang, format=titled(title_of(best.title, lang, name), name, lang),
        table=found.table, matched=found.matched, wanted=found.wanted, **parts,
    )  # fmt: skip
    return said + (
        label("inspect-second", lang, format=found.second) if found.second and found.confidence != "sure" else ""
    )


def _grid(report: FileReport, lang: str, width: int) -> list[Column]:
    """Each column that is read: its header, its canonical name, and its first cells, raw and read."""
    lines: list[tuple[str, str, str, str]] = []
    if report.rows:
        for name in report.rows[0].cells:
            pairs = dict.fromkeys((row.cells[name].raw, _read(row.cells[name])) for row in report.rows)
            names = itertools.chain([(_origin(report.inspection, name, lang), name)], itertools.repeat(("", "")))
            lines += [(*named, *pair) for named, pair in zip(names, pairs, strict=False)]
    else:
        for column in report.inspection.columns:
            if column.canonical or not report.inspection.format:
                first, *others = column.canonical or (NOTHING,)
                lines.append((column.header, first, " | ".join(column.examples), ""))
                lines += [("", name, "", "") for name in others]
    cells = [[clean(line[place]) for line in lines] for place in range(4)]
    heads = [label(f"head-{name}", lang) for name in ("column", "canonical", "in-file", "read-as")]
    if not report.rows:
        cells, heads = cells[:3], heads[:3]
    widths = [max(map(cell_len, (head, *texts))) for head, texts in zip(heads, cells, strict=True)]
    widths[:2] = [min(widest, _WIDEST if place == 0 else widest) for place, widest in enumerate(widths[:2])]
    room = width - sum(widths[:2]) - _GAP * (len(heads) - 1)
    codes = [f"[{cell.code}]" for row in report.rows for cell in row.cells.values() if cell.code]
    widths[2:] = _share(widths[2:], [_NARROWEST, max(map(len, codes), default=_NARROWEST)], room)
    return [
        Column(head, (head,), [_cut(text, widest) for text in texts])
        for head, texts, widest in zip(heads, cells, widths, strict=True)
    ]  # fmt: skip


def _origin(found: Inspection, name: str, lang: str) -> str:
    """Where a canonical column comes from: its header or headers, the file's name, or the format alone."""
    rule = found.best.format.columns[name]
    if name in found.best.origins:
        return show_together(rule, found.best.origins[name])
    return label("inspect-file-name" if rule.file_name else "inspect-always", lang)


def _share(widths: Sequence[int], narrowest: Sequence[int], room: int) -> list[int]:
    """The widths, the wider ones cut so that together they fit the room, none beyond its narrowest."""
    cut = list(widths)
    while sum(cut) > room and (loose := [place for place, width in enumerate(cut) if width > narrowest[place]]):
        cut[max(loose, key=lambda place: cut[place])] -= 1
    return cut


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def _measures(report: FileReport, lang: str, width: int) -> Iterator[str]:
    def name(measure: str) -> str:
        return titled(title_of(report.titles[measure], lang, measure), measure, lang)

    if report.fed:
        yield from _listing("inspect-fed", map(name, report.fed), lang, width)
    if not report.lacking:
        return
    yield from ("", *indent(label("inspect-lacking", lang), width))
    by_columns: dict[tuple[str, ...], list[str]] = {}
    for measure, columns in report.lacking.items():
        by_columns.setdefault(columns, []).append(name(measure))
    for columns, measures in by_columns.items():
        names = (column.removeprefix(f"{report.inspection.table}.") for column in columns)
        said = label("inspect-lacks", lang, columns=", ".join(names), measures=label("list-comma", lang).join(measures))
        yield from indent(said, width, "  ", "    ")


def _listing(heading: str, names: Iterable[str], lang: str, width: int) -> Iterator[str]:
    cleaned = list(map(clean, names))
    yield ""
    yield from indent(
        label(heading, lang, count=Number(len(cleaned)), names=label("list-comma", lang).join(cleaned)), width
    )


def _question(problem: Problem, lang: str, width: int) -> Iterator[str]:
    yield from indent(label("inspect-question", lang, question=problem.message), width)
    for sample in problem.samples:
        yield from indent(sample, width, "  ", "    ")
    if problem.hint:
        yield from indent(problem.hint, width, "  → ")


def _proposal(proposal: Proposal, lang: str, width: int) -> Iterator[str]:
    said = label("inspect-proposal", lang, table=label("list-or", lang).join(proposal.tables), name=proposal.name)
    yield from indent(said, width)
    yield ""
    for line in proposal.text.splitlines():
        yield f"  {line}"
    for column in proposal.missing:
        yield from ("", *indent(label("inspect-not-placed", lang, column=column, table=proposal.table), width))
    for one in proposal.open:
        yield ""
        yield from _open_column(one, lang, width)


def _open_column(one: OpenColumn, lang: str, width: int) -> Iterator[str]:
    ways = "inspect-several-ways" if len(one.ways) > 1 else "inspect-one-way"
    code = ways if one.ways else "inspect-no-way" if one.examples else "inspect-no-values"
    said = label(code, lang, column=one.column, header=one.header, examples=" | ".join(one.examples))
    yield from indent(said, width)
    for way in one.ways:
        values = label("list-comma", lang).join(f"{raw} → {_plain(value)}" for raw, value in way.values)
        yield from indent(f"{way.settings}: {values}", width, "  ", "    ")


def _source(name: str, entry: Mapping[str, str]) -> Iterator[str]:
    from csperf.workspace_edit import show_source

    yield "  sources:"
    yield from (f"    {line}" for line in show_source(name, entry).splitlines())


def _read(cell: SampledCell) -> str:
    return f"[{cell.code}]" if cell.code else _plain(cell.value)


def _plain(value: object) -> str:
    """A value as people write it, without the zone, which is said once for all."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    return _shown(value)


def _shown(value: object) -> str:
    match value:
        case None:
            return NOTHING
        case bool():
            return str(value).lower()
        case float():
            return f"{value:.10g}"
        case dt.datetime():
            return value.isoformat(" ")
    return str(value)


def _in_utc(value: object) -> str:
    return _shown(value.astimezone(dt.UTC)) if isinstance(value, dt.datetime) else _shown(value)


def _record(report: FileReport) -> dict[str, Any]:
    found, proposal = report.inspection, report.proposal
    return {
        "file": found.file,
        "packed": found.packed,
        "encoding": found.encoding,
        "separator": found.separator,
        "header_row": found.header_row,
        "format": report.format or found.format,
        "table": found.table,
        "confidence": found.confidence,
        "template": found.template,
        "second": found.second,
        "headers": {"found": found.shared, "expected": found.expected},
        "columns": [
            {"header": one.header, "canonical": list(one.canonical), "examples": list(one.examples)}
            for one in found.columns
        ],
        "rows": [
            {"row": row.row, "cells": {
                name: {"raw": cell.raw, "value": None if cell.value is None else _shown(cell.value), "code": cell.code}
                for name, cell in row.cells.items()
            }} for row in report.rows
        ],
        "zone": report.zone,
        "measures": {"fed": list(report.fed), "lacking": {name: list(told) for name, told in report.lacking.items()}},
        "questions": [
            {"code": one.code, "message": one.message, "samples": list(one.samples), "hint": one.hint}
            for one in report.questions
        ],
        "read_by": report.read_by,
        "source": {"name": report.name, **report.entry} if report.name else None,
        "proposal": proposal and {
            "table": proposal.table, "complete": proposal.is_complete, "missing": list(proposal.missing),
            "open": [one.column for one in proposal.open], "text": proposal.text,
        },
    }  # fmt: skip
