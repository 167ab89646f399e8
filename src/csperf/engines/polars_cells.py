"""A cell's text → a typed value, as Polars expressions. A value that cannot be read becomes null."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import polars as pl

from csperf.exports.format_file import ColumnRule
from csperf.tables.contract import Column

TRUE_WORDS = ("true", "yes", "y", "t", "1", "是", "对")
FALSE_WORDS = ("false", "no", "n", "f", "0", "否", "不是")
TIME_FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S%.f%z",
)
"""Forms of a time that cannot be mistaken for another, `/` and `T` read as `-` and a space; others are declared."""
DAY_FORMS = ("%Y-%m-%d",)
_UNIT_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
EARLIEST = dt.date(1995, 1, 1)
LATEST = dt.date(2050, 1, 1)
_GROUPED = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"


def clean_text(raw: pl.Expr, column: Column, rule: ColumnRule, missing: list[str], careful: bool) -> pl.Expr:
    """The cell without what stands for no value, and with the format file's words replaced by ours."""
    text = raw
    if careful:
        stripped = raw.str.strip_chars(" " if column.kind == "id" else None)
        text = pl.when(stripped != "").then(stripped)
    markers = rule.missing if rule.missing is not None else missing
    if markers:
        text = pl.when(~text.is_in(markers)).then(text)
    if rule.map:
        text = text.replace(list(rule.map), list(rule.map.values()))
    return text


def parse_text(
    text: pl.Expr,
    column: Column,
    rule: ColumnRule,
    forms: tuple[str, ...],
    from_zone: str,
    to_zone: str,
    careful: bool,
) -> pl.Expr:
    """The typed value of a cleaned cell; null where it cannot be read.

    forms: the strftime forms for times and days, of which only the first is tried here (`read_form` tries
    another). Times become instants shown in `to_zone`.
    careful: also accept grouped thousands, full-width digits and other harmless variants.
    """
    match column.kind:
        case "id" | "agent" | "text":
            return text
        case "category":
            return text.str.to_lowercase() if careful else text
        case "integer":
            number = text.cast(pl.Int64, strict=False)
            if not careful:
                return number
            plain = _plain_number(text)
            whole = plain.cast(pl.Float64, strict=False)
            return pl.coalesce(
                plain.cast(pl.Int64, strict=False),
                pl.when(whole == whole.round(0)).then(whole).cast(pl.Int64, strict=False),
            )
        case "number":
            return _number(text, careful)
        case "share":
            return _share(text, rule, careful)
        case "seconds":
            return _seconds(text, rule, careful)
        case "flag":
            word = text.str.to_lowercase()
            return pl.when(word.is_in(TRUE_WORDS)).then(True).when(word.is_in(FALSE_WORDS)).then(False)
        case "time" | "day":
            return read_form(text, column, forms[0], from_zone, to_zone)


def read_form(text: pl.Expr, column: Column, form: str, from_zone: str, to_zone: str) -> pl.Expr:
    """A time or day read by one strftime form; null where it does not fit."""
    if column.kind == "day":
        # A day with a time, with or without an offset, is the day that is written.
        return text.str.splitn(" ", 2).struct.field("field_0").str.to_date(form, strict=False, cache=False)
    return _time(text, form, from_zone, to_zone)


def plain_time(text: pl.Expr) -> pl.Expr:
    """The spellings of a time that mean the same, as TIME_FORMS expect them."""
    spaced = text.str.replace_all("/", "-", literal=True).str.replace("T", " ", literal=True)
    return spaced.str.replace("Z", "+00:00", literal=True)


def _plain_number(text: pl.Expr) -> pl.Expr:
    narrow = text.str.normalize("NFKC")
    return pl.when(narrow.str.contains(_GROUPED)).then(narrow.str.replace_all(",", "", literal=True)).otherwise(narrow)


def _number(text: pl.Expr, careful: bool) -> pl.Expr:
    number = (_plain_number(text) if careful else text).cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _share(text: pl.Expr, rule: ColumnRule, careful: bool) -> pl.Expr:
    if rule.percent == "with_sign":
        narrow = text.str.normalize("NFKC")
        return pl.when(narrow.str.ends_with("%")).then(
            _number(narrow.str.strip_suffix("%").str.strip_chars(), careful) / 100
        )
    number = _number(text, careful)
    return number / 100 if rule.percent == "number" else number


def _seconds(text: pl.Expr, rule: ColumnRule, careful: bool) -> pl.Expr:
    if rule.duration == "clock":
        parts = text.str.normalize("NFKC").str.extract_groups(r"^(-?)(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d+)?)$")
        sign = pl.when(parts.struct.field("1") == "-").then(-1).otherwise(1)
        hours = parts.struct.field("2").cast(pl.Float64).fill_null(0)
        minutes, seconds = (parts.struct.field(str(i)).cast(pl.Float64) for i in (3, 4))
        return sign * (hours * 3600 + minutes * 60 + seconds)
    if rule.duration == "words":
        narrow = text.str.normalize("NFKC").str.to_lowercase()
        pattern = (
            r"^(?:(\d+)\s*(?:天|days?|d))?\s*(?:(\d+)\s*(?:小时|时|hours?|hrs?|h))?"
            r"\s*(?:(\d+)\s*(?:分钟|分|minutes?|mins?|m))?\s*(?:(\d+(?:\.\d+)?)\s*(?:秒钟|秒|seconds?|secs?|s))?$"
        )
        parts = narrow.str.extract_groups(pattern)
        fields = [parts.struct.field(str(i)).cast(pl.Float64) for i in (1, 2, 3, 4)]
        total = sum(
            (part.fill_null(0) * unit for part, unit in zip(fields, (86400, 3600, 60, 1), strict=True)),
            pl.lit(0),
        )
        return pl.when(pl.any_horizontal(*(part.is_not_null() for part in fields))).then(total)
    number = _number(text, careful)
    return number * _UNIT_SECONDS[rule.unit] if rule.unit and rule.unit != "s" else number


def _time(text: pl.Expr, form: str, from_zone: str, to_zone: str) -> pl.Expr:
    if "%z" in form:
        return text.str.to_datetime(form, time_unit="us", strict=False, cache=False).dt.convert_time_zone(to_zone)
    naive = text.str.to_datetime(form, time_unit="us", strict=False, cache=False)
    offset = fixed_offset(from_zone)
    if offset is not None:
        # Without daylight saving a local time is a constant away from UTC; relabelling costs nothing,
        # a look-up per row would.
        return (naive - offset).dt.replace_time_zone("UTC").dt.convert_time_zone(to_zone)
    local = naive.dt.replace_time_zone(from_zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone(to_zone)


@cache
def fixed_offset(zone: str) -> dt.timedelta | None:
    """The zone's offset from UTC if it never changes between EARLIEST and LATEST, else None."""
    tz = ZoneInfo(zone)
    offsets = {
        dt.datetime(year, month, 1, tzinfo=tz).utcoffset()
        for year in range(EARLIEST.year, LATEST.year) for month in range(1, 13)
    }  # fmt: skip
    return offsets.pop() if len(offsets) == 1 else None
