"""Rows with the same key: exact repeats count once, the newest version wins, anything else is a conflict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from csperf.engines.polars_facts import CODE, FILE_SPAN, PLACE, SOURCE, VERSIONS, place_of
from csperf.exports.reader import RawTable
from csperf.problems import Location, Problem, ProblemsFound

_SHOWN = 3
ACCOUNT = "_account"
_UNTIL = "_until"


@dataclass(frozen=True)
class Repeats:
    """The rows of a table whose key stands in several rows of one source.

    newest: those of them that no newer version replaces, in file order; outdated: PLACE and CODE of the others.
    """

    table: RawTable
    key: Sequence[str]
    newest: pl.DataFrame
    outdated: pl.DataFrame

    def find_repeated(self, counts: pl.Expr, columns: Sequence[str]) -> pl.Series:
        """PLACE of the newest rows that repeat one before them, among those that count.

        Raises ProblemsFound where rows that count differ in `columns`, as nothing says which of them holds.
        """
        rows = self.newest.filter(counts)
        by_key = rows.group_by(self.key, maintain_order=True).agg(
            pl.struct(columns).n_unique().alias("_variants"),
            pl.col(PLACE).first(),
            pl.col(PLACE).alias("_places"),
        )
        conflicts = by_key.filter(pl.col("_variants") > 1)
        if len(conflicts):
            raise ProblemsFound([_conflict_of_versions(self.table, self.key, conflicts)])
        return rows.join(by_key.select(PLACE), on=PLACE, how="anti")[PLACE]


def find_repeats(table: RawTable, rows: pl.LazyFrame, key: Sequence[str]) -> Repeats | None:
    """The rows with a key that others of their source have too, or None where no key repeats.

    In a report each account has rows of its own, also where several are one person's.
    """
    if not key:
        return None
    if _goes_by_account(table):
        rows = rows.with_columns(_account(table))
        key = [ACCOUNT if name == table.contract.agent else name for name in key]
    key = _within_source(table, key)
    hashed = hash_key(key).alias("_hash")
    hashes = rows.select(hashed).collect(engine="streaming").to_series()
    if hashes.n_unique() == len(hashes):
        return None
    repeated = hashes.value_counts().filter(pl.col("count") > 1).select("_hash")
    found = rows.with_columns(hashed).join(repeated.lazy(), on="_hash", how="semi").collect(engine="streaming")
    newest = found = found.sort(PLACE)
    for version in VERSIONS:
        number = pl.col(version).fill_null(-(1 << 62))
        newest = newest.filter(number == number.max().over(key))
    return Repeats(table, key, newest, found.join(newest, on=PLACE, how="anti").select(PLACE, CODE))


def check_spans(table: RawTable, rows: pl.LazyFrame) -> None:
    """Raises ProblemsFound where reports of one source share days, as these would count twice."""
    contract = table.contract
    begin, end = contract.at, contract.covers_until
    if begin is None or end is None or not table.has(end):
        return
    whose = _within_source(table, [name for name in contract.key if name != begin])
    until = pl.coalesce(end, begin).alias(_UNTIL)
    spans = rows.select(PLACE, *whose, begin, until).collect(engine="streaming").sort(begin, PLACE)
    spans = spans.unique([*whose, begin, _UNTIL], keep="first", maintain_order=True)
    again = spans.filter(pl.col(begin) <= pl.col(_UNTIL).cum_max().shift(1).over(whose))
    if not len(again):
        return
    samples = []
    for row in again.head(_SHOWN).iter_rows(named=True):
        same = pl.all_horizontal(pl.col(name) == row[name] for name in whose)
        other = spans.filter(same & (pl.col(_UNTIL) >= row[begin])).row(0, named=True)
        places = [
            f"{table.files[file].shown} row {line} ({one[begin]} to {one[_UNTIL]})"
            for one in (other, row) for file, line in [place_of(one[PLACE])]
        ]  # fmt: skip
        samples.append(", ".join(str(row[name]) for name in whose if name != SOURCE) + f": {' and '.join(places)}")
    message = f"{len(again)} {'row reports' if len(again) == 1 else 'rows report'} days that another row has already"
    hint = "these days would count twice: of the files that overlap, leave one out"
    raise ProblemsFound(
        [Problem("data-overlapping-reports", message, Location(table.name), samples=tuple(samples), hint=hint)]
    )


def check_accounts(table: RawTable, rows: pl.LazyFrame, key: Sequence[str]) -> None:
    """Raises ProblemsFound where files report one agent's day under different accounts, as it may count twice.

    Accounts that stand in one file are all of the agent's, and add up.
    """
    if not key or not _goes_by_account(table) or len(table.files) == 1:
        return
    whose = _within_source(table, key)
    file = (pl.col(PLACE) // FILE_SPAN).alias("_file")
    spelt = rows.select(*whose, _account(table), file, PLACE).collect(engine="streaming")
    in_each = spelt.group_by(*whose, "_file").agg(pl.col(ACCOUNT).n_unique().alias("_own"), pl.col(PLACE).min())
    in_all = spelt.group_by(*whose).agg(pl.col(ACCOUNT).n_unique().alias("_all"))
    by_agent = (
        in_each.sort(PLACE)
        .group_by(*whose, maintain_order=True)
        .agg(pl.col("_own").max(), pl.col(PLACE).alias("_places"))
    )
    apart = by_agent.join(in_all, on=whose, maintain_order="left").filter(pl.col("_all") > pl.col("_own"))
    if len(apart):
        hint = "have all accounts of a person in one file, where they add up, or leave one of the files out"
        said = "in several files, each under other accounts"
        raise ProblemsFound([_conflict(table, whose, apart, said, hint)])


def _within_source(table: RawTable, key: Sequence[str]) -> list[str]:
    """A key with the source beside it where there are several."""
    return [*key, SOURCE] if table.is_pooled else [*key]


def _goes_by_account(table: RawTable) -> bool:
    return table.contract.is_report and table.contract.agent in table.contract.key


def _account(table: RawTable) -> pl.Expr:
    """The agent as the report has it, however it is spelt."""
    return pl.col(f"t:{table.contract.agent}").str.normalize("NFKC").str.to_lowercase().alias(ACCOUNT)


def hash_key(key: Sequence[str]) -> pl.Expr:
    """One number per key; equal keys give equal numbers, and a second look tells chance collisions apart."""
    return pl.col(key[0]).hash() if len(key) == 1 else pl.struct(key).hash()


def _conflict_of_versions(table: RawTable, key: Sequence[str], conflicts: pl.DataFrame) -> Problem:
    version = table.contract.version
    can_tell = version is not None and not table.has(version)
    parts = [name for name in table.contract.key if not table.contract.columns[name].required and not table.has(name)]
    hint = (
        "remove the outdated rows"
        + (f", or export the column for {version} too, so that the newest wins" if can_tell else "")
        + (f"; or export {' and '.join(parts)}, if these are parts of one" if parts else "")
    )
    return _conflict(table, key, conflicts, "in rows that differ, and nothing says which is newer", hint)


def _conflict(table: RawTable, key: Sequence[str], conflicts: pl.DataFrame, said: str, hint: str) -> Problem:
    samples = []
    for row in conflicts.head(_SHOWN).iter_rows(named=True):
        shown = {table.contract.agent if column == ACCOUNT else column: row[column] for column in key}
        name = ", ".join(f"{column}={value}" for column, value in shown.items() if column != SOURCE)
        places = [place_of(place) for place in row["_places"][:2]]
        samples.append(f"{name}: " + " and ".join(f"{table.files[file].shown} row {line}" for file, line in places))
    count = len(conflicts)
    message = f"{count} {'key stands' if count == 1 else 'keys stand'} {said}"
    return Problem("data-key-conflict", message, Location(table.name), samples=tuple(samples), hint=hint)
