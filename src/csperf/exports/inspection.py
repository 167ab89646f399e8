"""What is this file? Encoding, layout, and the format or table whose headers it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from csperf.exports.archive import is_archive
from csperf.exports.encoding import is_gzip
from csperf.exports.format_file import FormatFile
from csperf.exports.layout import Layout
from csperf.exports.plain_text import CONVERTED, find_text, new_copy
from csperf.exports.recognition import Candidate, Confidence, list_headers, rank_formats
from csperf.problems import ProblemsFound


@dataclass(frozen=True)
class InspectedColumn:
    """One header of the file, the canonical columns it would fill (none: nobody reads it), and its first values."""

    header: str
    canonical: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """What was found out about a file.

    packed: how it is compressed. format, table, confidence: None where no finished format fits. template: the name of
    an unfinished format that it looks like. shared of expected: how many of the format's headers are there. matched of
    wanted: how many of its canonical columns. second: the format that fits next best, where it could be that as well.
    best: the file as the best reads it, whether or not it fits.
    """

    file: str
    packed: Literal["gzip", "zip"] | None
    encoding: str
    separator: str
    header_row: int
    columns: tuple[InspectedColumn, ...]
    format: str | None
    table: str | None
    confidence: Confidence | None
    template: str | None
    shared: int
    expected: int
    matched: int
    wanted: int
    second: str | None
    best: Candidate

    @property
    def layout(self) -> Layout:
        """How it is read."""
        return self.best.layout


def inspect_export(path: Path, formats: Sequence[FormatFile], workdir: Path, shown: str | None = None) -> Inspection:
    """Try every format; the one that explains most of the headers, with all the required ones, wins.

    Raises ProblemsFound where none of them can read the file.
    """
    shown = shown or str(path)
    texts: dict[tuple[str, str | None, str | None], tuple[Path, str] | ProblemsFound] = {}

    def find(encoding: str, sheet: str | None, records: str | None) -> tuple[Path, str] | ProblemsFound:
        key = (encoding, sheet, records)
        if key not in texts:
            try:
                texts[key] = find_text(path, encoding, sheet, shown, new_copy(workdir), records)
            except ProblemsFound as found:
                texts[key] = found
        return texts[key]

    def read(format_: FormatFile) -> tuple[Path, str]:
        found = find(format_.encoding, None, None)
        if isinstance(found, ProblemsFound) or found[1] in CONVERTED:
            found = find(format_.encoding, format_.sheet, format_.records)
        if isinstance(found, ProblemsFound):
            raise found
        return found

    ranked = rank_formats(formats, read, shown)
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    confidence = best.confidence(second)
    known = best.format if confidence and not best.format.template else None
    template = best.format.format if confidence and best.format.template else None
    origins = best.origins if confidence else {}
    columns = tuple(
        InspectedColumn(
            header,
            tuple(name for name, columns in origins.items() if header in columns),
            tuple(_examples(best.layout.peek, position)),
        )
        for position, header in enumerate(best.layout.columns)
    )
    return Inspection(
        shown, _find_packing(path), best.encoding, best.layout.separator, best.layout.header_row, columns,
        format=known.format if known else None, table=known.table if known else None,
        confidence=confidence if known else None, template=template,
        shared=best.shared, expected=len(list_headers(best.format)),
        matched=len(origins), wanted=len(best.format.columns) if confidence else 0,
        second=second.format.format if second and second.is_likely else None, best=best,
    )  # fmt: skip


def _find_packing(path: Path) -> Literal["gzip", "zip"] | None:
    return "gzip" if is_gzip(path) else "zip" if is_archive(path) else None


def _examples(peek: Sequence[Sequence[str]], position: int) -> list[str]:
    cells = (row[position] for row in peek if position < len(row))
    return list(dict.fromkeys(cell for cell in cells if cell.strip()))[:3]
