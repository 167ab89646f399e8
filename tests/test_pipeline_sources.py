"""Several sources of one table: rows are pooled, reports are not, and an id is one thing within its source only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.session import Session
from csperf.workspace import load_workspace
from small_shop import csv_text, reading_as_if_large, run_csperf

TICKET = ["ticket_id", "agent_id", "created_at", "reopen_count"]
REPORT = ["agent_id", "date", "session_count", "served_count", "first_reply_seconds"]
Rows = Sequence[Sequence[object]]


def write_shop(folder: Path, measures: str, sources: Mapping[str, tuple[str, str]], settings: str = "") -> Path:
    """A workspace whose rubric is made of `measures`, and whose sources have one CSV each: name → (entry, content)."""
    lines = [line for line in measures.splitlines() if line[2] != " "]
    indicators = "".join(
        f"      {line.split(':')[0].strip()}: "
        f"{{weight: {Decimal(100) / len(lines)}, score: {{curve: {{0{unit}: 0, 1000{unit}: 100}}}}}}\n"
        for line in lines
        for unit in ["%" if "rate:" in line or "unit: '%'" in line else "s" if "unit: s," in line else ""]
    )
    rubric = (
        f'name: small\nversion: "1"\ntitle: Small\nmeasures:\n{measures}'
        f"dimensions:\n  all:\n    weight: 100\n    indicators:\n{indicators}grades: [{{name: any, min: 0}}]\n"
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rubric.yaml").write_text(rubric, encoding="utf-8")
    entries = "".join(f"  {name}: {{files: {name}.csv{entry}}}\n" for name, (entry, _) in sources.items())
    (folder / "csperf.yaml").write_text(
        f"language: en\nrubric: rubric.yaml\n{settings}sources:\n{entries}", encoding="utf-8"
    )
    for name, (_, content) in sources.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


def measure(name: str, body: str) -> str:
    return f"  {name}: {{title: t, definition: d, source: test, better: higher, {body}}}\n"


def score(folder: Path, *flags: str) -> dict[str, Any]:
    run = run_csperf("score", "--month", "2025-06", "--format", "json", "-q", *flags, cwd=folder)
    assert run.code == 0, run.err
    document: dict[str, Any] = json.loads(run.out)
    return document


def values(document: Mapping[str, Any]) -> dict[str, dict[str, float | None]]:
    """agent → indicator → value."""
    return {
        agent["agent_id"]: {one["name"]: one["value"] for one in agent["indicators"]} for agent in document["agents"]
    }


TICKETS = measure("tickets", "from: tickets, count: true")
REOPENED = measure(
    "reopened", "from: tickets, unit: '%', ratio: {of: {count: true, where: reopen_count > 0}, to: {count: true}}"
)


# ── pooled rows ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("large", [False, True])
def test_rows_of_all_sources_count_and_one_id_in_two_sources_is_two_tickets(large: bool, tmp_path: Path) -> None:
    ours = csv_text(TICKET, [["1", "A", "2025-06-02 10:00", 0], ["2", "A", "2025-06-03 10:00", 1]])
    theirs = csv_text(TICKET, [["1", "B", "2025-06-02 10:00", 0], ["2", "A", "2025-06-04 10:00", 0]])
    folder = write_shop(tmp_path, TICKETS, {"tickets": ("", ours), "phone": (", table: tickets", theirs)})
    with ExitStack() as stack:
        careful = stack.enter_context(reading_as_if_large()) if large else []
        document = score(folder)
    assert values(document) == {"A": {"tickets": 3}, "B": {"tickets": 1}}
    [source] = document["sources"]
    assert source["name"] == "tickets + phone"
    assert [file["path"] for file in source["files"]] == ["tickets.csv", "phone.csv"]
    assert (source["rows"], source["in_period"], source["duplicates"]) == (4, 4, 0)
    assert careful == []


@pytest.mark.parametrize("large", [False, True])
def test_repeats_are_told_within_a_source(large: bool, tmp_path: Path) -> None:
    row = ["1", "A", "2025-06-02 10:00", 0]
    folder = write_shop(
        tmp_path, TICKETS,
        {"tickets": ("", csv_text(TICKET, [row, row])), "phone": (", table: tickets", csv_text(TICKET, [row]))},
    )  # fmt: skip
    with reading_as_if_large() if large else nullcontext():
        document = score(folder)
    assert values(document) == {"A": {"tickets": 2}}
    assert (document["sources"][0]["rows"], document["sources"][0]["duplicates"]) == (3, 1)


def test_a_conflict_names_both_rows_of_its_source(tmp_path: Path) -> None:
    fine = csv_text(TICKET, [["1", "A", "2025-06-02 10:00", 0]])
    torn = csv_text(
        TICKET,
        [["1", "A", "2025-06-02 10:00", 0], ["2", "A", "2025-06-03 10:00", 0], ["1", "B", "2025-06-02 10:00", 0]],
    )
    folder = write_shop(tmp_path, TICKETS, {"tickets": ("", fine), "phone": (", table: tickets", torn)})
    run = run_csperf("score", "--month", "2025-06", cwd=folder)
    assert run.code == 1
    assert "tickets + phone: error: 1 key stands in rows that differ" in run.err
    assert "ticket_id=1: phone.csv row 2 and phone.csv row 4" in run.err


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.integers(0, 9), st.booleans()), max_size=12
    ),
    large=st.booleans(),
)
def test_pooled_ids_count_as_if_each_source_had_its_own(
    rows: list[tuple[str, str, int, bool]], large: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An order is one order within its source; giving the ids of one source another beginning changes nothing."""
    rows = [("A", "x", 5, True), ("A", "x", 5, False), *rows]
    headers = ["order_id", "item_id", "agent_id", "ordered_at", "amount"]
    orders = measure("orders", "from: orders, count: true, distinct: order_id") + measure(
        "large_ones", "from: orders, rate: amount > 4, distinct: order_id"
    )

    def values_with(beginning: str) -> dict[str, dict[str, float | None]]:
        lines: dict[bool, list[list[object]]] = {True: [], False: []}
        for number, (agent, order, amount, is_first) in enumerate(rows):
            order_id = order if is_first else beginning + order
            lines[is_first].append([order_id, f"I{number:02}", agent, "2025-06-02 10:00", amount])
        folder = write_shop(
            tmp_path_factory.mktemp("shop"), orders,
            {
                "orders": ("", csv_text(headers, lines[True])),
                "shop2": (", table: orders", csv_text(headers, lines[False])),
            },
        )  # fmt: skip
        with reading_as_if_large() if large else nullcontext():
            return values(score(folder))

    assert values_with("") == values_with("other-")


def test_next_case_of_a_customer_is_that_of_the_same_source(tmp_path: Path) -> None:
    headers = ["ticket_id", "agent_id", "created_at", "resolved_at", "customer_id"]
    ours = csv_text(headers, [["1", "A", "2025-06-02 10:00", "2025-06-02 11:00", "7"]])
    theirs = csv_text(headers, [["2", "B", "2025-06-03 10:00", "2025-06-03 11:00", "7"]])
    again = TICKETS + measure("again", "from: tickets, count: true, where: repeat_days <= 7")
    apart = write_shop(tmp_path / "apart", again, {"tickets": ("", ours), "phone": (", table: tickets", theirs)})
    assert values(score(apart)) == {"A": {"tickets": 1, "again": 0}, "B": {"tickets": 1, "again": 0}}
    one_file = ours + theirs.split("\n", 1)[1]
    together = write_shop(tmp_path / "together", again, {"tickets": ("", one_file)})
    assert values(score(together)) == {"A": {"tickets": 1, "again": 1}, "B": {"tickets": 1, "again": 0}}


# ── what one of the sources lacks ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("large", [False, True])
def test_a_source_without_a_column_feeds_what_does_not_need_it(large: bool, tmp_path: Path) -> None:
    ours = csv_text(TICKET, [["1", "A", "2025-06-02 10:00", 1], ["2", "A", "2025-06-03 10:00", 0]])
    theirs = csv_text(TICKET[:3], [["1", "A", "2025-06-02 10:00"], ["2", "B", "2025-06-03 10:00"]])
    folder = write_shop(
        tmp_path, TICKETS + REOPENED, {"tickets": ("", ours), "phone": (", table: tickets", theirs)}
    )  # fmt: skip
    with reading_as_if_large() if large else nullcontext():
        document = score(folder)
    assert values(document) == {"A": {"tickets": 3, "reopened": 0.5}, "B": {"tickets": 1, "reopened": None}}
    assert document["warnings"] == [
        "source phone has no column reopen_count; without it: reopened, from the table's other sources alone"
    ]
    # Two help desks differ in what they export; nothing that could be there is missing.
    assert run_csperf("score", "--month", "2025-06", "--strict", cwd=folder).code == 0
    rows = run_csperf(
        "explain", "A", "--month", "2025-06", "--indicator", "reopened", "--rows", "--format", "json", cwd=folder
    )
    assert {row["file"] for row in json.loads(rows.out)["rows"]} == {"tickets.csv"}


def test_without_the_column_in_any_source_it_cannot_be_measured(tmp_path: Path) -> None:
    rows = csv_text(TICKET[:3], [["1", "A", "2025-06-02 10:00"]])
    folder = write_shop(tmp_path, TICKETS + REOPENED, {"tickets": ("", rows), "phone": (", table: tickets", rows)})
    document = score(folder)
    assert values(document) == {"A": {"tickets": 2, "reopened": None}}
    assert document["warnings"] == [
        f"source {source} has no column reopen_count: reopened cannot be measured" for source in ("tickets", "phone")
    ]


@pytest.mark.parametrize("by", ["agent", "team", "shop"])
@pytest.mark.parametrize("large", [False, True])
def test_orders_of_a_source_without_agents_are_credited_by_order(by: str, large: bool, tmp_path: Path) -> None:
    headers = ["order_id", "agent_id", "ordered_at"]
    ours = csv_text(headers, [["1", "A", "2025-06-02"], ["2", None, "2025-06-03"], ["3", "B", "2025-06-03"]])
    theirs = csv_text(["order_id", "ordered_at"], [["1", "2025-06-02"], ["2", "2025-06-03"], ["9", "2025-06-03"]])
    served = csv_text(headers[:2], [["1", "B"], ["2", "A"], ["2", "B"]])
    roster = csv_text(["agent_id", "team"], [["A", "east"], ["B", "west"]])
    folder = write_shop(
        tmp_path, measure("orders", "from: orders, count: true"),
        {
            "orders": ("", ours), "amazon": (", table: orders", theirs),
            "order_agents": ("", served), "roster": ("", roster),
        },
    )  # fmt: skip
    with reading_as_if_large() if large else nullcontext():
        document = score(folder, "--by", by)
    expected = {
        "agent": {"A": 2, "B": 3},  # ours 1 and 3 as they say, and of theirs 1 is B's, 2 is of both, 9 nobody's
        "team": {"east": 2, "west": 3},
        "shop": {"shop": 3},
    }
    assert {unit: found["orders"] for unit, found in values(document).items()} == expected[by]


# ── reports ───────────────────────────────────────────────────────────────────────────────────────

SERVED = measure("served", "from: agent_metrics, sum: served_count")
SESSIONS = measure("sessions", "from: agent_metrics, sum: session_count")
REPLY = measure("reply", "from: agent_metrics, mean: first_reply_seconds, unit: s, weighted_by: served_count")
PER_SESSION = measure("per_session", "from: agent_metrics, ratio: {of: {sum: served_count}, to: {sum: session_count}}")


@pytest.mark.parametrize("large", [False, True])
def test_reports_are_not_added_up_and_each_measure_is_of_one_that_has_all(large: bool, tmp_path: Path) -> None:
    first = csv_text(["agent_id", "date", "served_count"], [["A", "2025-06-01", 10], ["A", "2025-06-02", 20]])
    second = csv_text(REPORT, [["A", "2025-06-01", 40, 11, 30], ["B", "2025-06-01", 50, 20, 50]])
    folder = write_shop(
        tmp_path, SERVED + SESSIONS + REPLY + PER_SESSION,
        {"qianniu": (", table: agent_metrics", first), "chitu": (", table: agent_metrics", second)},
    )  # fmt: skip
    with reading_as_if_large() if large else nullcontext():
        document = score(folder)
    assert values(document) == {
        "A": {"served": 30, "sessions": 40, "reply": 30, "per_session": 0.275},
        "B": {"served": None, "sessions": 50, "reply": 50, "per_session": 0.4},
    }
    assert document["warnings"] == []


def test_first_report_in_the_workspace_goes_first(tmp_path: Path) -> None:
    reports = {
        name: (", table: agent_metrics", csv_text(REPORT, [["A", "2025-06-01", 1, number, 1]]))
        for name, number in (("b", 7), ("a", 8))
    }
    assert values(score(write_shop(tmp_path / "one", SERVED, reports))) == {"A": {"served": 7}}
    turned = dict(reversed(reports.items()))
    assert values(score(write_shop(tmp_path / "two", SERVED, turned))) == {"A": {"served": 8}}


def test_a_report_that_says_nothing_of_a_measure_is_passed_over(tmp_path: Path) -> None:
    """Columns that may be absent one by one: the first report with any of them, not the first of all."""
    rate = measure(
        "rate", "from: agent_metrics, optional: [satisfied_count, satisfaction_rate], unit: '%', ratio: {"
        "of: {sum: 'coalesce(satisfied_count, round(satisfaction_rate * rated_count))'}, to: {sum: rated_count}}",
    )  # fmt: skip
    bare = csv_text(["agent_id", "date", "rated_count"], [["A", "2025-06-01", 10]])
    full = csv_text(["agent_id", "date", "rated_count", "satisfied_count"], [["A", "2025-06-01", 4, 3]])
    reports = {"bare": (", table: agent_metrics", bare), "full": (", table: agent_metrics", full)}
    assert values(score(write_shop(tmp_path, rate, reports))) == {"A": {"rate": 0.75}}


def test_what_no_report_has_is_said_of_each(tmp_path: Path) -> None:
    first = csv_text(["agent_id", "date", "served_count"], [["A", "2025-06-01", 10]])
    second = csv_text(["agent_id", "date", "session_count"], [["A", "2025-06-01", 10]])
    reports = {"first": (", table: agent_metrics", first), "second": (", table: agent_metrics", second)}
    document = score(write_shop(tmp_path, SERVED + PER_SESSION, reports))
    assert values(document) == {"A": {"served": 10, "per_session": None}}
    assert document["warnings"] == [
        "source first has no column session_count: per_session cannot be measured",
        "source second has no column served_count: per_session cannot be measured",
    ]


@pytest.mark.parametrize(
    ("first", "last", "month", "is_said"),
    [
        ("2025-06-01", "2025-06-30", "2025-06", False),
        ("2025-06-30", "2025-06-30", "2025-06", False),
        ("2025-06-01", "2025-07-01", "2025-06", True),
        ("2025-05-31", "2025-06-01", "2025-06", True),
        ("2025-04-01", "2025-06-30", "2025-06", True),
        ("2025-05-01", "2025-05-31", "2025-06", False),
        ("2025-07-01", "2025-07-31", "2025-06", False),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_a_report_that_reaches_beyond_the_period_is_pointed_out(
    first: str, last: str, month: str, is_said: bool, large: bool, tmp_path: Path
) -> None:
    headers = ["agent_id", "date", "last_date", "served_count"]
    rows = csv_text(headers, [["B", "2025-06-10", "2025-06-10", 1], ["A", first, last, 10]])
    folder = write_shop(tmp_path, SERVED, {"agent_metrics": ("", rows)})
    with reading_as_if_large() if large else nullcontext():
        warnings = score(folder)["warnings"]
    said = f"agent_metrics: reports that cover {first} to {last} are not of 2025-06-01 to 2025-06-30 alone"
    assert [warning.startswith(said) for warning in warnings] == [True] * is_said


def test_in_a_running_month_a_report_of_days_to_come_is_pointed_out(tmp_path: Path) -> None:
    rows = csv_text(["agent_id", "date", "last_date", "served_count"], [["A", "2025-06-01", "2025-06-15", 1]])
    folder = write_shop(tmp_path, SERVED, {"agent_metrics": ("", rows)})
    assert score(folder, "--as-of", "2025-06-15")["warnings"] == []
    assert "2025-06-01 to 2025-06-14 alone" in score(folder, "--as-of", "2025-06-14")["warnings"][0]


# ── which table a source fills ────────────────────────────────────────────────────────────────────

FORMAT = "format: desk\ntable: tickets\ncolumns: {ticket_id: ticket_id, agent_id: agent_id, created_at: created_at}\n"


def test_a_source_fills_the_table_of_its_format(tmp_path: Path) -> None:
    rows = csv_text(TICKET, [["1", "A", "2025-06-02 10:00", 0]])
    folder = write_shop(tmp_path, TICKETS, {"desk": (", format: desk.yaml", rows), "tickets": ("", rows)})
    (folder / "desk.yaml").write_text(FORMAT, encoding="utf-8")
    session = Session(load_workspace(folder), tmp_path)
    assert session.sources_by_table == {"tickets": ("desk", "tickets")}
    assert values(score(folder)) == {"A": {"tickets": 2}}


def test_check_counts_each_source_by_itself(tmp_path: Path) -> None:
    good, bad = (csv_text(TICKET, [["1", "A", day, 0]]) for day in ("2025-06-02 10:00", "2025-06-32"))
    folder = write_shop(
        tmp_path, TICKETS, {"tickets": ("", good + good.split("\n")[1]), "phone": (", table: tickets", bad)}
    )
    run = run_csperf("data", "check", "--format", "json", "--rejects", "rejects.csv", cwd=folder)
    counts = {one["name"]: (one["rows"], one["rejected"], one["duplicates"]) for one in json.loads(run.out)["sources"]}
    assert counts == {"tickets": (2, 0, 1), "phone": (1, 1, 0)}
    rejects = (folder / "rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in rejects[1:]] == ["phone"]


def test_zone_of_an_entry_is_that_of_its_times(tmp_path: Path) -> None:
    rows = csv_text(TICKET, [["1", "A", "2025-05-31 20:00", 0]])
    sources = {"tickets": ("", rows), "desk": (", table: tickets, zone: America/New_York", rows)}
    assert values(score(write_shop(tmp_path, TICKETS, sources))) == {"A": {"tickets": 1}}


# ── overlaps ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("spans", "overlap"),
    [
        (["01 30", "30 30"], ["01 30", "30 30"]),
        (["01 30", "01 15"], ["01 15", "01 30"]),
        (["01 30", "05 05", "20 "], ["01 30", "05 05"]),
        (["05 05", "01 10"], ["01 10", "05 05"]),
        (["01 10", "11 20", "21 "], None),
        (["01 10", "01 10"], None),
    ],
)
def test_reports_of_the_same_days_are_never_added_up(
    spans: list[str], overlap: list[str] | None, large: bool, tmp_path: Path
) -> None:
    days = [[f"2025-06-{day}" if day else "" for day in span.split(" ")] for span in spans]
    rows = [["A", *span, 10] for span in days] + [["B", "2025-06-01", "2025-06-30", 10]]
    text = csv_text(["agent_id", "date", "last_date", "served_count"], rows)
    folder = write_shop(tmp_path, SERVED, {"agent_metrics": ("", text)})
    with reading_as_if_large() if large else nullcontext():
        run = run_csperf("score", "--month", "2025-06", "--format", "json", cwd=folder)
    assert ("[data-overlapping-reports]" in run.err) == (run.code == 1) == (overlap is not None)
    for span in overlap or ():
        assert "(2025-06-{} to 2025-06-{})".format(*span.split(" ")) in run.err


ROSTER = csv_text(["agent_id", "name", "aliases"], [["A", "娜娜", "样例店:娜娜;样例店:娜娜夜班"], ["B", "小伟", ""]])


def write_accounts(folder: Path, *files: Rows) -> Path:
    """A shop whose report comes in several files."""
    shop = write_shop(folder, SERVED + REPLY, {"roster": ("", ROSTER), "agent_metrics": ("", "")})
    (shop / "agent_metrics.csv").unlink()
    content = (shop / "csperf.yaml").read_text(encoding="utf-8").replace("agent_metrics.csv", '"report-*.csv"')
    (shop / "csperf.yaml").write_text(content, encoding="utf-8")
    for number, rows in enumerate(files):
        text = csv_text(["agent_id", "date", "served_count", "first_reply_seconds"], rows)
        (shop / f"report-{number}.csv").write_text(text, encoding="utf-8")
    return shop


DAY, NIGHT = ["样例店:娜娜", "2025-06-01", 90, 10], ["样例店：娜娜夜班", "2025-06-01", 10, 30]
OTHER = ["B", "2025-06-01", 50, 20]


@pytest.mark.parametrize("files", [[[DAY, NIGHT, OTHER]], [[NIGHT, OTHER, DAY]], [[DAY, NIGHT, OTHER], [DAY, NIGHT]]])
def test_accounts_of_one_person_in_a_report_add_up(files: Sequence[Rows], tmp_path: Path) -> None:
    found = values(score(write_accounts(tmp_path, *files)))
    assert found == {"A": {"served": 100, "reply": 12}, "B": {"served": 50, "reply": 20}}


@pytest.mark.parametrize(
    "files", [[[DAY, OTHER], [NIGHT]], [[DAY, NIGHT], [OTHER, NIGHT, ["娜娜", "2025-06-01", 5, 5]]]]
)
def test_accounts_of_one_person_in_several_files_may_be_the_same_work_twice(
    files: Sequence[Rows], tmp_path: Path
) -> None:
    run = run_csperf("score", "--month", "2025-06", cwd=write_accounts(tmp_path, *files))
    assert run.code == 1
    assert "agent_id=A, date=2025-06-01: report-0.csv row 2 and report-1.csv row" in run.err
    assert "have all accounts of a person in one file" in run.err


def test_one_account_that_is_spelt_in_two_ways_is_one(tmp_path: Path) -> None:
    wide = ["样例店：娜娜", *DAY[1:]]
    found = score(write_accounts(tmp_path, [DAY, wide, OTHER]))
    assert values(found)["A"]["served"] == 90
    assert [source["duplicates"] for source in found["sources"] if source["name"] == "agent_metrics"] == [1]


@pytest.mark.parametrize("large", [False, True])
def test_a_source_without_a_row_in_the_month_is_said(large: bool, tmp_path: Path) -> None:
    june = csv_text(TICKET, [["1", "A", "2025-06-03 10:00", 0]])
    may = csv_text(TICKET, [["1", "A", "2025-05-03 10:00", 0]])
    folder = write_shop(tmp_path, TICKETS, {"tickets": ("", june), "desk": (", table: tickets", may)})
    with reading_as_if_large() if large else nullcontext():
        run = run_csperf("score", "--month", "2025-06", "--strict", cwd=folder)
    assert run.code == 1
    assert "source desk has no row in 2025-06, while others of table tickets do" in run.err


def write_overlap(folder: Path, files: Mapping[str, Rows], headers: Sequence[str] = TICKET) -> Path:
    write_shop(folder, TICKETS, {"tickets": ("", "")})
    (folder / "tickets.csv").unlink()
    text = (folder / "csperf.yaml").read_text(encoding="utf-8").replace("tickets.csv", '"tickets-*.csv"')
    (folder / "csperf.yaml").write_text(text, encoding="utf-8")
    for name, rows in files.items():
        (folder / f"tickets-{name}.csv").write_text(csv_text(headers, rows), encoding="utf-8")
    return folder


@pytest.mark.parametrize("large", [False, True])
def test_the_same_export_twice_and_overlapping_months_count_once(large: bool, tmp_path: Path) -> None:
    june: list[list[object]] = [[f"T{n}", "A", f"2025-06-{n:02} 10:00", 0] for n in range(1, 9)]
    late: list[list[object]] = [*june[5:], ["T9", "A", "2025-07-01 10:00", 0]]
    folder = write_overlap(tmp_path, {"june": june, "june (1)": june, "july": late})
    with reading_as_if_large() if large else nullcontext():
        document = score(folder)
    assert values(document) == {"A": {"tickets": 8}}
    [source] = document["sources"]
    assert {key: source[key] for key in ("rows", "in_period", "outside_period", "duplicates")} == {
        "rows": 20, "in_period": 8, "outside_period": 1, "duplicates": 11,
    }  # fmt: skip


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_a_corrected_export_replaces_what_it_changed(names: tuple[str, str], tmp_path: Path) -> None:
    headers = [*TICKET, "updated_at"]
    old: Rows = [["T1", "A", "2025-06-02 10:00", 0, "2025-06-02"], ["T2", "A", "2025-06-02 10:00", 0, "2025-06-02"]]
    new: Rows = [["T1", "B", "2025-06-02 10:00", 0, "2025-07-01"], ["T2", "A", "2025-06-02 10:00", 0, "2025-06-02"]]
    document = score(write_overlap(tmp_path, dict(zip(names, (old, new), strict=True)), headers))
    assert values(document) == {"A": {"tickets": 1}, "B": {"tickets": 1}}
    assert document["sources"][0]["duplicates"] == 2


def test_versions_that_nothing_tells_apart_are_an_error_that_names_both_files(tmp_path: Path) -> None:
    files: dict[str, Rows] = {name: [["T1", name, "2025-06-02 10:00", 0]] for name in ("a", "b")}
    run = run_csperf("score", "--month", "2025-06", cwd=write_overlap(tmp_path, files))
    assert (run.code, run.out) == (1, "")
    assert "ticket_id=T1: tickets-a.csv row 2 and tickets-b.csv row 2" in run.err


def test_files_of_one_name_in_two_folders_are_two_files(tmp_path: Path) -> None:
    """Both have to be decoded again, as a quotation mark stands inside a cell."""
    folder = write_overlap(tmp_path, {})
    text = (folder / "csperf.yaml").read_text(encoding="utf-8").replace("tickets-*.csv", "*/tickets.csv")
    (folder / "csperf.yaml").write_text(text, encoding="utf-8")
    for month, agent in (("05", "A"), ("06", "B")):
        (folder / month).mkdir()
        rows = f'ticket_id,agent_id,created_at,channel\nT{month},{agent},2025-06-02 10:00,5" tube\n'
        (folder / month / "tickets.csv").write_text(rows, encoding="utf-8")
    assert values(score(folder)) == {"A": {"tickets": 1}, "B": {"tickets": 1}}
