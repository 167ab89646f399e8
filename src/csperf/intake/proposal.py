"""A format file proposed for an export that no known format fits: what could be placed by name, and what is open."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from csperf.engines.base import Engine
from csperf.exports.file_names import find_days
from csperf.exports.format_file import ColumnRule, Dates, FormatFile
from csperf.exports.inspection import Inspection
from csperf.exports.layout import Layout, normalise
from csperf.exports.reader import RawFile, RawTable
from csperf.tables import TABLES
from csperf.tables.contract import Column, Contract, compile_table
from csperf.workspace_edit import write_scalar

MARKERS = ("-", "--", "—", "无", "N/A", "暂无数据")
"""Cells that stand for no value in so many exports that nothing else can be meant."""
ORDERS: tuple[Dates, ...] = ("month-first", "day-first")
_TIMES = ("time", "day")
# So many different cells of a column are read each way.
_MOST = 20
_FEWEST = 2
_UNITS = {
    "s": re.compile(r"秒|seconds?|\bsec|\(s\)", re.IGNORECASE),
    "min": re.compile(r"分钟|minutes?|\bmins?\b", re.IGNORECASE),
    "h": re.compile(r"小时|hours?|\bhrs?\b", re.IGNORECASE),
}
_VARIANTS: dict[str, list[dict[str, Any]]] = {
    "share": [{"percent": [form]} for form in ("with_sign", "share", "number")],
    "seconds": [
        *({"duration": [form]} for form in ("clock", "hours_minutes", "words")), *({"unit": unit} for unit in _UNITS)
    ],
}  # fmt: skip
"""Kind of column → the settings that decide how a cell is read."""


@dataclass(frozen=True)
class WayToRead:
    """One way to read a column: the settings as a format file says them, and some cells with their values by it."""

    settings: str
    values: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class OpenColumn:
    """A column whose cells can be read in several ways, or (ways is empty) in none that is known."""

    column: str
    header: str
    ways: tuple[WayToRead, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """A format file to complete. missing: the required columns that were not placed; tables: all that fit as well.

    placed: canonical column → header. unplaced: the headers that nothing known is called by.
    """

    name: str
    table: str
    tables: tuple[str, ...]
    placed: Mapping[str, str]
    missing: tuple[str, ...]
    open: tuple[OpenColumn, ...]
    unplaced: tuple[str, ...]
    text: str

    @property
    def is_complete(self) -> bool:
        """Whether it can be used as it is: every required column is placed, and nothing is open."""
        return not (self.missing or self.open) and len(self.tables) == 1


@dataclass
class _Column:
    """A canonical column and the header that seems to hold it. rules: how other formats read a column so called."""

    column: Column
    header: str
    rules: list[ColumnRule] = field(default_factory=list)


def list_headers_known(formats: Iterable[FormatFile]) -> list[str]:
    """Every header that a canonical column is known to have somewhere."""
    return [header for table in TABLES for header in _name_columns(table, formats)]


def propose_format(
    engine: Engine, inspection: Inspection, layout: Layout, formats: Sequence[FormatFile], zone: str, workdir: Path
) -> Proposal | None:
    """What a format file for this export might say; None where hardly a header is known.

    layout: where its header is. A column is only placed where all its cells seen can be read in one way alone.
    """
    ranked = sorted(
        ((_rank(table, found), table, found) for table in TABLES for found in [_place(table, formats, layout)]),
        key=lambda one: one[0], reverse=True,
    )  # fmt: skip
    best, table, found = ranked[0]
    if len(found) < _FEWEST:
        return None
    contract = compile_table(TABLES[table])
    name = re.sub(r"[^\w.-]+", "-", Path(inspection.file).name.split(".")[0]).strip("-") or table
    base = RawFile(name, inspection.file, Path(inspection.file), Path(), "utf-8", layout,
                   FormatFile.model_construct(format=name, table=table, columns={}), zone, {}, {})  # fmt: skip
    reader = _Reader(engine, base, contract, workdir)
    dates, settled, undecided = reader.read_all(found)
    placed = {name: found[name].header for name in settled}
    asked = [name for name, column in contract.columns.items() if column.required and name not in found]
    told = {*placed.values(), *(one.header for one in undecided)}
    unplaced = [header for header in layout.columns if header not in told]
    tables = tuple(other for rank, other, _ in ranked if rank == best)
    return Proposal(
        name, table, tables, placed, tuple(asked), tuple(undecided), tuple(unplaced),
        _write(name, table, inspection, layout, dates, settled, undecided, asked, unplaced, reader.markers),
    )  # fmt: skip


def _name_columns(table: str, formats: Iterable[FormatFile]) -> dict[str, list[tuple[str, ColumnRule | None]]]:
    """normalised header → the canonical columns of a table that are called so, and how they are read there."""
    names: dict[str, list[tuple[str, ColumnRule | None]]] = {}
    columns = compile_table(TABLES[table]).columns
    for column in columns:
        for header in (column, column.replace("_", "")):
            names.setdefault(normalise(header), []).append((column, None))
    # A column that another table has as well, such as the agent, is called the same there.
    for format_ in sorted(formats, key=lambda one: one.table != table):
        known = compile_table(TABLES[format_.table]).columns
        for column, rule in format_.columns.items() if not format_.template else ():
            if column in columns and columns[column].kind == known[column].kind:
                for header in rule.from_ or []:
                    names.setdefault(normalise(header), []).append((column, rule))
    return names


def _place(table: str, formats: Sequence[FormatFile], layout: Layout) -> dict[str, _Column]:
    """Canonical column → the first header that it is known by; no header is taken for two columns."""
    names, columns = _name_columns(table, formats), compile_table(TABLES[table]).columns
    found: dict[str, _Column] = {}
    for header in layout.columns:
        known = names.get(normalise(header), [])
        name = next((name for name, _ in known if name not in found), None)
        if name is not None:
            rules = [rule for other, rule in known if other == name and rule is not None]
            found[name] = _Column(columns[name], header, rules)
    return {name: found[name] for name in columns if name in found}


def _rank(table: str, found: Mapping[str, _Column]) -> tuple[int, int]:
    required = [name for name, column in compile_table(TABLES[table]).columns.items() if column.required]
    return -sum(1 for name in required if name not in found), len(found)


class _Reader:
    """Reads the cells of one column at a time, by one rule after the other."""

    def __init__(self, engine: Engine, base: RawFile, contract: Contract, workdir: Path) -> None:
        self._engine, self._base, self._contract, self._workdir = engine, base, contract, workdir
        self._numbers = count()
        self.markers: dict[str, None] = {}

    def read_all(
        self, found: Mapping[str, _Column]
    ) -> tuple[Dates | None, dict[str, dict[str, Any]], list[OpenColumn]]:  # fmt: skip
        """(the order of dates, column → what is said of it, the columns that are open)."""
        settled: dict[str, dict[str, Any]] = {}
        undecided: list[OpenColumn] = []
        times = {name: one for name, one in found.items() if one.column.kind in _TIMES}
        dates, unread = self._read_times(times)
        for name, one in found.items():
            if name in times:
                if name in unread:
                    undecided.append(unread[name])
                else:
                    settled[name] = {"from": one.header}
                continue
            cells = self._cells(one.header)
            ways = self._ways(one, cells)
            # A bare number may be a share, a percentage, or no share at all.
            is_sure = one.column.kind != "share" or all("%" in cell or "％" in cell for cell in cells)
            if len(ways) == 1 and is_sure:
                settled[name] = {"from": one.header, **ways[0][0]}
            elif cells or one.column.required:
                undecided.append(_open(one, [(_say(said), values) for said, values in ways], cells))
        return dates, settled, undecided

    def _ways(self, one: _Column, cells: Sequence[str]) -> list[tuple[dict[str, Any], list[object]]]:
        """The settings by which all cells can be read, one for each result that they can have."""
        said = [_settings(rule) for rule in one.rules]
        variants = _VARIANTS.get(one.column.kind, [{}])
        units = [unit for unit, pattern in _UNITS.items() if pattern.search(one.header)]
        if one.column.kind == "seconds" and units:
            variants = [variant for variant in variants if "duration" in variant or variant["unit"] == units[0]]
            said = [one for one in said if one.get("unit", units[0]) == units[0]]
        ways: list[tuple[dict[str, Any], list[object]]] = []
        for variant in [*variants, *said]:
            values = self._read(one, variant, None, cells)
            if values is not None and values not in [other for _, other in ways]:
                ways.append((variant, values))
        return ways if cells else []

    def _read_times(self, times: Mapping[str, _Column]) -> tuple[Dates | None, dict[str, OpenColumn]]:
        """(the one order of dates that all columns have, the columns that cannot be read, or in two orders)."""
        cells = {name: self._cells(one.header) for name, one in times.items()}
        plain = {name for name, one in times.items() if self._read(one, {}, None, cells[name]) is not None}
        by_order = {
            order: {
                name: values for name, one in times.items()
                if name not in plain and (values := self._read(one, {}, order, cells[name])) is not None
            } for order in ORDERS
        }  # fmt: skip
        numbered = set[str]().union(*by_order.values())
        orders = [order for order, read in by_order.items() if set(read) == numbered and numbered]
        decided = orders[0] if len(orders) == 1 else None
        unread = {
            name: _open(one, [
                (f"dates: {order}", by_order[order][name]) for order in orders if name in by_order[order]
            ], cells[name])
            for name, one in times.items()
            if (name not in plain and (name not in numbered or decided is None)) or not cells[name]
        }  # fmt: skip
        required = {name for name, one in times.items() if one.column.required}
        return decided, {name: one for name, one in unread.items() if cells[name] or name in required}

    def _cells(self, header: str) -> list[str]:
        """Some different cells of a column, without those that stand for no value."""
        place = self._base.layout.columns.index(header)
        cells = dict.fromkeys(row[place].strip() for row in self._base.layout.peek if place < len(row))
        self.markers |= dict.fromkeys(cell for cell in cells if cell in MARKERS)
        return [cell for cell in cells if cell and cell not in MARKERS][:_MOST]

    def _read(
        self, one: _Column, settings: Mapping[str, Any], dates: Dates | None, cells: Sequence[str]
    ) -> list[object] | None:
        """The cells' values; None where one of them cannot be read so."""
        if not cells:
            return []
        text = self._workdir / f"proposed-{next(self._numbers)}.csv"
        with text.open("w", encoding="utf-8", newline="") as sink:
            csv.writer(sink, lineterminator="\n").writerows([cell] for cell in cells)
        rule = ColumnRule.model_validate({"from": one.header, **settings})
        layout = Layout(",", 0, 0, (one.header,), (one.header,), tuple((cell,) for cell in cells))
        format_ = FormatFile.model_construct(
            format="proposed", table=self._contract.table, columns={one.column.name: rule}, dates=dates
        )
        file = replace(self._base, text=text, layout=layout, format=format_, origins={one.column.name: (one.header,)})
        contract = replace(
            self._contract, columns={one.column.name: replace(one.column, required=False)}, key=(), version=None,
            at=None, agent=one.column.name, agents_by=None, rules={}, derived={},
        )  # fmt: skip
        facts = self._engine.read_facts(RawTable("proposed", contract, (file,)))
        return [row[one.column.name] for row in facts] if len(facts) == len(cells) else None


def _settings(rule: ColumnRule) -> dict[str, Any]:
    return rule.model_dump(by_alias=True, exclude_none=True, exclude={"from_"})


def _open(one: _Column, ways: Sequence[tuple[str, Sequence[object]]], cells: Sequence[str]) -> OpenColumn:
    several = len(ways) > 1
    telling = [
        index for index in range(len(cells)) if not several or len({repr(values[index]) for _, values in ways}) > 1
    ][:3]  # fmt: skip
    return OpenColumn(
        one.column.name, one.header,
        tuple(WayToRead(said, tuple((cells[index], values[index]) for index in telling)) for said, values in ways),
        tuple(cells[:3]),
    )  # fmt: skip


def _say(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {_flow(value)}" for key, value in settings.items())


def _flow(value: Any) -> str:
    match value:
        case [one]:
            return _flow(one)
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{_flow(key)}: {_flow(said)}" for key, said in value.items()) + "}"
    return write_scalar(str(value))


def _write(
    name: str, table: str, inspection: Inspection, layout: Layout, dates: str | None,
    settled: Mapping[str, Mapping[str, Any]], undecided: Sequence[OpenColumn], asked: Sequence[str],
    unplaced: Sequence[str], markers: Iterable[str],
) -> str:  # fmt: skip
    """The format file: what is settled as lines, what is open as comments."""
    contract = compile_table(TABLES[table])

    def lines() -> Iterator[str]:
        yield f"format: {write_scalar(name)}"
        yield f"table: {table}"
        if dates:
            yield f"dates: {dates}"
        yield "columns:"
        for column, said in settled.items():
            plain = set(said) == {"from"}
            yield f"  {column}: {write_scalar(said['from']) if plain else _flow(dict(said))}"
        for one in undecided:
            ways = " | ".join(way.settings for way in one.ways)
            yield f"  # {one.column}: {{from: {write_scalar(one.header)}, …}}" + (f"   # {ways}" if ways else "")
        for column in asked:
            by_name = contract.columns[column].kind == "day" and find_days(Path(inspection.file).name)
            yield f"  # {column}: {'{file_name: first_day}' if by_name else '…'}   # required"
        for header in unplaced:
            yield f"  # …: {write_scalar(' '.join(header.split()))}"
        if markers:
            yield "missing: [" + ", ".join(f'"{marker}"' for marker in markers) + "]"

    return "\n".join(lines()) + "\n"
