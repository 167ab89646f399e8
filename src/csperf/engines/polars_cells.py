"""A cell's text → a typed value, as Polars expressions. A value that cannot be read becomes null."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

import polars as pl

from csperf.exports.format_file import ColumnRule, Dates
from csperf.tables.contract import Column

TRUE_WORDS = ("true", "yes", "y", "t", "1", "是", "对")
FALSE_WORDS = ("false", "no", "n", "f", "0", "否", "不是")
EARLIEST = dt.date(1995, 1, 1)
LATEST = dt.date(2050, 1, 1)
LONGEST_SECONDS = 3653 * 86400
"""Ten years: what lasts longer is no duration, but a moment in time that was taken for one."""
_CELL = pl.col("cell")
_UNIT_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_GROUPED = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"

# ── times and days: which forms there are ─────────────────────────────────────────────────────────

UNDECLARED = "undeclared"
"""In place of an order of dates: only forms that cannot be mistaken for another."""
NUMBERED = ("excel", "epoch", "epoch_ms")
"""Forms of a time that are numbers: days since 1899-12-30, seconds and milliseconds since 1970 in UTC."""
_CLOCKS = (
    " %H:%M:%S", " %H:%M", "", " %H:%M:%S%.f", "T%H:%M:%S", "T%H:%M", "T%H:%M:%S%.f",
    " %H:%M:%S%z", " %H:%M:%S %z", "T%H:%M:%S%z", " %H:%M:%S%.f%z", "T%H:%M:%S%.f%z", " %I:%M:%S %p", " %I:%M %p",
)  # fmt: skip
_DATES: dict[str, tuple[str, ...]] = {
    "year-first": ("%Y-%m-%d", "%y-%m-%d"), "month-first": ("%m-%d-%Y", "%m-%d-%y"),
    "day-first": ("%d-%m-%Y", "%d-%m-%y"), UNDECLARED: (),
}  # fmt: skip
_NAMED = r"([a-zA-Z]{3,9})\.?"
_SPACED = "[-/., ]+"
_TURN = (("[0-6]", "20"), ("[7-9]", "19"))  # of two digits, as strptime reads them
_REWRITES: dict[str, tuple[tuple[str, str], ...]] = {
    UNDECLARED: (
        (r"^(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日?", "${1}-${2}-${3} "),
        (r"^(\d{4})(\d{2})(\d{2})( |$)", "${1}-${2}-${3}${4}"),
        (rf"^(\d{{1,2}}){_SPACED}{_NAMED}{_SPACED}(\d{{4}})", "${3}-${2}-${1}"),
        (rf"^{_NAMED} (\d{{1,2}}), ?(\d{{4}})", "${3}-${1}-${2}"),
    ),
    "year-first": tuple(
        (rf"^({first}\d)([-/.]\d{{1,2}}[-/.]\d{{1,2}})( |T|$)", f"{century}${{1}}${{2}}${{3}}")
        for first, century in _TURN
    ),
    "month-first": (
        (r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", "${3}-${1}-${2}"),
        *(
            (rf"^(\d{{1,2}})[-/.](\d{{1,2}})[-/.]({first}\d)( |T|$)", f"{century}${{3}}-${{1}}-${{2}}${{4}}")
            for first, century in _TURN
        ),
    ),
    "day-first": (
        (r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", "${3}-${2}-${1}"),
        *(
            (rf"^(\d{{1,2}})[-/.](\d{{1,2}})[-/.]({first}\d)( |T|$)", f"{century}${{3}}-${{2}}-${{1}}${{4}}")
            for first, century in _TURN
        ),
        *(
            (rf"^(\d{{1,2}}){_SPACED}{_NAMED}{_SPACED}({first}\d)( |$)", f"{century}${{3}}-${{2}}-${{1}}${{4}}")
            for first, century in _TURN
        ),
    ),
}
"""Order of dates → (what a cell may begin with, the same with the year first)."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH_NUMBERS = {
    f"-{name}-": f"-{number}-" for number, month in enumerate(_MONTHS, start=1) for name in (month, month[:3])
}
_TIDYING = (
    (r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})T? *", "${1}-${2}-${3} "),
    (r"^(\S+) *$", "${1} 0:00"),
    (r"^(\S+ \d{1,2}:\d{1,2})([^\d:]|$)", "${1}:00${2}"),
    (r" ?(?:Z|UTC|GMT)$", "+00:00"),
)
"""What a date with the year first may look like, with its clock → the same as _TIDY has it."""
_TIDY = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %I:%M:%S%.f %p", "%Y-%m-%d %H:%M:%S%.f%z")


@cache
def known_forms(kind: str, dates: Dates | None) -> tuple[str, ...]:
    """The strptime forms that a column without declared ones may have, the likeliest first."""
    clocks = _CLOCKS if kind == "time" else ("",)
    orders = dict.fromkeys((*_DATES[dates or UNDECLARED], "%Y-%m-%d", "%Y年%m月%d日"))
    return tuple(dict.fromkeys(date.replace("-", sign) + clock for sign, date, clock in product("-/.", orders, clocks)))


def parse_form(text: pl.Expr, kind: str, form: str, from_zone: str, to_zone: str, careful: bool) -> pl.Expr:
    """A time (an instant shown in `to_zone`) or day by one form; null where it does not fit.

    form: a strptime form, one of NUMBERED, or an order of dates (then every spelling of it). careful: years of
    two digits do not fit a form that wants four; the quick reading leaves them to the check of impossible times.
    """
    if form in _REWRITES:
        return _parse_written(text, kind, form, from_zone, to_zone)
    if form in NUMBERED:
        instant = _parse_numbered(text, form, from_zone)
        return instant.dt.convert_time_zone(from_zone).dt.date() if kind == "day" else _show(instant, to_zone)
    if kind == "day":
        # A day with a time, with or without an offset, is the day that is written.
        day = text if " " in form else text.str.splitn(" ", 2).struct.field("field_0")
        return _with_century(day.str.to_date(form, strict=False, cache=False), careful)
    if "%z" in form:
        text = text.str.replace("Z", "+00:00", literal=True)
        return _show(text.str.to_datetime(form, time_unit="us", strict=False, cache=False), to_zone)
    naive = text.str.to_datetime(form, time_unit="us", strict=False, cache=False)
    return _show(_place(_with_century(naive, careful), from_zone), to_zone)


def _with_century(moment: pl.Expr, careful: bool) -> pl.Expr:
    return pl.when(moment >= dt.date(1000, 1, 1)).then(moment) if careful else moment


def _parse_written(text: pl.Expr, kind: str, order: str, from_zone: str, to_zone: str) -> pl.Expr:
    rewrites = _REWRITES[order] if order == UNDECLARED else (*_REWRITES[order], *_REWRITES[UNDECLARED])
    plain = _CELL.str.normalize("NFKC")
    for pattern, template in rewrites:
        plain = plain.str.replace(pattern, template)
    plain = plain.str.replace_many(_MONTH_NUMBERS, ascii_case_insensitive=True, leftmost=True)
    for pattern, template in _TIDYING:
        plain = plain.str.replace(pattern, template)
    forms = ("%Y-%m-%d",) if kind == "day" else _TIDY
    moment = pl.coalesce(parse_form(plain, kind, form, from_zone, to_zone, careful=True) for form in forms)
    return _read_few(text, moment, pl.Date() if kind == "day" else pl.Datetime("us", to_zone))


def _parse_numbered(text: pl.Expr, form: str, from_zone: str) -> pl.Expr:
    """An instant in UTC."""
    number = text.cast(pl.Float64, strict=False)
    if form == "excel":
        # To the second: a serial's fraction of a day seldom meets one exactly.
        seconds = (number * 86400).round().cast(pl.Int64, strict=False)
        days_before = dt.datetime(1899, 12, 30)
        return _place(pl.lit(days_before) + pl.duration(seconds=_bounded(seconds)), from_zone)
    micros = (number * (1000 if form == "epoch_ms" else 1_000_000)).round().cast(pl.Int64, strict=False)
    return pl.from_epoch(_bounded(micros, 1_000_000), "us").dt.replace_time_zone("UTC")


def _bounded(count: pl.Expr, per_second: int = 1) -> pl.Expr:
    """Null for what lies so far away that no calendar reaches it."""
    most = 150 * 366 * 86400 * per_second
    return pl.when(count.is_between(-most, most)).then(count)


def _place(naive: pl.Expr, zone: str) -> pl.Expr:
    """A local time as an instant in UTC."""
    offset = fixed_offset(zone)
    if offset is not None:
        # Without daylight saving a local time is a constant away from UTC; relabelling costs nothing,
        # a look-up per row would.
        return (naive - offset).dt.replace_time_zone("UTC")
    return naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")


def _show(instant: pl.Expr, zone: str) -> pl.Expr:
    return instant.dt.convert_time_zone(zone)


@cache
def fixed_offset(zone: str) -> dt.timedelta | None:
    """The zone's offset from UTC if it never changes between EARLIEST and LATEST, else None."""
    tz = ZoneInfo(zone)
    offsets = {
        dt.datetime(year, month, 1, tzinfo=tz).utcoffset()
        for year in range(EARLIEST.year, LATEST.year) for month in range(1, 13)
    }  # fmt: skip
    return offsets.pop() if len(offsets) == 1 else None


# ── text before it is read ────────────────────────────────────────────────────────────────────────


def clean_text(raw: pl.Expr, column: Column, rule: ColumnRule, missing: Sequence[str], careful: bool) -> pl.Expr:
    """The cell without what stands for no value, and with the format file's words replaced by ours."""
    text = raw
    markers = rule.missing if rule.missing is not None else missing
    if careful or any(word.endswith("*") for word in (*markers, *(rule.map or ()))):
        stripped = raw.str.strip_chars(" " if column.kind == "id" else None)
        text = pl.when(stripped != "").then(stripped)
    if markers:
        text = pl.when(~fits_word(text, markers)).then(text)
    return _translate(text, rule.map) if rule.map else text


def fits_word(text: pl.Expr, words: Sequence[str]) -> pl.Expr:
    """Whether a cell is one of these words, or begins like one that ends with *."""
    found = text.is_in([word for word in words if not word.endswith("*")])
    for word in words:
        if word.endswith("*"):
            found |= text.str.starts_with(word[:-1])
    return found


def _translate(text: pl.Expr, words: dict[str, str]) -> pl.Expr:
    """The canonical word; a whole word goes before a beginning, and a longer beginning before a shorter."""
    exact = {word: ours for word, ours in words.items() if not word.endswith("*")}
    translated = text
    for word in sorted(words.keys() - exact, key=lambda word: (len(word), word)):
        translated = pl.when(text.str.starts_with(word[:-1])).then(pl.lit(words[word])).otherwise(translated)
    if len(exact) < len(words):
        translated = pl.when(text.is_in(list(exact))).then(text).otherwise(translated)
    return translated.replace(list(exact), list(exact.values())) if exact else translated


# ── numbers, shares, durations, flags ─────────────────────────────────────────────────────────────


def parse_text(text: pl.Expr, column: Column, rule: ColumnRule, careful: bool) -> pl.Expr:
    """The typed value of a cleaned cell that is no time or day; null where it cannot be read.

    careful: also accept grouped thousands, full-width digits and other harmless variants.
    """
    match column.kind:
        case "category":
            return text.str.to_lowercase() if careful else text
        case "integer":
            number = text.cast(pl.Int64, strict=False)
            if not careful:
                return number
            plain = _plain_number(_CELL)
            whole = plain.cast(pl.Float64, strict=False)
            rest = pl.coalesce(
                plain.cast(pl.Int64, strict=False),
                pl.when(whole == whole.round(0)).then(whole).cast(pl.Int64, strict=False),
            )
            return pl.coalesce(number, _read_few(pl.when(number.is_null()).then(text), rest, pl.Int64()))
        case "number":
            if column.unit and (rule.duration or rule.unit):
                return _seconds(text, rule, careful) / _UNIT_SECONDS["h" if column.unit == "hours" else "d"]
            return _number(text, careful)
        case "share":
            return pl.coalesce(_share(text, form, careful) for form in rule.percent or ("share",))
        case "seconds":
            return _seconds(text, rule, careful)
        case "flag":
            word = text.str.to_lowercase()
            return pl.when(word.is_in(TRUE_WORDS)).then(True).when(word.is_in(FALSE_WORDS)).then(False)
        case _:
            return text


def _plain_number(text: pl.Expr) -> pl.Expr:
    """Without the sign of the yuan and the commas between thousands; (12.5) is -12.5, as accountants write it."""
    narrow = text.str.normalize("NFKC").str.replace("−", "-", literal=True)
    narrow = narrow.str.replace(r"^([+-]?)¥ ?", "${1}").str.replace(r"\s?元$", "")
    narrow = narrow.str.replace(r"^\(([\d.,]+)\)$", "-${1}")
    return pl.when(narrow.str.contains(_GROUPED)).then(narrow.str.replace_all(",", "", literal=True)).otherwise(narrow)


def _number(text: pl.Expr, careful: bool) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    if careful:
        rest = _plain_number(_CELL).cast(pl.Float64, strict=False)
        number = pl.coalesce(number, _read_few(pl.when(number.is_null()).then(text), rest, pl.Float64()))
    return pl.when(number.is_finite()).then(number)


def _read_few(text: pl.Expr, reading: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A reading of _CELL, done for the cells that are left; it takes its time even where there is nothing to read."""

    def read(cells: pl.Series) -> pl.Series:
        if cells.null_count() == len(cells):
            return pl.Series(cells.name, [], dtype).extend_constant(None, len(cells))
        return cells.alias("cell").to_frame().select(reading.alias(cells.name)).to_series()

    return text.map_batches(read, return_dtype=dtype, is_elementwise=True)


def _share(text: pl.Expr, form: str, careful: bool) -> pl.Expr:
    if form == "with_sign":
        narrow = text.str.normalize("NFKC")
        return pl.when(narrow.str.ends_with("%")).then(
            _number(narrow.str.strip_suffix("%").str.strip_chars(), careful) / 100
        )
    number = _number(text, careful)
    return number / 100 if form == "number" else number


def _seconds(text: pl.Expr, rule: ColumnRule, careful: bool) -> pl.Expr:
    """The first of the declared forms that fits; a bare number where none is declared, or the unit is."""
    forms = [_DURATIONS[form](text.str.normalize("NFKC")) for form in rule.duration or ()]
    if not forms or rule.unit:
        number = _number(text, careful)
        forms.append(number * _UNIT_SECONDS[rule.unit] if rule.unit and rule.unit != "s" else number)
    return pl.coalesce(forms)


def _clock(text: pl.Expr) -> pl.Expr:
    """00:01:23, 1:23, 36:20:00, -1:30; as Excel shows more than a day: 1900-01-01 12:20:00 is 36:20:00."""
    parts = text.str.extract_groups(
        r"^(?:(1899-12-31|1900-01-\d\d)[ T])?(-?)(?:(\d+):([0-5]?\d)|(\d+)):([0-5]?\d(?:\.\d+)?)$"
    ).struct
    days = (parts.field("1").str.to_date("%Y-%m-%d", strict=False) - dt.date(1899, 12, 31)).dt.total_days()
    hours, minutes, alone, seconds = (parts.field(str(number)).cast(pl.Float64) for number in (3, 4, 5, 6))
    total = days.fill_null(0) * 86400 + hours.fill_null(0) * 3600 + pl.coalesce(minutes, alone) * 60 + seconds
    return pl.when(parts.field("2") == "-").then(-total).otherwise(total)


def _hours_minutes(text: pl.Expr) -> pl.Expr:
    """36:20, -1:30."""
    parts = text.str.extract_groups(r"^(-?)(\d+):([0-5]\d)$").struct
    total = parts.field("2").cast(pl.Float64) * 3600 + parts.field("3").cast(pl.Float64) * 60
    return pl.when(parts.field("1") == "-").then(-total).otherwise(total)


def _words(text: pl.Expr) -> pl.Expr:
    """1分23秒, 7小时41分52秒, 1天, 23s, 2 hours 5 minutes."""
    number = r"(\d+(?:\.\d+)?)"
    parts = text.str.to_lowercase().str.extract_groups(
        rf"^(-?)(?:{number}\s*(?:天|日|days?|d))?[\s,]*(?:{number}\s*(?:小时|时|hours?|hrs?|h))?"
        rf"[\s,]*(?:{number}\s*(?:分钟|分|minutes?|mins?|m))?[\s,]*(?:{number}\s*(?:秒钟|秒|seconds?|secs?|s))?$"
    ).struct  # fmt: skip
    fields = [parts.field(str(number)).cast(pl.Float64) for number in (2, 3, 4, 5)]
    units = (86400, 3600, 60, 1)
    total = pl.sum_horizontal(part * unit for part, unit in zip(fields, units, strict=True))
    is_any = pl.any_horizontal(part.is_not_null() for part in fields)
    return pl.when(is_any).then(pl.when(parts.field("1") == "-").then(-total).otherwise(total))


_DURATIONS = {"clock": _clock, "hours_minutes": _hours_minutes, "words": _words}
