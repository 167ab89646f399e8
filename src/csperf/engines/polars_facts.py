"""Raw text columns → facts: typed rows, each with the reason it was set aside, if any."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

import polars as pl

from csperf.engines.polars_cells import (
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
PLACE = "_place"
VERSIONS = ("_version", "_updated")
_FILE_SPAN = 1 << 40
_DAMAGED_ID = r"^\d(\.\d+)?[eE]\+\d+$"


@dataclass(frozen=True)
class Check:
    """A named condition that a row must not meet; `column` is what to show of the row."""

    code: str
    column: str
    fails: pl.Expr


@dataclass(frozen=True)
class Facts:
    """A source as lazy typed rows. `checks[i]` is what CODE i stands for; CODE is null in valid rows.

    The quick reading lets the CSV reader parse numbers; there CODE is only true or false. The careful
    reading also gives PLACE (file and row), VERSIONS, and each cell's cleaned text as `t:<column>`.
    """

    rows: pl.LazyFrame
    checks: tuple[Check, ...]
    columns: frozenset[str]


def scan_facts(table: RawTable, names: Sequence[str], to_zone: str, careful: bool) -> Facts:
    """The canonical columns `names` of all files of a source, typed and checked."""
    present = [name for name in names if table.has(name)]
    checks = _build_checks(table, present, to_zone, careful)
    files = [_scan_file(table, file, index, present, checks, to_zone, careful) for index, file in enumerate(table.files)]
    return Facts(pl.concat(files, how="vertical_relaxed"), checks, frozenset(present))


def place_of(place: int) -> tuple[int, int]:
    """(file index, row) of a PLACE."""
    return divmod(place, _FILE_SPAN)


def scan_raw(table: RawTable, index: int, names: Sequence[str], to_zone: str) -> tuple[pl.LazyFrame, tuple[Check, ...]]:
    """One file with its raw cells (r0, r1, …) beside CODE and PLACE; for writing rejected rows out."""
    present = [name for name in names if table.has(name)]
    checks = _build_checks(table, present, to_zone, careful=True)
    file = table.files[index]
    raw = [f"r{i}" for i in range(len(file.layout.columns))]
    return _scan_file(table, file, index, present, checks, to_zone, careful=True, keep=raw), checks


def _scan_file(
    table: RawTable, file: RawFile, index: int, names: Sequence[str], checks: Sequence[Check], to_zone: str,
    careful: bool, keep: Sequence[str] = (),
) -> pl.LazyFrame:  # fmt: skip
    by_column = {column: f"r{position}" for position, column in enumerate(file.layout.columns)}
    native = {} if careful else _native_types(table, file, names)
    rows = _scan_text(table, file, index, by_column, native, careful)
    # The version column decides between rows with one key; it is read for that, and not checked.
    version = table.contract.version
    extra = [version] if careful and version and table.has(version) else []
    read = list(dict.fromkeys([*names, *extra]))
    rows = _type_columns(rows, table, file, read, by_column, native, to_zone, careful)
    failing = [check.fails for check in checks]
    if not careful:
        return rows.select(*names, pl.any_horizontal(failing).fill_null(False).alias(CODE))
    # The first check that fails names the reason.
    code = reduce(
        lambda later, pair: pl.when(pair[1]).then(pl.lit(pair[0], pl.Int32)).otherwise(later),
        reversed(list(enumerate(failing))), pl.lit(None, pl.Int32),
    )  # fmt: skip
    versions = _versions(table, read, by_column)
    return rows.select(*names, code.alias(CODE), PLACE, *versions, *(f"t:{name}" for name in names), *keep)


def _scan_text(
    table: RawTable, file: RawFile, index: int, by_column: dict[str, str], native: dict[str, pl.DataType], careful: bool
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
    native: dict[str, pl.DataType], to_zone: str, careful: bool,
) -> pl.LazyFrame:  # fmt: skip
    """The rows with the canonical columns `names` typed, and the cleaned text of each as `t:<name>`."""
    texts, typed = [], []
    later: dict[str, tuple[str, ...]] = {}
    for name in names:
        column, rule = table.contract.columns[name], table.format.columns[name]
        raw = _raw_cell(rule, file.origins.get(name), by_column)
        if name in native:
            typed.append(raw.alias(name))
            continue
        text = clean_text(raw, rule, table.format.missing, careful)
        forms = _forms(rule, column, file, careful)
        if careful and forms and not rule.date:
            text = plain_time(text)
        if len(forms) > 1:
            later[name] = forms[1:]
        texts.append(text.alias(f"t:{name}"))
        parsed = parse_text(pl.col(f"t:{name}"), column, rule, forms, table.zone, to_zone, careful)
        typed.append(parsed.alias(name))
    rows = rows.with_columns(texts).with_columns(typed)
    for stage in range(max(map(len, later.values()), default=0)):
        # Each form sees only the cells that the forms before it could not read.
        rows = rows.with_columns(
            pl.coalesce(pl.col(name), read_form(
                pl.when(pl.col(name).is_null()).then(pl.col(f"t:{name}")), table.contract.columns[name],
                forms[stage], table.zone, to_zone,
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


def _native_types(table: RawTable, file: RawFile, names: Sequence[str]) -> dict[str, pl.DataType]:
    """The canonical columns that the CSV reader may parse itself, with their types."""
    types = {name: _native_type(table, file, name) for name in names}
    return {name: dtype for name, dtype in types.items() if dtype is not None}


def _native_type(table: RawTable, file: RawFile, name: str) -> pl.DataType | None:
    """The type the CSV reader may parse itself: numbers and flags that the format file leaves alone."""
    rule, column, origin = table.format.columns.get(name), table.contract.columns[name], file.origins.get(name)
    if origin is None or rule is None or len(origin) != 1 or table.format.missing:
        return None
    if any((rule.map, rule.percent, rule.duration, rule.missing)) or rule.unit not in (None, "s"):
        return None
    if column.kind == "flag":
        return pl.Boolean()
    if column.kind == "integer":
        return pl.Int64()
    if column.kind in ("number", "seconds", "share"):
        cells = _peek(file, origin[0])
        return pl.Int64() if cells and all(re.fullmatch(r"\s*[+-]?\d+", cell) for cell in cells) else pl.Float64()
    return None


def _forms(rule: ColumnRule, column: Column, file: RawFile, careful: bool) -> tuple[str, ...]:
    """The time forms to try: the declared ones, or in a quick reading the first that fits the head of the file."""
    if column.kind not in ("time", "day"):
        return ()
    if rule.date:
        return tuple(rule.date)
    if careful:
        return TIME_FORMS
    cells = _peek(file, *file.origins.get(column.name, ()))
    return (next((form for form in TIME_FORMS if cells and _fits(cells[0], form)), TIME_FORMS[0]),)


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


def _build_checks(table: RawTable, names: Sequence[str], to_zone: str, careful: bool) -> tuple[Check, ...]:
    """Every check on the columns that are read, in the order in which they name a reason."""
    checks = [Check("data-too-many-cells", OVERFLOW, pl.col(OVERFLOW).is_not_null())]
    native = set() if careful else {
        name for name in names if all(_native_type(table, file, name) is not None for file in table.files)
    }
    for name in names:
        column = table.contract.columns[name]
        value, text = pl.col(name), pl.col(f"t:{name}")
        if name not in native and column.kind not in ("id", "agent", "text", "category"):
            checks.append(Check(_UNREADABLE[column.kind], name, value.is_null() & text.is_not_null()))
        if not careful and column.kind in ("id", "text"):
            # The careful reading strips spaces; the quick one leaves such a file to it.
            checks.append(Check("", name, (text < "!") | text.str.ends_with(" ")))
        if column.required:
            checks.append(Check("data-missing-value", name, value.is_null()))
        if column.words:
            known = reduce(or_, (value == word for word in column.words))
            checks.append(Check("data-unknown-word", name, ~known))
        if column.low is not None or column.high is not None:
            checks.append(Check("data-out-of-range", name, _outside(value, column)))
        if column.kind == "id":
            damaged = text.str.contains(_DAMAGED_ID) if careful else text.cast(pl.Binary).bin.contains(b"E+")
            checks.append(Check("data-damaged-id", name, damaged))
        if column.kind == "time":
            low, high = (pl.lit(dt.datetime.combine(day, dt.time(), ZoneInfo(to_zone))) for day in (EARLIEST, LATEST))
            checks.append(Check("data-impossible-time", name, (value < low) | (value >= high)))
        if column.kind == "day":
            checks.append(Check("data-impossible-time", name, (value < EARLIEST) | (value >= LATEST)))
    for rule, condition in table.contract.rules.items():
        expression = pl.sql_expr(condition)
        used = expression.meta.root_names()
        if set(used) <= set(names):
            checks.append(Check(f"data-{rule}", used[0], expression))
    return tuple(checks)


_UNREADABLE = {
    "integer": "data-bad-number", "number": "data-bad-number", "share": "data-bad-number",
    "seconds": "data-bad-duration", "flag": "data-bad-flag", "time": "data-bad-time", "day": "data-bad-time",
}  # fmt: skip


def _outside(value: pl.Expr, column: Column) -> pl.Expr:
    low = value < column.low if column.low is not None else pl.lit(False)
    high = value > column.high if column.high is not None else pl.lit(False)
    finite = ~value.is_finite() if column.kind in ("number", "seconds", "share") else pl.lit(False)
    return low | high | finite
