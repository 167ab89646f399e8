"""Rows are conserved: every row is accepted, set aside for a reason, or a repeat; ids stay what they were."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.engines.base import RowCounts, SourceResult
from csperf.engines.polars_engine import PolarsEngine
from csperf.problems import ProblemsFound
from csperf.rubric.measures import Aggregate
from small_shop import (
    count_rows,
    csv_text,
    measure_source,
    open_source,
    read_rows,
    reading_as_if_large,
    same_name,
    values_of,
)

HEADERS = [
    "ticket_id",
    "agent_id",
    "created_at",
    "resolved_at",
    "updated_at",
    "status",
    "rating",
    "escalated",
    "handling_seconds",
]
POOLS = {
    "ticket_id": ["T1", "T2", "T3", "007", "7", "12345678901234567890", "T4", "T5", "T6", "", "1.03E+13"],
    "agent_id": ["A1", "A2", ""],
    "created_at": [
        "2025-06-01 00:00:00",
        "2025-06-30 23:59:59",
        "2025-05-31 23:59:59",
        "2025-07-01 00:00:00",
        "2025-06-10 12:00",
        "2025/06/11 12:00:00",
        "2025-06-31 10:00:00",
        "",
        "soon",
        "1970-01-01 00:00:00",
    ],
    "resolved_at": ["", "2025-07-02 10:00:00", "2025-05-01 00:00:00", "2025-13-01 00:00:00"],
    "updated_at": ["", "2025-07-01 10:00:00", "2025-07-02 10:00:00", "2025-07-03 10:00:00"],
    "status": ["", "open", "closed", "lost"],
    "rating": ["", "1", "5", "6", "0", "good"],
    "escalated": ["", "true", "0", "maybe"],
    "handling_seconds": ["", "0", "12.5", "-1", "long"],
}
SURVEY = ["survey_id", "agent_id", "responded_at", "rating"]
COUNT = count_rows("surveys", "responded_at")
Row = dict[str, str]


def read_time(text: str) -> dt.datetime | None:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S"):
        try:
            return dt.datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def is_number(text: str, low: float, high: float) -> bool:
    try:
        return low <= float(text) <= high
    except ValueError:
        return False


def is_valid(row: Row, columns: Sequence[str]) -> bool:
    """Whether a row keeps the rules of the ticket table, as far as `columns` are looked at."""
    read = {name: row[name] for name in columns}
    if not read["ticket_id"] or read["ticket_id"] == "1.03E+13":
        return False
    times = {name: read_time(read[name]) for name in ("created_at", "resolved_at", "updated_at") if read.get(name)}
    if "created_at" not in times or any(time is None or time.year < 1995 for time in times.values()):
        return False
    created, resolved = times["created_at"], times.get("resolved_at")
    assert created
    return (
        (resolved is None or resolved >= created)
        and read.get("status", "") in ("", "open", "closed")
        and (not read.get("rating") or is_number(read["rating"], 1, 5))
        and read.get("escalated", "") in ("", "true", "0")
        and (not read.get("handling_seconds") or is_number(read["handling_seconds"], 0, 1e9))
    )


def settle(rows: Sequence[Row], columns: Sequence[str]) -> tuple[list[Row], bool]:
    """(the rows that count for what needs `columns`, whether newest ones with a key differ in them).

    A version is newer also where a cell is wrong in it, as long as it has its key and its time.
    """
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if is_valid(row, ["ticket_id", "created_at"]):
            by_key[row["ticket_id"]].append(row)
    kept, conflict = [], False
    for same in by_key.values():
        newest = max(row["updated_at"] for row in same)
        top = [row for row in same if row["updated_at"] == newest and is_valid(row, columns)]
        conflict |= len({tuple(read_cells(row, columns)) for row in top}) > 1
        kept += top[:1]
    return kept, conflict


def read_cells(row: Row, columns: Sequence[str]) -> list[object]:
    return [read_time(row[name]) if name.endswith("_at") else row[name] for name in columns]


bad_now_and_then = st.fixed_dictionaries(
    {name: st.sampled_from(pool[: max(2, len(pool) // 2)]) | st.sampled_from(pool) for name, pool in POOLS.items()}
)
tables = st.lists(bad_now_and_then, max_size=14).flatmap(
    lambda rows: st.lists(st.sampled_from(rows), max_size=4).map(lambda again: rows + again) if rows else st.just(rows)
)


@settings(max_examples=50, deadline=None)
@given(rows=tables, cut=st.integers(0, 18), large=st.booleans(), blanks=st.booleans())
def test_rows_are_conserved(rows: list[Row], cut: int, large: bool, blanks: bool) -> None:
    lines = [[row[name] for name in HEADERS] for row in rows]
    parts = [csv_text(HEADERS, part) for part in (lines[:cut], lines[cut:])]
    if blanks:
        parts = [part.replace("\n", "\n\n", 2) + ",,\n\n" for part in parts]
    count = count_rows("tickets", "created_at")
    rate = Aggregate("tickets", "rate", "created_at", value="rating >= 4")
    read = ["ticket_id", "agent_id", "created_at", "rating"]
    kept, conflict = settle(rows, read)
    counted, also_conflict = settle(rows, read[:-1])
    with tempfile.TemporaryDirectory() as folder:
        source = open_source(Path(folder), "tickets", *parts)
        if conflict or also_conflict:
            with pytest.raises(ProblemsFound, match="data-key-conflict"):
                measure_source(source, [count, rate])
            return
        if large:
            with reading_as_if_large():
                result = measure_source(source, [count, rate])
        else:
            result = measure_source(source, [count, rate])
    start, end = dt.datetime(2025, 6, 1), dt.datetime(2025, 7, 1)
    inside, inside_at_all = (
        [row for row in settled if (time := read_time(row["created_at"])) and start <= time < end]
        for settled in (kept, counted)
    )
    rejected = sum(not is_valid(row, read) for row in rows)
    assert result.counts == RowCounts(
        rows=len(rows),
        in_period=len(inside),
        outside_period=len(kept) - len(inside),
        rejected=rejected,
        duplicates=len(rows) - rejected - len(kept),
        unassigned=sum(not row["agent_id"] for row in inside),
    )
    assert sum(rejection.count for rejection in result.rejections) == rejected
    # A case of which the rating is wrong is a case.
    agents = {row["agent_id"] for row in inside_at_all} - {""}
    assert values_of(result, count) == {who: sum(row["agent_id"] == who for row in inside_at_all) for who in agents}
    for who in agents:
        rated = [row["rating"] for row in inside if row["agent_id"] == who and row["rating"]]
        found = result.results[rate].get(who)
        assert (found and found.value) == (Fraction(rated.count("5"), len(rated)) if rated else None)


APART = [
    count_rows("tickets", "created_at"),
    count_rows("tickets", "resolved_at"),
    Aggregate("tickets", "rate", "created_at", value="rating >= 4"),
    Aggregate("tickets", "rate", "created_at", value="escalated", where="status = 'closed'"),
    Aggregate("tickets", "mean", "created_at", value="handling_seconds"),
    Aggregate("tickets", "rate", "resolved_at", value="resolution_hours <= 24"),
]


@settings(max_examples=50, deadline=None)
@given(rows=tables, large=st.booleans())
def test_what_a_measure_comes_to_does_not_depend_on_the_others(rows: list[Row], large: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = open_source(
            Path(folder), "tickets", csv_text(HEADERS, [[row[name] for name in HEADERS] for row in rows])
        )

        def measure(asked: list[Aggregate]) -> SourceResult | None:
            try:
                with reading_as_if_large() if large else nullcontext():
                    return measure_source(source, asked)
            except ProblemsFound:  # a key stands in rows that differ
                return None

        together, alone = measure(APART), {aggregate: measure([aggregate]) for aggregate in APART}
    if together is None or None in alone.values():
        assert together is None
        assert None in alone.values()
        return
    for aggregate, result in alone.items():
        assert result
        assert together.results[aggregate] == result.results[aggregate]


@settings(max_examples=25, deadline=None)
@given(rows=tables)
def test_check_and_rejects_tell_of_the_same_rows(rows: list[Row]) -> None:
    lines = [[row[name] for name in HEADERS] for row in rows]
    kept, conflict = settle(rows, HEADERS)
    with tempfile.TemporaryDirectory() as folder:
        source = open_source(Path(folder), "tickets", csv_text(HEADERS, lines))
        engine = PolarsEngine(Path(folder))
        rejected = list(engine.read_rejected(source))
        if conflict:
            with pytest.raises(ProblemsFound, match="data-key-conflict"):
                engine.check_source(source, same_name)
        else:
            counts = engine.check_source(source, same_name).counts
            assert (counts.rows, counts.in_period, counts.rejected) == (len(rows), len(kept), len(rejected))
            assert counts.duplicates == len(rows) - len(rejected) - len(kept)
    bad = [number for number, row in enumerate(rows, start=2) if not is_valid(row, HEADERS)]
    assert [row.row for row in rejected] == bad
    for row in rejected:
        assert row.headers == tuple(HEADERS)
        assert [cell or "" for cell in row.cells] == lines[row.row - 2]
        assert row.column in HEADERS
        if row.code not in ("data-missing-value", "data-resolved-before-created"):
            assert row.value == rows[row.row - 2][row.column]


def test_reasons_and_samples_name_the_row_of_the_spreadsheet(tmp_path: Path) -> None:
    text = (
        "Export of June,,,\n,,,\n"
        "survey_id,agent_id,responded_at,rating\n"
        'S1,A1,2025-06-01 10:00,5\nS2,"A\n1",2025-06-01 10:00,9\n\n'
        "S3,A1,2025-06-01 10:00,7\nS4,A1,2025-06-01 10:00,0\n"
        "S5,A1,2025-06-01 10:00,8\nS6,A1,2025-06-01 10:00,5,x\n"
    )
    rate = Aggregate("surveys", "rate", "responded_at", value="rating >= 4")
    result = measure_source(open_source(tmp_path, "surveys", text), [rate])
    by_code = {(rejection.code, rejection.column): rejection for rejection in result.rejections}
    bounds = by_code["data-out-of-range", "rating"]
    # Three samples at most; the blank line is a row of the sheet, the line break within a cell is none.
    assert bounds.count == 4
    assert [(row, value) for _, row, value in bounds.samples] == [(5, "9"), (7, "7"), (8, "0")]
    cells = next(rejection for (code, _), rejection in by_code.items() if code == "data-too-many-cells")
    assert [row for _, row, _ in cells.samples] == [10]
    assert result.counts.rows == 6


# ── the same key twice ────────────────────────────────────────────────────────────────────────────

TICKET = ["ticket_id", "agent_id", "created_at", "updated_at", "reopen_count"]
REOPENED = Aggregate("tickets", "sum", "created_at", value="reopen_count")


def ticket(agent: str, updated: str | None, reopened: int, key: str = "T1") -> list[object]:
    return [key, agent, "2025-06-03 10:00:00", updated, reopened]


@pytest.mark.parametrize("large", [False, True])
def test_newest_version_wins_wherever_it_stands(tmp_path: Path, large: bool) -> None:
    rows = [
        ticket("A1", "2025-06-04 10:00:00", 1),
        ticket("A1", "2025-06-05 10:00:00", 2),
        ticket("A2", None, 3),
    ]
    for order in ([0, 1, 2], [1, 0, 2], [2, 1, 0]):
        ordered = [rows[index] for index in order]
        source = open_source(tmp_path, "tickets", csv_text(TICKET, ordered[:1]), csv_text(TICKET, ordered[1:]))
        if large:
            with reading_as_if_large():
                result = measure_source(source, [REOPENED])
        else:
            result = measure_source(source, [REOPENED])
        assert values_of(result, REOPENED) == {"A1": 2}
        assert (result.counts.rows, result.counts.in_period, result.counts.duplicates) == (3, 1, 2)


def test_version_decides_though_no_measure_reads_it(tmp_path: Path) -> None:
    """A newer version that was moved out of the month takes the case with it."""
    rows = [
        ["T1", "A1", "2025-06-30 10:00:00", "2025-07-01 10:00:00"],
        ["T1", "A1", "2025-07-01 10:00:00", "2025-07-02 10:00:00"],
    ]
    count = count_rows("tickets", "created_at")
    result = measure_source(open_source(tmp_path, "tickets", csv_text(TICKET[:4], rows)), [count])
    assert values_of(result, count) == {}
    assert (result.counts.in_period, result.counts.outside_period, result.counts.duplicates) == (0, 1, 1)


def test_rows_that_differ_in_what_is_read_are_a_conflict(tmp_path: Path) -> None:
    rows = [
        ticket("A1", "2025-06-04 10:00:00", 1),
        ticket("A1", "2025-06-04 10:00:00", 2),
        ticket("A1", None, 0, key="T2"),
    ]
    source = open_source(tmp_path, "tickets", csv_text(TICKET, rows))
    with pytest.raises(ProblemsFound) as caught:
        measure_source(source, [REOPENED])
    (problem,) = caught.value.problems
    assert problem.code == "data-key-conflict"
    assert problem.message.startswith("1 key stands")
    assert problem.samples == ("ticket_id=T1: tickets-0.csv row 2 and tickets-0.csv row 3",)
    # Where the column that differs is not looked at, they are the same row.
    count = count_rows("tickets", "created_at")
    assert values_of(measure_source(source, [count]), count) == {"A1": 2}


def test_conflict_within_an_old_version_is_none(tmp_path: Path) -> None:
    rows = [ticket("A1", None, 1), ticket("A1", None, 2), ticket("A1", "2025-06-04 10:00:00", 7)]
    result = measure_source(open_source(tmp_path, "tickets", csv_text(TICKET, rows)), [REOPENED])
    assert values_of(result, REOPENED) == {"A1": 7}


@pytest.mark.parametrize("large", [False, True])
def test_key_that_holds_an_agent_is_compared_after_the_roster(tmp_path: Path, large: bool) -> None:
    rows = [["lina", "2025-06-03", 8], ["A1", "2025-06-03", 8], ["A1", "2025-06-04", 8]]
    hours = Aggregate("worktime", "sum", "date", value="hours")
    source = open_source(tmp_path, "worktime", csv_text(["agent_id", "date", "hours"], rows))

    def resolve(name: str) -> str:
        return {"lina": "A1"}.get(name, name)

    if large:
        with reading_as_if_large():
            result = measure_source(source, [hours], resolve=resolve)
    else:
        result = measure_source(source, [hours], resolve=resolve)
    assert values_of(result, hours) == {"A1": 16}
    assert result.counts.duplicates == 1


def test_of_equal_rows_the_first_one_is_kept(tmp_path: Path) -> None:
    rows = [[key, "A1", "2025-06-03 10:00", 5] for key in ("S1", "S2", "S2", "S3", "S1")]
    source = open_source(tmp_path, "surveys", csv_text(SURVEY, rows))
    rate = Aggregate("surveys", "rate", "responded_at", value="rating >= 4")
    shown = read_rows(source, rate, "A1")
    assert [(row["survey_id"], row["row"]) for row in shown] == [("S1", "2"), ("S2", "3"), ("S3", "5")]


# ── impossible times ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "is_possible"),
    [("1994-12-31", False), ("1995-01-01", True), ("2049-12-31", True), ("2050-01-01", False)],
)
def test_days_and_times_of_another_age_are_set_aside(tmp_path: Path, day: str, is_possible: bool) -> None:
    days = csv_text(["agent_id", "date", "hours"], [["A1", day, 8]])
    times = csv_text(SURVEY, [["S1", "A1", f"{day} 12:00", 5]])
    for table, text, asked in (
        ("worktime", days, Aggregate("worktime", "sum", "date", value="hours")),
        ("surveys", times, COUNT),
    ):
        result = measure_source(open_source(tmp_path, table, text), [asked])
        codes = [(rejection.code, rejection.column) for rejection in result.rejections]
        assert codes == ([] if is_possible else [("data-impossible-time", asked.at)])


# ── ids ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("large", [False, True])
def test_ids_are_text(tmp_path: Path, large: bool) -> None:
    ids = [
        "1",
        "01",
        "001",
        "12345678901234567890",
        "12345678901234567891",
        "1E5",
        "0x1",
        "1.0",
        "1.00",
        "NULL",
        "true",
    ]
    agents = [
        "007",
        "7",
        "0250400037",
        "12345678901234567890",
        "12345678901234567891",
        "1.0",
        "nan",
        "1e3",
        "1000",
        "0",
        "-1",
    ]
    rows = [[key, agent, "2025-06-03 10:00", 5] for key, agent in zip(ids, agents, strict=True)]
    source = open_source(tmp_path, "surveys", csv_text(SURVEY, rows))
    if large:
        with reading_as_if_large():
            result = measure_source(source, [COUNT])
    else:
        result = measure_source(source, [COUNT])
    assert values_of(result, COUNT) == dict.fromkeys(agents, 1)
    assert (result.counts.in_period, result.counts.duplicates, result.counts.rejected) == (len(ids), 0, 0)


@pytest.mark.parametrize("damaged", ["1.03E+13", "1E+13", "2.50600001E+10"])
@pytest.mark.parametrize("large", [False, True])
def test_ids_that_a_spreadsheet_damaged_are_reported(tmp_path: Path, damaged: str, large: bool) -> None:
    rows = [[key, "A1", "2025-06-03 10:00", 5] for key in (damaged, "S1", "PO-E+1")]
    source = open_source(tmp_path, "surveys", csv_text(SURVEY, rows))
    if large:
        with reading_as_if_large():
            result = measure_source(source, [COUNT])
    else:
        result = measure_source(source, [COUNT])
    assert values_of(result, COUNT) == {"A1": 2}
    (rejection,) = result.rejections
    assert (rejection.code, rejection.column, rejection.count) == ("data-damaged-id", "survey_id", 1)
    assert rejection.samples == (("surveys-0.csv", 2, damaged),)


def test_only_the_columns_that_are_needed_are_read(tmp_path: Path) -> None:
    """What nobody asks for is neither checked nor seen: here a column full of nonsense."""
    rows = [[f"S{number}", "A1", "2025-06-03 10:00", 5, "perhaps", "a name"] for number in range(3)]
    source = open_source(tmp_path, "surveys", csv_text([*SURVEY, "resolved", "customer"], rows))
    assert measure_source(source, [COUNT]).counts.rejected == 0
    assert PolarsEngine(tmp_path).check_source(source, same_name).counts.rejected == 3
    shown = read_rows(source, Aggregate("surveys", "rate", "responded_at", value="rating >= 4"), "A1")
    assert [list(row) for row in shown] == [["file", "row", "survey_id", "responded_at", "rating", "counted"]] * 3
