"""Which format a file has: every known one is tried, and the headers decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from csperf.exports.format_file import CANONICAL, FormatFile
from csperf.exports.layout import Layout, match_header, normalise
from csperf.exports.reader import match_columns, read_layout
from csperf.problems import Problem, ProblemsFound
from csperf.tables import TABLES
from csperf.tables.contract import compile_table

Confidence = Literal["sure", "likely"]
Read = Callable[[FormatFile], tuple[Path, str]]
"""A format → (the file's text as UTF-8, its encoding), as that format wants it read; raises ProblemsFound."""

# A platform's export is known by most of its headers, or, where its users choose the columns, by most of the file's.
_MOST, _MANY = 0.6, 0.3
_FEW, _SEVERAL = 2, 3
# By how many headers the second best must be behind.
_CLEAR = 2


@dataclass(frozen=True)
class Candidate:
    """A file as one format reads it.

    origins: canonical column → the file's columns. missing: canonical columns whose header is not there.
    shared: how many of the format's headers the file has. named: how many of the file's headers the format knows.
    """

    format: FormatFile
    text: Path
    encoding: str
    layout: Layout
    origins: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]
    shared: int
    named: int

    @cached_property
    def fits(self) -> bool:
        """Whether every required column is there, as far as a finished format can say."""
        if self.format.template:
            return self.shared > 0
        contract = compile_table(TABLES[self.format.table])
        return bool(self.origins) and not any(contract.columns[name].required for name in self.missing)

    @property
    def share_of_format(self) -> float:
        """How much of what the format expects is there."""
        return self.shared / max(len(list_headers(self.format)), 1)

    @property
    def share_of_file(self) -> float:
        """How much of what is there the format knows."""
        return self.named / max(sum(1 for header in self.layout.headers if header.strip()), 1)

    @property
    def rank(self) -> tuple[bool, bool, int, float]:
        """Greater fits better: what explains the most headers, and of equals what misses the fewest."""
        return self.fits, not self.format.template, self.named, self.share_of_format

    @property
    def is_likely(self) -> bool:
        """Whether so much agrees that it is no accident."""
        if self.format.template:
            return self.share_of_format >= _MOST and self.shared >= _FEW
        if not self.fits or self.named < _FEW:
            return False
        return self.share_of_format >= _MANY or (self.named >= _SEVERAL and self.share_of_file >= _MANY)

    def confidence(self, second: Candidate | None) -> Confidence | None:
        """How sure it is that this is it, and not the second best; None: not at all."""
        if not self.is_likely:
            return None
        enough = self.share_of_format >= _MOST or (
            self.named >= _SEVERAL and (self.share_of_file >= _MOST or self.format.format == CANONICAL)
        )
        clear = (
            second is None
            or not second.is_likely
            or self.named >= second.named + _CLEAR
            or self.share_of_format == 1 > second.share_of_format
        )
        return "sure" if enough and clear else "likely"


def list_headers(format_: FormatFile) -> list[str]:
    """The headers to know a format by: those it lists, or else the first that each column may have."""
    return format_.headers or [header for rule in format_.columns.values() for header in (rule.headers or [])[:1]]


def rank_formats(formats: Iterable[FormatFile], read: Read, shown: str) -> tuple[Candidate, ...]:
    """The file as each format reads it, the best first; raises ProblemsFound where none of them can read it."""
    tried: list[Candidate] = []
    problems: Sequence[Problem] = ()
    for format_ in formats:
        try:
            tried.append(_try_format(format_, *read(format_), shown))
        except ProblemsFound as found:
            problems = found.problems
    if not tried:
        raise ProblemsFound(problems)
    return tuple(sorted(tried, key=lambda one: one.rank, reverse=True))


def _try_format(format_: FormatFile, text: Path, encoding: str, shown: str) -> Candidate:
    layout = read_layout(text, encoding, format_, compile_table(TABLES[format_.table]), shown)
    origins, missing = match_columns(format_, layout)
    here = {normalise(header) for header in layout.headers if header.strip()}
    listed = list_headers(format_)
    aliases = [header for rule in format_.columns.values() for header in [*(rule.from_ or []), *(rule.parts or [])]]
    return Candidate(
        format_, text, encoding, layout, origins, tuple(missing),
        shared=sum(1 for header in listed if _find(header, here)),
        named=len(set[str]().union(*(_find(header, here) for header in [*listed, *aliases]))),
    )  # fmt: skip


def _find(header: str, here: Set[str]) -> set[str]:
    """Those of the file's headers that a header of a format stands for; {zone} in it stands for any zone."""
    return set(filter(match_header(header), here))
