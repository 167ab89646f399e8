"""What Polars says of an expression before any data is read."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from csperf.rubric.sql import SqlFacts, SqlType
from csperf.tables.contract import Contract

_DTYPES: dict[str, pl.DataType] = {
    "id": pl.String(), "agent": pl.String(), "text": pl.String(), "category": pl.String(),
    "integer": pl.Int64(), "number": pl.Float64(), "share": pl.Float64(), "seconds": pl.Float64(),
    "flag": pl.Boolean(), "time": pl.Datetime("us", time_zone="UTC"), "day": pl.Date(),
}  # fmt: skip


def check_sql(sql: str, contract: Contract) -> SqlFacts:
    """Compile an expression and try it on rows without values; unknown columns are left to the caller."""
    try:
        expression = pl.sql_expr(sql)
    except pl.exceptions.PolarsError as error:
        return SqlFacts((), "unknown", f"this cannot be read: {_plain(error)}")
    names = tuple(dict.fromkeys(expression.meta.root_names()))
    if not set(names) <= set(contract.known_names()):
        return SqlFacts(names, "unknown")
    try:
        result = _null_rows(contract, names).select(expression.alias("result"))
    except pl.exceptions.PolarsError as error:
        return SqlFacts(names, "unknown", f"these do not go together: {_plain(error)}")
    if result.height != 2:
        return SqlFacts(names, "unknown", "this has one value for all rows, not one for each")
    return SqlFacts(names, _type_of(result.dtypes[0]))


def _null_rows(contract: Contract, names: Sequence[str]) -> pl.DataFrame:
    derived = contract.derived
    schema = {name: pl.Float64() if name in derived else _DTYPES[contract.columns[name].kind] for name in names}
    return pl.DataFrame({name: [None, None] for name in names}, schema=schema)


def _type_of(dtype: pl.DataType) -> SqlType:
    if dtype == pl.Boolean:
        return "boolean"
    if dtype.is_numeric():
        return "number"
    if dtype == pl.Duration:
        return "duration"
    if dtype == pl.String:
        return "text"
    return "time" if dtype.is_temporal() else "unknown"


def _plain(error: pl.exceptions.PolarsError) -> str:
    """The first sentence of Polars' message, without its advice to programmers."""
    first = re.split(r"\n|; | \((?:lhs|create)", str(error), maxsplit=1)[0]
    return re.sub(r"^sql parser error: |^unable to parse | as Expr$", "", first)
