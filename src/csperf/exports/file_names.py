"""The period that the name of a file gives: exports with one row per agent often have their days there alone."""

from __future__ import annotations

import calendar
import datetime as dt
import fnmatch
import glob
import re
import unicodedata
from collections.abc import Collection
from itertools import pairwise
from pathlib import PurePosixPath

_YEAR, _MONTH, _FULL_MONTH, _DAY = r"((?:19|20)\d\d)", r"(1[0-2]|0?[1-9])", r"(1[0-2]|0[1-9])", r"(\d\d?)"
_DAYS = re.compile(
    rf"(?<!\d)(?:{_YEAR}年{_MONTH}月{_DAY}日?|{_YEAR}[-./_]{_MONTH}[-./_]{_DAY}|{_YEAR}(\d\d)(\d\d))(?!\d)"
)
_MONTHS = re.compile(rf"(?<!\d)(?:{_YEAR}年{_MONTH}月|{_YEAR}[-._]?{_FULL_MONTH})(?!\d|[-./]\d)")
_JOIN = re.compile(r"[\s_]*(?:至|到|to|[-_~–—])[\s_]*", re.IGNORECASE)
_Span = tuple[dt.date, dt.date]


def find_days(name: str) -> _Span | None:
    """The first and the last day that a file's name gives; None where it gives none, or it is not clear which.

    Two days that are joined (至, 到, ~, to, a dash), or just two: from one to the other. One day: that day.
    One month: all of it.
    """
    text = unicodedata.normalize("NFKC", name)
    days = list(_DAYS.finditer(text))
    months = [_whole_month(found) for found in _MONTHS.finditer(_hide_days(text))]
    try:
        spans = _spans(text, days) | set(months)
    except ValueError:  # 31 June
        return None
    if len(spans) != 1:
        return None
    first, last = spans.pop()
    return (first, last) if first <= last else None


def star_days(name: str) -> tuple[str, ...]:
    """Patterns for the same export of other months, `*` and `[0-9]*` for the name's days; none where it has none.

    The narrow one comes first where the days follow a word at once: of 绩效2025-06.xlsx, 绩效*.xlsx would also take in
    another export called 绩效明细2025-06.xlsx.
    """
    days = [*_DAYS.finditer(name), *_MONTHS.finditer(_hide_days(name))]
    if not days:
        return ()
    before = glob.escape(name[: min(found.start() for found in days)])
    after = glob.escape(name[max(found.end() for found in days) :])
    patterns = f"{before}*{after}", f"{before}[0-9]*{after}"
    return patterns[::-1] if before[-1:].isalpha() else patterns


def widen_name(place: str, others: Collection[str]) -> str:
    """A file as csperf.yaml names it, and with it the same export of other months, where that takes in nothing else.

    place, others: paths with /; others are the files not to take in.
    """
    parent, slash, name = place.rpartition("/")
    patterns = [f"{glob.escape(parent)}{slash}{pattern}" for pattern in star_days(name)]
    telling = [pattern for pattern in patterns if re.search(r"[^\W\d_]", PurePosixPath(pattern).stem)]
    free = (one for one in telling if not any(fnmatch.fnmatchcase(other, one) for other in others))
    return next(free, glob.escape(place))


def _hide_days(text: str) -> str:
    return _DAYS.sub(lambda found: "月" * len(found[0]), text)


def _spans(text: str, found: list[re.Match[str]]) -> set[_Span]:
    days = [dt.date(*(int(part) for part in one.groups() if part)) for one in found]
    joined = {
        (days[at], days[at + 1]) for at, (one, other) in enumerate(pairwise(found))
        if _JOIN.fullmatch(text[one.end() : other.start()])
    }  # fmt: skip
    if joined or not days:
        return joined
    return {(days[0], days[1])} if len(days) == 2 else {(day, day) for day in days}


def _whole_month(found: re.Match[str]) -> _Span:
    year, month = (int(part) for part in found.groups() if part)
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
