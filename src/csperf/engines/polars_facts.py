"""Raw text columns → facts: typed rows, each with the reason it was set aside, if any."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from zoneinfo import ZoneInfo

import polars as pl

from csperf.engines.polars_cells import (
    DAY_FORMS,
    EARLIEST,
    LATEST,
    TIME_FORMS,
    clean_text,
    parse_text,
    plain_time,
    read_form,
)
from csperf.exports.format_file import ColumnRule
from csperf.exports.layout import normalise
from csperf.exports.reader import RawFile, RawTable
from csperf.tables.contract import Column

OVERFLOW = "_overflow"
ROW, CODE = "_row", "_code"
FRACTIONAL = ("number", "share", "seconds")
PLACE = "_place"
VERSIONS = ("_version", "_updated")
_FILE_SPAN = 1 << 40
_NO_RULE = ColumnRule.model_construct(from_=[])
_DAMAGED_ID = r"^\d(\.\d+)?[eE]\+\d+$"


@dataclass(frozen=True)
class Reading:
    """What is read of a source: its canonical columns, times shown in `zone`, carefully or on trust.

    `whole`: fractional columns that may be read as whole numbers where the head of the file holds
    nothing else. Sums are quicker then; whole numbers divide differently, so only where none reckons.
    """

    columns: tuple[str, ...]
    zone: str
    careful: bool
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Check:
    """A named condition that a row must not meet; `column` is what to show of the row.

    beside: the other columns that a rule compares it with.
    """

    code: str
    column: str
    fails: pl.Expr
    beside: frozenset[str] = frozenset()

    def concerns(self, columns: Set[str]) -> bool:
        """Whether it is to do with what these columns say of a row; too many cells leave all of them in doubt."""
        return self.column == OVERFLOW or ({self.column} | self.beside) <= columns


@dataclass(frozen=True)
class Facts:
    """A source as lazy typed rows. `checks[i]` is what CODE i stands for; CODE is null in valid rows.

    The quick reading lets the CSV reader parse numbers; there CODE is only true or false. The careful
    reading also gives PLACE (file and row), VERSIONS, OVERFLOW, and each cell's cleaned text as `t:<column>`.
    """

    rows: pl.LazyFrame
    checks: tuple[Check, ...]
    columns: frozenset[str]

    def is_spoilt(self, columns: Set[str]) -> pl.Expr:
        """Whether a row of the careful reading fails a check that concerns these columns."""
        failing = (check.fails for check in self.checks if check.concerns(columns))
        return pl.any_horizontal(pl.lit(False), *failing).fill_null(False)


def scan_facts(table: RawTable, reading: Reading) -> Facts:
    """The columns of all files of a source, typed and checked."""
    checks = _build_checks(table, reading)
    files = [_scan_file(table, file, index, reading, checks) for index, file in enumerate(table.files)]
    return Facts(pl.concat(files, how="vertical_relaxed"), checks, frozenset(reading.columns))


def place_of(place: int) -> tuple[int, int]:
    """(file index, row) of a PLACE."""
    return divmod(place, _FILE_SPAN)


def scan_raw(table: RawTable, index: int, reading: Reading) -> tuple[pl.LazyFrame, tuple[Check, ...]]:
    """One file with its raw cells (r0, r1, …) beside CODE and PLACE; for writing rejected rows out."""
    checks = _build_checks(table, reading)
    raw = [f"r{position}" for position in range(len(table.files[index].layout.columns))]
    return _scan_file(table, table.files[index], index, reading, checks, keep=raw), checks


def _scan_file(
    table: RawTable,
    file: RawFile,
    index: int,
    reading: Reading,
    checks: Sequence[Check],
    keep: Sequence[str] = (),
) -> pl.LazyFrame:
    by_column = {column: f"r{position}" for position, column in enumerate(file.layout.columns)}
    native = _native_types(table, file, reading)
    rows = _scan_text(table, file, index, by_column, native, reading.careful)
    # The version column decides between rows with one key; it is read for that, and not checked.
    version = table.contract.version
    extra = [version] if reading.careful and version and table.has(version) else []
    names = list(dict.fromkeys([*reading.columns, *extra]))
    rows = _type_columns(rows, table, file, names, by_column, native, reading)
    failing = [check.fails for check in checks]
    if not reading.careful:
        return rows.select(*reading.columns, pl.any_horizontal(failing).fill_null(False).alias(CODE))
    # The first check that fails names the reason.
    code = reduce(
        lambda later, pair: pl.when(pair[1]).then(pl.lit(pair[0], pl.Int32)).otherwise(later),
        reversed(list(enumerate(failing))), pl.lit(None, pl.Int32),
    )  # fmt: skip
    texts = [f"t:{name}" for name in reading.columns]
    versions = _versions(table, names, by_column)
    return rows.select(*reading.columns, code.alias(CODE), PLACE, OVERFLOW, *versions, *texts, *keep)


def _scan_text(
    table: RawTable,
    file: RawFile,
    index: int,
    by_column: dict[str, str],
    native: dict[str, pl.DataType],
    careful: bool,
) -> pl.LazyFrame:
    """The file's rows as they are, columns named r0, r1, …: text, but for `native` ones; no blank or dropped rows."""
    schema: dict[str, pl.DataType] = {raw: pl.String() for raw in by_column.values()}
    schema |= {by_column[file.origins[name][0]]: dtype for name, dtype in native.items()}
    rows = pl.scan_csv(
        file.text, has_header=False, skip_lines=file.layout.skip_lines, schema=schema | {OVERFLOW: pl.String()},
        separator=file.layout.separator, row_index_name=ROW if careful else None,
        null_values=[""], missing_columns="insert", extra_columns="ignore", truncate_ragged_lines=True, glob=False,
    )  # fmt: skip
    if careful:
        place = index * _FILE_SPAN + file.layout.header_row + 1 + pl.col(ROW).cast(pl.Int64)
        is_blank = pl.all_horizontal(pl.col(*by_column.values(), OVERFLOW).is_null())
        rows = rows.filter(~is_blank).with_columns(place.alias(PLACE))
    drop = table.format.drop_rows
    dropped = _find_raw(by_column, drop.column) if drop else None
    if drop and dropped:
        cell = pl.col(dropped).cast(pl.String).str.strip_chars()
        rows = rows.filter(cell.is_null() | ~cell.is_in(drop.in_))
    return rows


def _type_columns(
    rows: pl.LazyFrame, table: RawTable, file: RawFile, names: Sequence[str], by_column: dict[str, str],
    native: dict[str, pl.DataType], reading: Reading,
) -> pl.LazyFrame:  # fmt: skip
    """The rows with the canonical columns `names` typed, and the cleaned text of each as `t:<name>`."""
    texts, typed = [], []
    later: dict[str, tuple[str, ...]] = {}
    for name in names:
        column, rule = table.contract.columns[name], table.format.columns.get(name, _NO_RULE)
        if rule.sum and name in file.origins:
            cells = [
                clean_text(pl.col(by_column[part]), column, rule, table.format.missing, reading.careful)
                for part in file.origins[name]
            ]
            # One cell without a value, and nobody knows the sum.
            texts.append(pl.concat_str(cells, separator=" + ").alias(f"t:{name}"))
            numbers = [parse_text(cell, column, rule, (), table.zone, reading.zone, reading.careful) for cell in cells]
            typed.append(reduce(add, numbers).alias(name))
            continue
        raw = _raw_cell(rule, file.origins.get(name), by_column)
        if name in native:
            typed.append(raw.alias(name))
            continue
        text = clean_text(raw, column, rule, table.format.missing, reading.careful)
        forms = _forms(rule, column, file, reading.careful)
        if reading.careful and forms and not rule.date:
            text = plain_time(text)
        if len(forms) > 1:
            later[name] = forms[1:]
        texts.append(text.alias(f"t:{name}"))
        parsed = parse_text(pl.col(f"t:{name}"), column, rule, forms, table.zone, reading.zone, reading.careful)
        typed.append(parsed.alias(name))
    rows = rows.with_columns(texts).with_columns(typed)
    for stage in range(max(map(len, later.values()), default=0)):
        # Each form sees only the cells that the forms before it could not read.
        rows = rows.with_columns(
            pl.coalesce(pl.col(name), read_form(
                pl.when(pl.col(name).is_null()).then(pl.col(f"t:{name}")), table.contract.columns[name],
                forms[stage], table.zone, reading.zone,
            )).alias(name)
            for name, forms in later.items() if stage < len(forms)
        )  # fmt: skip
    return rows


def _raw_cell(rule: ColumnRule, origin: tuple[str, ...] | None, by_column: dict[str, str]) -> pl.Expr:
    """The cell a canonical column comes from: a constant, nothing, one column, or several joined by a space."""
    if rule.value is not None:
        return pl.lit(rule.value, pl.String)
    if origin is None:
        return pl.lit(None, pl.String)
    columns = [by_column[part] for part in origin]
    return pl.col(columns[0]) if len(columns) == 1 else pl.concat_str(columns, separator=" ")


def _find_raw(by_column: dict[str, str], header: str) -> str | None:
    """The raw column (r0, r1, …) under a header, however it is spelt."""
    wanted = normalise(header)
    return next((raw for column, raw in by_column.items() if normalise(column) == wanted), None)


def _versions(table: RawTable, read: Sequence[str], by_column: dict[str, str]) -> list[pl.Expr]:
    """VERSIONS: whole numbers that grow with each version of a row, null where the file has none.

    First the format file's own column, then the table's: two changes of a case can bear one number.
    """
    own = updated = pl.lit(None, pl.Int64)
    if table.format.version:
        raw = _find_raw(by_column, table.format.version)
        own = pl.col(raw).str.strip_chars().cast(pl.Int64, strict=False) if raw else own
    if (newest := table.contract.version) in read and newest is not None:
        updated = pl.col(newest).dt.epoch("us")
    return [number.alias(name) for number, name in zip((own, updated), VERSIONS, strict=True)]


def _native_types(table: RawTable, file: RawFile, reading: Reading) -> dict[str, pl.DataType]:
    """The canonical columns that the CSV reader may parse itself, with their types; none in a careful reading."""
    if reading.careful:
        return {}
    types = {name: _native_type(table, file, name, name in reading.whole) for name in reading.columns}
    return {name: dtype for name, dtype in types.items() if dtype is not None}


def _native_type(table: RawTable, file: RawFile, name: str, may_be_whole: bool) -> pl.DataType | None:
    """Numbers and flags that the format file leaves alone are left to the CSV reader."""
    rule, column, origin = (
        table.format.columns.get(name),
        table.contract.columns[name],
        file.origins.get(name),
    )
    if origin is None or rule is None or len(origin) != 1 or table.format.missing:
        return None
    if any((rule.map, rule.percent, rule.duration, rule.missing)) or rule.unit not in (None, "s"):
        return None
    if column.kind == "flag":
        return pl.Boolean()
    if column.kind == "integer":
        return pl.Int64()
    if column.kind in FRACTIONAL:
        cells = _peek(file, origin[0]) if may_be_whole else []
        return pl.Int64() if cells and all(re.fullmatch(r"[+-]?\d+", cell) for cell in cells) else pl.Float64()
    return None


def _forms(rule: ColumnRule, column: Column, file: RawFile, careful: bool) -> tuple[str, ...]:
    """The time forms to try: the declared ones, or in a quick reading the first that fits the head of the file."""
    if column.kind not in ("time", "day"):
        return ()
    if rule.date:
        return tuple(rule.date)
    known = TIME_FORMS if column.kind == "time" else DAY_FORMS
    if careful:
        return known
    cells = _peek(file, *file.origins.get(column.name, ()))
    return (next((form for form in known if cells and _fits(cells[0], form)), known[0]),)


def _fits(cell: str, form: str) -> bool:
    try:
        dt.datetime.strptime(cell, form.replace("%.f", ".%f"))
    except ValueError:
        return False
    return True


def _peek(file: RawFile, *columns: str) -> list[str]:
    """The head's cells of a column (or of several, joined by a space), without the empty ones."""
    positions = [file.layout.columns.index(column) for column in columns]
    rows = [row for row in file.layout.peek if all(position < len(row) for position in positions)]
    return [cell for row in rows if (cell := " ".join(row[position] for position in positions)).strip()]


def _build_checks(table: RawTable, reading: Reading) -> tuple[Check, ...]:
    """Every check on the columns that are read, in the order in which they name a reason."""
    checks = [Check("data-too-many-cells", OVERFLOW, pl.col(OVERFLOW).is_not_null())]
    native = set(reading.columns).intersection(*(_native_types(table, file, reading) for file in table.files))
    for name in reading.columns:
        column = table.contract.columns[name]
        value, text = pl.col(name), pl.col(f"t:{name}")
        if name not in native and column.kind not in ("id", "agent", "text", "category"):
            checks.append(Check(_UNREADABLE[column.kind], name, value.is_null() & text.is_not_null()))
        if not reading.careful and column.kind in ("id", "text"):
            # The careful reading strips spaces; the quick one leaves such a file to it.
            is_untidy = (
                (text < "!") | text.str.ends_with(" ") if column.kind == "id" else text.str.strip_chars() != text
            )
            checks.append(Check("", name, is_untidy))
        if name in native and column.kind in FRACTIONAL:
            checks.append(Check(_UNREADABLE[column.kind], name, ~value.is_finite()))
        if column.required:
            checks.append(Check("data-missing-value", name, value.is_null()))
        if column.words:
            known = reduce(or_, (value == word for word in column.words))
            checks.append(Check("data-unknown-word", name, ~known))
        if column.low is not None or column.high is not None:
            checks.append(Check("data-out-of-range", name, _outside(value, column)))
        if column.kind == "id":
            damaged = text.str.contains(_DAMAGED_ID) if reading.careful else text.cast(pl.Binary).bin.contains(b"+")
            checks.append(Check("data-damaged-id", name, damaged))
        if column.kind == "time":
            low, high = (
                pl.lit(dt.datetime.combine(day, dt.time(), ZoneInfo(reading.zone))) for day in (EARLIEST, LATEST)
            )
            checks.append(Check("data-impossible-time", name, (value < low) | (value >= high)))
        if column.kind == "day":
            checks.append(Check("data-impossible-time", name, (value < EARLIEST) | (value >= LATEST)))
    for rule, condition in table.contract.rules.items():
        expression = pl.sql_expr(condition)
        used = expression.meta.root_names()
        if set(used) <= set(reading.columns):
            checks.append(Check(f"data-{rule}", used[0], expression, frozenset(used)))
    return tuple(checks)


_UNREADABLE = {
    "integer": "data-bad-number", "number": "data-bad-number", "share": "data-bad-number",
    "seconds": "data-bad-duration", "flag": "data-bad-flag", "time": "data-bad-time", "day": "data-bad-time",
}  # fmt: skip


def _outside(value: pl.Expr, column: Column) -> pl.Expr:
    low = value < column.low if column.low is not None else pl.lit(False)
    high = value > column.high if column.high is not None else pl.lit(False)
    return low | high
