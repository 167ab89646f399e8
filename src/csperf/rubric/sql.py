"""What may stand in a measure's SQL, and what an engine is asked about it. No engine's library here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from csperf.tables.contract import Contract

SqlType = Literal["boolean", "number", "duration", "text", "time", "unknown"]

FUNCTIONS = (
    "abs", "ceil", "coalesce", "concat", "ends_with", "floor", "greatest", "least", "left",
    "length", "lower", "ltrim", "nullif", "replace", "right", "round", "rtrim", "starts_with", "strpos",
    "substr", "trim", "try_cast", "upper",
)  # fmt: skip
"""Functions that look at one row, give the same answer every day, and cannot fail on a value."""

_NOT_CALLS = {
    "in",
    "and",
    "or",
    "not",
    "when",
    "then",
    "else",
    "case",
    "between",
    "like",
    "ilike",
    "is",
    "from",
}
_CLOCK = {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}
_LITERALS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


@dataclass(frozen=True)
class SqlFacts:
    """What an engine knows of an expression without data: the columns it names, its type, or why it fails."""

    names: tuple[str, ...]
    type: SqlType
    error: str | None = None


class CheckSql(Protocol):
    """How an engine is asked: an expression and the table it stands over."""

    def __call__(self, sql: str, contract: Contract) -> SqlFacts: ...


def find_forbidden(sql: str) -> str | None:
    """The first thing in an expression that a measure must not do, as a sentence; None if all is well."""
    bare = _LITERALS.sub("''", sql)
    words = {word.lower() for word in re.findall(r"\b[A-Za-z_]\w*\b", bare)}
    if "select" in words:
        return "a query inside a condition is not allowed"
    if clock := words & _CLOCK:
        return f"{clock.pop()} changes from day to day, and with it the scores"
    for call in re.findall(r"\b([A-Za-z_]\w*)\s*\(", bare):
        if call.lower() not in _NOT_CALLS and call.lower() not in FUNCTIONS:
            return f'"{call}" cannot be used here'
    if "::" in bare:
        return 'a cast with "::" fails on the first value that does not fit'
    return None


def find_compared_words(sql: str) -> Iterator[tuple[str, str]]:
    """(column, text) for every `column = 'text'`, `column <> 'text'` and `column in ('text', …)`."""
    for column, text in re.findall(r"\b(\w+)\s*(?:=|<>|!=)\s*'((?:[^']|'')*)'", sql):
        yield column, text
    for column, texts in re.findall(r"\b(\w+)\s+(?:not\s+)?in\s*\(([^()]*)\)", sql, re.IGNORECASE):
        for text in re.findall(r"'((?:[^']|'')*)'", texts):
            yield column, text
