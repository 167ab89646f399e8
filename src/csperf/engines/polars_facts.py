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
    EARLIEST,
    LATEST,
    LONGEST_SECONDS,
    UNDECLARED,
    clean_text,
    fits_word,
    known_forms,
    parse_form,
    parse_text,
)
from csperf.exports.format_file import ColumnRule
from csperf.exports.reader import RawFile, RawTable
from csperf.exports.rejects_file import ANEW, join_cells
from csperf.problems import Location, Problem, ProblemsFound
from csperf.tables.contract import Column

OVERFLOW = "_overflow"
SOURCE = "_source"
ROW, CODE = "_row", "_code"
FRACTIONAL = ("number", "share", "seconds")
PLACE = "_place"
VERSIONS = ("_version", "_updated")
FILE_SPAN = 1 << 40
_LOOKED_AT = 10
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
    SOURCE is there where several sources fill the table.
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
    source = [SOURCE] if table.is_pooled else []
    files = [
        _scan_file(table, file, index, reading, checks).with_columns(pl.lit(file.source).alias(name) for name in source)
        for index, file in enumerate(table.files)
    ]
    return Facts(pl.concat(files, how="vertical_relaxed"), checks, frozenset(reading.columns))


def place_of(place: int) -> tuple[int, int]:
    """(file index, row) of a PLACE."""
    return divmod(place, FILE_SPAN)


def scan_raw(table: RawTable, index: int, reading: Reading) -> tuple[pl.LazyFrame, tuple[Check, ...]]:
    """One file with its raw cells (r0, r1, …) beside CODE and PLACE; for writing rejected rows out."""
    checks = _build_checks(table, reading)
    raw = [f"r{position}" for position in range(len(table.files[index].layout.columns))]
    return _scan_file(table, table.files[index], index, reading, checks, keep=raw), checks


def count_left_out(table: RawTable) -> int:
    """How many rows the format files leave out."""
    counts = []
    for file in table.files:
        if file.marks.keys() - {file.format.version}:
            by_column = {column: f"r{position}" for position, column in enumerate(file.layout.columns)}
            rows = _scan_text(file, 0, by_column, {}, careful=True)
            counts += [rows.select(pl.len()), _leave_out(rows, file, by_column).select(-pl.len().cast(pl.Int64))]
    return sum(frame.item() for frame in pl.collect_all(counts, engine="streaming"))


def check_replaced(table: RawTable) -> None:
    """Raises ProblemsFound where what a mended row replaces is no row, or no longer the one that was rejected."""
    problems = []
    for file in (file for file in table.files if file.replaced):
        by_column = {column: f"r{position}" for position, column in enumerate(file.layout.columns)}
        rows = _leave_out(_scan_text(file, 0, by_column, {}, careful=True), file, by_column)
        found = rows.filter(pl.col(PLACE).is_in(list(file.replaced))).collect(engine="streaming")
        cells = {row[PLACE]: row for row in found.iter_rows(named=True)}
        for row, expected in sorted(file.replaced.items()):
            mended, number = Location(expected.by[0]), expected.by[1]
            if row not in cells:
                message = f"row {number}: {file.shown} has no row {row} that counts"
            else:
                value = join_cells(cells[row][by_column[column]] for column in expected.columns)
                if not expected.columns or value == join_cells([expected.value]):
                    continue
                where = " + ".join(expected.columns)
                message = f'row {number}: in row {row} of {file.shown}, {where} is "{value}", not "{expected.value}"'
            problems.append(
                Problem(
                    "data-mended-row", message, mended,
                    hint=f"that file has changed since: {ANEW}",
                )
            )  # fmt: skip
    if problems:
        raise ProblemsFound(problems)


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
    rows = _leave_out(_scan_text(file, index, by_column, native, reading.careful), file, by_column)
    if file.replaced:
        assert reading.careful
        first = index * FILE_SPAN
        rows = rows.filter(~pl.col(PLACE).is_in([first + row for row in file.replaced]))
    # The version column decides between rows with one key; it is read for that, and not checked.
    version = table.contract.version
    extra = [version] if reading.careful and version and table.has(version) else []
    names = list(dict.fromkeys([*reading.columns, *extra]))
    rows = _type_columns(rows, table, file, names, by_column, native, reading)
    if not reading.careful:
        failing = [check.fails for check in _build_checks(table, reading, native.keys())]
        return rows.select(*reading.columns, pl.any_horizontal(failing).fill_null(False).alias(CODE))
    # The first check that fails names the reason.
    code = reduce(
        lambda later, pair: pl.when(pair[1].fails).then(pl.lit(pair[0], pl.Int32)).otherwise(later),
        reversed(list(enumerate(checks))), pl.lit(None, pl.Int32),
    )  # fmt: skip
    texts = [f"t:{name}" for name in reading.columns]
    versions = _versions(table, file, names, by_column)
    return rows.select(*reading.columns, code.alias(CODE), PLACE, OVERFLOW, *versions, *texts, *keep)


def _scan_text(
    file: RawFile,
    index: int,
    by_column: dict[str, str],
    native: dict[str, pl.DataType],
    careful: bool,
) -> pl.LazyFrame:
    """The file's rows as they are, columns named r0, r1, …: text, but for `native` ones; careful: no blank rows."""
    schema: dict[str, pl.DataType] = {raw: pl.String() for raw in by_column.values()}
    schema |= {by_column[file.origins[name][0]]: dtype for name, dtype in native.items()}
    rows = pl.scan_csv(
        file.text, has_header=False, skip_lines=file.layout.skip_lines, schema=schema | {OVERFLOW: pl.String()},
        separator=file.layout.separator, row_index_name=ROW if careful else None,
        null_values=[""], missing_columns="insert", extra_columns="ignore", truncate_ragged_lines=True, glob=False,
    )  # fmt: skip
    if careful:
        place = index * FILE_SPAN + file.layout.header_row + 1 + pl.col(ROW).cast(pl.Int64)
        is_blank = pl.all_horizontal(pl.col(*by_column.values(), OVERFLOW).is_null())
        rows = rows.filter(~is_blank).with_columns(place.alias(PLACE))
    return rows


def _leave_out(rows: pl.LazyFrame, file: RawFile, by_column: dict[str, str]) -> pl.LazyFrame:
    """The rows that are data: none that the format drops, and of those with one value only the one it keeps."""
    for drop in file.format.drop_rows:
        cell = _marking(file, drop.column, by_column)
        if drop.in_ is not None:
            is_dropped = cell.is_in(drop.in_)
        elif drop.contains is not None:
            is_dropped = reduce(or_, (cell.str.contains(part, literal=True) for part in drop.contains))
        else:
            is_dropped = cell.is_null() | (cell == "") | fits_word(cell, file.format.missing)
        rows = rows.filter(~is_dropped.fill_null(False))
    if (keep := file.format.keep) is not None:
        cell = _marking(file, keep.first or keep.last or "", by_column)
        is_kept = cell.is_first_distinct() if keep.first else cell.is_last_distinct()
        rows = rows.filter(is_kept | cell.is_null())
    return rows


def _marking(file: RawFile, header: str, by_column: dict[str, str]) -> pl.Expr:
    """The cells of a column that decides which rows are left out, without blanks around them."""
    return pl.col(by_column[file.marks[header]]).str.strip_chars()


def _type_columns(
    rows: pl.LazyFrame, table: RawTable, file: RawFile, names: Sequence[str], by_column: dict[str, str],
    native: dict[str, pl.DataType], reading: Reading,
) -> pl.LazyFrame:  # fmt: skip
    """The rows with the canonical columns `names` typed, and the cleaned text of each as `t:<name>`."""
    texts: list[pl.Expr] = []
    typed: list[pl.Expr] = []
    moments: list[_Moment] = []
    lengths: list[pl.Expr] = []
    careful = reading.careful

    def clean(raw: pl.Expr, column: Column, rule: ColumnRule) -> pl.Expr:
        return clean_text(raw, column, rule, file.format.missing, careful)

    for name in names:
        column, rule = table.contract.columns[name], file.format.columns.get(name, _NO_RULE)
        parts = file.origins.get(name, ())
        if name in native:
            typed.append(_raw_cell(file, name, by_column).alias(name))
        elif rule.sum and parts:
            cells = [clean(pl.col(by_column[part]), column, rule) for part in parts]
            # One cell without a value, and nobody knows the sum.
            texts.append(pl.concat_str(cells, separator=" + ").alias(f"t:{name}"))
            typed.append(reduce(add, (parse_text(cell, column, rule, careful) for cell in cells)).alias(name))
        elif rule.between and parts:
            cells = [clean(pl.col(by_column[part]), column, rule) for part in parts]
            ends = [f"{name}:{part}" for part in ("begun", "ended")]
            texts.append(pl.concat_str(cells, separator=" … ").alias(f"t:{name}"))
            texts += [cell.alias(f"t:{end}") for cell, end in zip(cells, ends, strict=True)]
            moments += [
                _Moment(end, "time", _forms(rule, "time", file, (part,), careful), file.zone_of(part))
                for end, part in zip(ends, parts, strict=True)
            ]
            took = pl.col(ends[1]) - pl.col(ends[0])
            lengths.append((took.dt.total_microseconds() / 1_000_000).alias(name))
        else:
            texts.append(clean(_raw_cell(file, name, by_column), column, rule).alias(f"t:{name}"))
            if column.kind in ("time", "day"):
                forms = _forms(rule, column.kind, file, parts, careful)
                moments.append(_Moment(name, column.kind, forms, file.zone_of(*parts[:1])))
            else:
                typed.append(parse_text(pl.col(f"t:{name}"), column, rule, careful).alias(name))
    typed += [moment.parse(pl.col(f"t:{moment.name}"), 0, reading) for moment in moments]
    rows = rows.with_columns(texts).with_columns(typed)
    for stage in range(1, max((len(moment.forms) for moment in moments), default=1)):
        # Each form sees only the cells that the forms before it could not read.
        rows = rows.with_columns(
            pl.coalesce(pl.col(moment.name), moment.parse(
                pl.when(pl.col(moment.name).is_null()).then(pl.col(f"t:{moment.name}")), stage, reading,
            )).alias(moment.name)
            for moment in moments if stage < len(moment.forms)
        )  # fmt: skip
    return rows.with_columns(lengths)


@dataclass(frozen=True)
class _Moment:
    """A column of times or days: the forms that its cells may have, and the zone of those without an offset."""

    name: str
    kind: str
    forms: tuple[str, ...]
    zone: str

    def parse(self, text: pl.Expr, stage: int, reading: Reading) -> pl.Expr:
        return parse_form(text, self.kind, self.forms[stage], self.zone, reading.zone, reading.careful).alias(self.name)


def _raw_cell(file: RawFile, name: str, by_column: dict[str, str]) -> pl.Expr:
    """The cell a canonical column comes from: a constant, nothing, one column, or several joined by a space."""
    if name in file.constants:
        return pl.lit(file.constants[name], pl.String)
    if name not in file.origins:
        return pl.lit(None, pl.String)
    columns = [by_column[part] for part in file.origins[name]]
    return pl.col(columns[0]) if len(columns) == 1 else pl.concat_str(columns, separator=" ")


def _versions(table: RawTable, file: RawFile, read: Sequence[str], by_column: dict[str, str]) -> list[pl.Expr]:
    """VERSIONS: whole numbers that grow with each version of a row, null where the file has none.

    First the format file's own column, then the table's: two changes of a case can bear one number.
    """
    own = updated = pl.lit(None, pl.Int64)
    if file.format.version:
        own = _marking(file, file.format.version, by_column).cast(pl.Int64, strict=False)
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
        file.format.columns.get(name),
        table.contract.columns[name],
        file.origins.get(name),
    )
    if origin is None or rule is None or len(origin) != 1 or file.format.missing:
        return None
    if any((rule.map, rule.percent, rule.duration, rule.missing)) or origin[0] in file.marks.values():
        return None
    if rule.unit and (rule.unit != "s" or column.unit):
        return None
    if column.kind == "flag":
        return pl.Boolean()
    if column.kind == "integer":
        return pl.Int64()
    if column.kind in FRACTIONAL:
        cells = _peek(file, origin[0]) if may_be_whole else []
        return pl.Int64() if cells and all(re.fullmatch(r"[+-]?\d+", cell) for cell in cells) else pl.Float64()
    return None


def _forms(rule: ColumnRule, kind: str, file: RawFile, parts: Sequence[str], careful: bool) -> tuple[str, ...]:
    """The forms of time to try: the declared ones, or the first that fits the head of the file.

    The careful reading then tries every other spelling of dates in the order that the file has.
    """
    if rule.date:
        return tuple(rule.date)
    known = known_forms(kind, file.dates)
    cells = _peek(file, *parts) if parts else []
    fitting = next((form for cell in cells[:_LOOKED_AT] for form in known if _fits(cell, kind, form)), None)
    if not careful:
        return (fitting or known[0],)
    every = file.dates or UNDECLARED
    return (fitting, every) if fitting else (every,)


def _fits(cell: str, kind: str, form: str) -> bool:
    try:
        dt.datetime.strptime(cell.split(" ")[0] if kind == "day" else cell, form.replace("%.f", ".%f"))
    except ValueError:
        return False
    return True


def _peek(file: RawFile, *columns: str) -> list[str]:
    """The head's cells of a column (or of several, joined by a space), without the empty ones."""
    positions = [file.layout.columns.index(column) for column in columns]
    rows = [row for row in file.layout.peek if all(position < len(row) for position in positions)]
    return [cell for row in rows if (cell := " ".join(row[position] for position in positions)).strip()]


def _build_checks(table: RawTable, reading: Reading, native: Set[str] = frozenset()) -> tuple[Check, ...]:
    """Every check on the columns that are read, in the order in which they name a reason.

    native: the columns that the CSV reader parses itself.
    """
    checks = [Check("data-too-many-cells", OVERFLOW, pl.col(OVERFLOW).is_not_null())]
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
        if column.kind == "seconds":
            checks.append(Check("data-impossible-duration", name, value > LONGEST_SECONDS))
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
