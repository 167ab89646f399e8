"""What can be wrong with a measure, found without data: tables, columns, SQL, types, units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from csperf.problems import Problem, suggest
from csperf.rubric.catalogue import CatalogueEntry
from csperf.rubric.measures import (
    NAME,
    PERCENTILE,
    SIMPLE_KINDS,
    Aggregate,
    Measure,
    build_measure,
    formula_names,
)
from csperf.rubric.quantities import UNITS, unit_factor, unit_kind
from csperf.rubric.sql import FUNCTIONS, CheckSql, SqlFacts, find_compared_words, find_forbidden
from csperf.tables import TABLES
from csperf.tables.contract import Contract, compile_table
from csperf.tables.kinds import EVERYONE
from csperf.yaml_models import value_at
from csperf.yaml_source import YamlPath

# Spellings of units that would silently pass as a plain number's label.
_MISSPELT = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "percent": "%", "pct": "%",
    "per hour": "/h", "per day": "/d",
}  # fmt: skip
_NAMING = ("id", "agent", "text", "category", "day")
"""Kinds of columns whose values may be counted once each, or averaged one by one."""


@cache
def contracts() -> dict[str, Contract]:
    """The tables a measure can be computed from, by name: those whose rows have a time."""
    compiled = {name: compile_table(table) for name, table in TABLES.items()}
    return {name: contract for name, contract in compiled.items() if contract.at}


def check_measure(entry: CatalogueEntry, check_sql: CheckSql) -> tuple[Measure | None, list[Problem]]:
    """An entry made ready, and what is wrong with it by itself; None if it cannot be made ready."""
    problems: list[Problem] = []
    name = entry.name
    if not NAME.fullmatch(name):
        problems.append(
            entry.problem(
                (),
                "measure-bad-name",
                f'"{name}" cannot be the name of a measure',
                key=True,
                hint="use lower-case letters, digits and _, beginning with a letter",
            )
        )
    if entry.entry.derived is not None:
        try:
            formula_names(entry.entry.derived)
        except ValueError as error:
            problems.append(
                entry.problem(
                    ("derived",),
                    "measure-bad-formula",
                    f'derived of measure "{name}": {error}',
                    hint="write it like (answered + returned) / ticket_count",
                )
            )
            return None, problems
    try:
        measure = build_measure(name, entry.entry, contracts())
    except ValueError as error:
        message, _, said = str(error).partition("; ")
        problems.append(
            entry.problem(
                (),
                "measure-bad-kind",
                f'measure "{name}": {message}' + (f" ({said})" if said else ""),
                hint="csperf rubric schema says what an entry can hold",
                key=True,
            )
        )
        return None, problems
    types: list[str] = []
    for prefix, term in zip(_prefixes(measure), measure.terms, strict=True):
        problems.extend(_Term(entry, prefix, term, check_sql, types).check())
    problems.extend(_check_unit(entry, measure, types))
    return measure, problems


def _prefixes(measure: Measure) -> list[YamlPath]:
    return [("ratio", "of"), ("ratio", "to")] if measure.kind == "ratio" else [()] * len(measure.terms)


class _Term:
    """One aggregate of an entry, with the places its parts are written at."""

    def __init__(
        self, entry: CatalogueEntry, prefix: YamlPath, term: Aggregate, check_sql: CheckSql, types: list[str]
    ) -> None:
        self.entry, self.prefix, self.term, self.check_sql, self.types = entry, prefix, term, check_sql, types

    def check(self) -> Iterator[Problem]:
        contract = contracts().get(self.term.table)
        if contract is None:
            yield self.problem(
                "from",
                "measure-unknown-table",
                f'unknown table "{self.term.table}"',
                suggest(self.term.table, list(contracts())),
            )
            return
        yield from self._check_column("at", self.term.at, contract, ("time", "day"), "a time")
        if self.term.agent != EVERYONE:
            yield from self._check_column("agent", self.term.agent, contract, ("agent",), "an agent")
        for role in ("distinct", "per"):
            if (name := getattr(self.term, role)) is not None:
                yield from self._check_column(role, name, contract, _NAMING, "what tells things apart, such as an id")
        for name in self.term.optional:
            may_lack = [column.name for column in contract.columns.values() if not column.required]
            if name not in may_lack:
                message = f'"{name}" is no column that an export of table "{contract.table}" may lack'
                yield self.problem("optional", "measure-bad-column", message, suggest(name, may_lack))
        for role, sql in self.term.expressions():
            yield from self._check_expression(role, sql, contract)
        yield from self._check_weighting(contract)

    def problem(self, role: str, code: str, message: str, hint: str | None) -> Problem:
        path = self._path(role)
        where = " of ".join(str(key) for key in reversed(path))
        return self.entry.problem(path, code, f'{where} of measure "{self.entry.name}": {message}', hint=hint)

    def _check_column(
        self, role: str, name: str, contract: Contract, kinds: tuple[str, ...], wanted: str
    ) -> Iterator[Problem]:
        fitting = [column.name for column in contract.columns.values() if column.kind in kinds]
        if name in contract.known_names():
            if name not in fitting:
                yield self.problem(role, "measure-bad-column", f'"{name}" is not {wanted}', suggest(name, fitting))
        else:
            yield self._unknown_column(role, name, contract, fitting)

    def _unknown_column(self, role: str, name: str, contract: Contract, known: list[str]) -> Problem:
        word = name.lower() if name.lower() in known else name
        message = f'unknown column "{name}" in table "{contract.table}"'
        return self.problem(role, "measure-unknown-column", message, suggest(word, known))

    def _check_expression(self, role: str, sql: str, contract: Contract) -> Iterator[Problem]:
        if forbidden := find_forbidden(sql):
            yield self.problem(
                role,
                "measure-bad-sql",
                forbidden,
                "an expression looks at one row; it can use " + ", ".join(FUNCTIONS),
            )
            return
        facts = self.check_sql(sql, contract)
        unknown = [name for name in facts.names if name not in contract.known_names()]
        for name in unknown:
            yield self._unknown_column(role, name, contract, contract.known_names())
        if unknown:
            return
        if facts.error:
            yield self.problem(role, "measure-bad-sql", facts.error, _columns_hint(facts, contract))
            return
        yield from self._check_type(role, facts, contract)
        for column, word in find_compared_words(sql):
            words = contract.columns[column].words if column in contract.columns else ()
            if words and word not in words:
                yield self.problem(role, "measure-unknown-word", f'"{column}" is never "{word}"', suggest(word, words))

    def _check_type(self, role: str, facts: SqlFacts, contract: Contract) -> Iterator[Problem]:
        is_condition = role in ("where", "over", "zero_if") or (role == "value" and self.term.kind == "rate")
        if is_condition and facts.type != "boolean":
            yield self.problem(
                role,
                "measure-bad-type",
                "this is not a condition that is true or false",
                "compare it with something, such as rating >= 4",
            )
        numbers = ("number", "duration") if role == "value" else ("number",)
        if not is_condition and facts.type not in numbers:
            yield self.problem(role, "measure-bad-type", "this is not a number", _columns_hint(facts, contract))
        if role == "value":
            self.types.append(facts.type)

    def _check_weighting(self, contract: Contract) -> Iterator[Problem]:
        """An export's daily means and rates must not be averaged as if every day were alike."""
        column = contract.columns.get(self.term.value or "")
        if contract.table == "agent_metrics" and column and column.kind in ("share", "seconds"):
            if self.term.kind == "mean":
                yield self.problem(
                    "value",
                    "measure-unweighted",
                    f'"{column.name}" is already a mean or a rate of each day',
                    "add weighted_by: the count behind it, such as served_count or rated_count",
                )
            elif self.term.kind == "sum":
                yield self.problem(
                    "value",
                    "measure-unweighted",
                    f'daily values of "{column.name}" cannot be added',
                    "use mean with weighted_by: the count behind it",
                )

    def _path(self, role: str) -> YamlPath:
        """Where a role is written: in the term of a ratio, or once for both."""
        key: YamlPath = {"weight": ("weighted_by",), "over": ("rate", "over")}.get(role, (role,))
        for prefix in (self.prefix, ()):
            written = value_at(self.entry.source.data, (*self.entry.path, *prefix))
            path = _value_path(written) if role == "value" else key
            if path and value_at(written, path) is not None:
                return (*prefix, *path)
        return self.prefix


def _value_path(written: Mapping[str, Any]) -> YamlPath:
    """Where the expression stands in a term as it is written."""
    for key, value in written.items():
        if key in SIMPLE_KINDS or key == "percentile" or PERCENTILE.fullmatch(str(key)):
            inner = {"rate": "of", "percentile": next(iter(value))}.get(key) if isinstance(value, dict) else None
            return (key, inner) if inner else (key,)
    return ()


def _columns_hint(facts: SqlFacts, contract: Contract) -> str | None:
    kinds = {name: contract.columns[name].kind if name in contract.columns else "number" for name in facts.names}
    return ", ".join(f"{name} is {kind}" for name, kind in kinds.items()) or "write it like rating >= 4 and not is_bot"


def _check_unit(entry: CatalogueEntry, measure: Measure, types: list[str]) -> Iterator[Problem]:
    said = f'unit "{measure.unit}"' if measure.unit else "no unit"
    start = f'measure "{measure.name}" has {said}'
    place: YamlPath = ("unit",) if entry.entry.unit is not None else ()
    right = _MISSPELT.get(measure.unit.lower())
    if right:
        message = f"{start}, which would be only a label"
        yield entry.problem(place, "measure-bad-unit", message, hint=f'write unit: "{right}" (units are {_units()})')
        return
    wanted, why = _wanted_unit(measure, types)
    if measure.kind == "rate" and unit_kind(measure.unit) != "share":
        wanted, why = "%", "a rate is a share"
    if measure.kind == "count" and unit_kind(measure.unit) not in ("number",):
        yield entry.problem(place, "measure-bad-unit", f"{start}, but a count is a plain number", hint="leave unit out")
    elif wanted is not None:
        yield entry.problem(
            place, "measure-bad-unit", f"{start}, but {why}", hint=f'write unit: "{wanted}"', key=not place
        )


def _wanted_unit(measure: Measure, types: list[str]) -> tuple[str | None, str]:
    """The unit that the column behind a value is kept in, if the measure says another."""
    if measure.kind in ("ratio", "derived", "constant", "rate", "count"):
        return None, ""
    term = measure.terms[0]
    contract = contracts().get(term.table)
    column = contract.columns.get(term.value or "") if contract else None
    if types == ["duration"] and measure.unit != "s":
        return "s", "the difference of two times is in seconds"
    if column and column.kind == "seconds" and measure.unit != "s":
        return "s", f"{column.name} is in seconds"
    if column and column.kind == "share" and unit_kind(measure.unit) != "share":
        return "%", f"{column.name} is a share"
    kept_in = contract.unit_of(term.value or "") if contract else None
    if kept_in and unit_kind(measure.unit) != "number" and unit_factor(measure.unit) != unit_factor(kept_in[0]):
        return kept_in[0], f"{term.value} is in {kept_in}"
    return None, ""


def _units() -> str:
    return ", ".join(unit for unit in UNITS if unit)
