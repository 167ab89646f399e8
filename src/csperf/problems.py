"""What went wrong, where, and how to mend it. The one vocabulary every stage reports in."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
# More words than a person reads through for a slip of the pen.
_MOST_LISTED = 60
_FEW = 5


@dataclass(frozen=True)
class Location:
    """A place in a file a person wrote. Line and column count from 1, in characters."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a stable code, one sentence, its place, and the next step.

    `excerpt` is the source line the location points into and `width` the length of the caret
    mark under it. `samples` are offending cells, already short enough to print.
    """

    code: str
    message: str
    at: Location | None = None
    excerpt: str | None = None
    width: int = 1
    samples: tuple[str, ...] = ()
    hint: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.at}: " if self.at else ""
        lines = [f"{place}{self.severity}: {self.message} [{self.code}]"]
        if self.excerpt is not None and self.at and self.at.line is not None:
            number = str(self.at.line)
            gutter = " " * len(number)
            lines.append(f"{gutter} |")
            lines.append(f"{number} | {self.excerpt}")
            if self.at.column is not None:
                lines.append(f"{gutter} | {_caret(self.excerpt, self.at.column, self.width)}")
        if self.samples:
            lines.append("  " + "   ".join(self.samples))
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


class ProblemsFound(Exception):  # noqa: N818 - it carries findings about the user's files
    """Everything a stage found wrong, raised once, so that a person can mend it all in one go."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word a person most likely meant, or None."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def suggest(word: str, known: Sequence[str]) -> str:
    """`did you mean "weight"? allowed: …` — or only the allowed words when nothing is near; of very many a few."""
    near = nearest(word, known)
    if len(known) > _MOST_LISTED:
        close = difflib.get_close_matches(word, sorted(known), n=_FEW, cutoff=0)
        return f'did you mean "{near}"?' if near else "among the allowed: " + ", ".join(close)
    listing = "allowed: " + ", ".join(sorted(known))
    return f'did you mean "{near}"? {listing}' if near else listing


def _caret(excerpt: str, column: int, width: int) -> str:
    """Carets under `width` characters from `column`, counting wide characters as two cells."""
    before, marked = excerpt[: column - 1], excerpt[column - 1 : column - 1 + max(width, 1)]
    lead = "".join(char if char == "\t" else " " * cell_width(char) for char in before)
    return lead + "^" * max(cell_width(marked), 1)


def cell_width(text: str) -> int:
    """Terminal cells that `text` takes: East Asian wide and full-width characters take two."""
    import unicodedata

    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
