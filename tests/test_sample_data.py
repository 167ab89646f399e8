"""The sample shop: its files are what the generator writes, and they come to what was planned."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import importlib.util
import io
import sys
import zipfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import fastexcel
import pytest
import yaml

import measure_truth as measures
import sample_truth as truth


@pytest.fixture(scope="module")
def generator() -> Any:
    """`sample_data/generate.py`, which finds its own modules beside it as a script does."""
    sys.path.insert(0, str(truth.SAMPLE))
    spec = importlib.util.spec_from_file_location("sample_data_generate", truth.SAMPLE / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(truth.SAMPLE))
    return module


@pytest.fixture(scope="module")
def rewritten(generator: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files as the generator writes them now."""
    folder = tmp_path_factory.mktemp("shop")
    generator.write_files(folder)
    return folder


def contents(path: Path) -> Any:
    """A file's content without its packing, which another zlib or xlsxwriter may do differently."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".xlsx":
        book = fastexcel.read_excel(path)
        sheets = (book.load_sheet(name, header_row=None, dtypes="string") for name in book.sheet_names)
        return [sheet.to_polars().rows() for sheet in sheets]
    return path.read_bytes()


def test_checked_in_files_are_what_the_generator_writes(rewritten: Path) -> None:
    made = {path.relative_to(rewritten) for path in rewritten.rglob("*") if path.is_file()}
    kept = {path.relative_to(truth.SAMPLE) for path in (truth.SAMPLE / "exports").iterdir()}
    assert made == kept | {(truth.SAMPLE / "roster.csv").relative_to(truth.SAMPLE)}
    for name in made:
        assert contents(rewritten / name) == contents(truth.SAMPLE / name), f"{name}: run sample_data/generate.py"


def test_generator_writes_the_same_bytes_twice(generator: Any, rewritten: Path) -> None:
    for name, content in generator.make_files().items():
        assert content == (rewritten / name).read_bytes(), name


def test_sample_stays_small() -> None:
    sizes = {path: path.stat().st_size for path in truth.SAMPLE.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    year = sum(size for path, size in sizes.items() if path.is_relative_to(truth.SAMPLE / "year"))
    assert year < 400_000
    assert sum(sizes.values()) - year < 1_500_000


def test_counted_again_each_month_comes_to_its_plan(generator: Any) -> None:
    plans = generator.plan_months(generator.Random(generator.SEED))
    for (agent_id, month), plan in plans.items():
        values = truth.expected_values(f"{month:%Y-%m}")[agent_id]
        marks = [Fraction(mark) for mark in plan.exams if mark]
        planned: dict[str, Any] = {
            "csat": plan.csat,
            "timely_resolution": plan.timely,
            "complaint_success": plan.complaints if plan.complaints[1] else None,
            "responsibility_events": plan.responsibility,
            "attitude_complaints": plan.attitude,
            "exam_score": (sum(marks), len(marks)) if marks else None,
            "communication_events": plan.communication,
            "problem_solving": (sum(plan.solving), len(plan.solving)),
        }
        assert values == planned, (agent_id, month)


SHARES = {
    "first_contact": "fcr_flagged",
    "transferred": "transfer_rate",
    "crossed": "crossed",
    "informed": "interim_feedback_rate",
    "accepted": "solution_acceptance",
    "satisfied": "satisfaction_reported",
    "positive": "positive_rate_reported",
    "complaints": "complaint_rate_reported",
    "conversion": "conversion_rate",
}
"""Share of the plan → the measure that comes to it."""


def test_counted_again_each_month_comes_to_its_figures(generator: Any) -> None:
    """Shares are planned of a number of cases that chance decides, so they are compared as counts."""
    for (agent_id, month), plan in generator.plan_figures(generator.rng_of("figures")).items():
        found = measures.expected_measures(f"{month:%Y-%m}", agent_id)
        for name, measure in SHARES.items():
            hits, of = found[measure]
            assert hits == round(getattr(plan, name) * of), (agent_id, month, name)
        planned = {
            "average_response": plan.average_reply,
            "return_dissatisfaction_rate": Fraction(plan.dissatisfied, plan.requests),
            "average_order_value": plan.order_value,
            "average_order_value_reported": plan.order_value,
            "on_time_delivery": Fraction(*plan.tasks),
            "polite_phrase_rate": Fraction(*plan.polite),
            "late_contact_rate": Fraction(*plan.late),
            "fcr_reviewed": Fraction(*plan.solved_at_once),
            "first_reply_reported": plan.first_reply,
            "average_reply_reported": plan.report_reply,
            "qa_mystery": Fraction(sum(plan.mystery), len(plan.mystery)),
        }
        planned |= dict(zip(("qa_communication", "qa_judgement", "qa_solution"), plan.case_marks, strict=True))
        planned |= dict(zip(("qa_language", "qa_attitude", "qa_expertise"), plan.sheet_marks, strict=True))
        assert {name: found[name][0] / found[name][1] for name in planned} == planned, (agent_id, month)
        counted = {
            "knowledge_contributions": plan.knowledge[0],
            "overtime": plan.overtime,
            "urgent": plan.urgent,
            "cost_per_head": sum(plan.costs),
            "overdue_unreported": plan.tasks[1] - plan.tasks[0] - plan.reported,
        }
        assert {name: found[name] for name in counted} == counted, (agent_id, month)
        assert found["compliance_rate"][1] - found["compliance_rate"][0] == plan.breaches


EXAMPLE = {
    "fcr_flagged": "168 ÷ 200",
    "first_response": "5800 ÷ 200",
    "average_response": "39528 ÷ 1098",
    "transfer_rate": "10 ÷ 200",
    "cross_team_closure": "19 ÷ 20",
    "interim_feedback_rate": "45 ÷ 50",
    "solution_acceptance": "138 ÷ 150",
    "came_again": "9 ÷ 197",
    "order_defect_rate": "2 ÷ 100",
    "return_repair_rate": "3 ÷ 50",
    "return_dissatisfaction_rate": "3 ÷ 20",
    "average_order_value": "8100 ÷ 25",
    "qa_communication": "820 ÷ 10",
    "qa_judgement": "800 ÷ 10",
    "qa_solution": "850 ÷ 10",
    "fcr_reviewed": "8 ÷ 10",
    "qa_language": "340 ÷ 4",
    "qa_attitude": "360 ÷ 4",
    "qa_expertise": "320 ÷ 4",
    "compliance_rate": "4 ÷ 4",
    "qa_peer": "258 ÷ 3",
    "qa_mystery": "164 ÷ 2",
    "polite_phrase_rate": "102 ÷ 120",
    "late_contact_rate": "3 ÷ 50",
    "knowledge_contributions": "1",
    "training_attendance": "4 ÷ 5",
    "overtime": "1",
    "urgent": "2",
    "cost_per_head": "6200",
    "on_time_delivery": "18 ÷ 20",
    "overdue_unreported": "1",
    "trust_points": "12",
    "sessions_per_hour_reported": "3360 ÷ 168",
    "first_reply_reported": "80640 ÷ 3360",
    "average_reply_reported": "483840 ÷ 13440",
    "satisfaction_reported": "364 ÷ 400",
    "positive_rate_reported": "376 ÷ 400",
    "complaint_rate_reported": "84 ÷ 3360",
    "conversion_rate": "95 ÷ 500",
    "average_order_value_reported": "30780 ÷ 95",
}
"""June of A003, whom the documentation computes by hand under each scheme."""


def test_agent_of_the_documentation_comes_to_the_figures_told() -> None:
    found = measures.expected_measures("2025-06", "A003")
    told = {name: " ÷ ".join(map(str, value if isinstance(value, tuple) else [value])) for name, value in found.items()}
    assert {name: told[name] for name in EXAMPLE} == EXAMPLE
    readme = (truth.SAMPLE / "README.md").read_text("utf-8")
    table = readme.partition("## A003")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| `")]
    assert [row[2] for row in rows] == list(EXAMPLE.values())


def test_quality_of_one_agent_is_full_but_for_the_orders() -> None:
    """The scheme for Amazon sets a floor under quality that must bite an agent who is good otherwise."""
    found = measures.expected_measures("2025-06", "A002")
    assert found["order_defect_rate"] == (3, 100)
    assert found["return_dissatisfaction_rate"] == (0, 12)
    assert found["late_contact_rate"] == (0, 16)
    assert found["fcr_reviewed"] == (10, 10)


def test_june_has_every_grade() -> None:
    grades = [card.grade for card in truth.expected_cards("2025-06").values()]
    assert {grade: grades.count(grade) for grade in set(grades)} == {
        "excellent": 3,
        "qualified": 6,
        "unqualified": 2,
        None: 1,
    }


def test_agent_of_the_documentation_loses_points_in_five_places() -> None:
    card = truth.expected_cards("2025-06")["A003"]
    assert truth.expected_values("2025-06")["A003"]["csat"] == (Fraction(44), 50)
    assert card.score == Decimal("86.00")
    assert card.points == {
        "csat": Decimal("26.00"),
        "timely_resolution": Decimal("14.00"),
        "complaint_success": Decimal("10.00"),
        "responsibility_events": Decimal("10.00"),
        "attitude_complaints": Decimal("8.00"),
        "exam_score": Decimal("10.00"),
        "communication_events": Decimal("4.00"),
        "problem_solving": Decimal("4.00"),
    }


@pytest.mark.parametrize(
    ("agent_id", "max_points"),
    [
        ("A007", {"communication_events": "10.00", "problem_solving": "10.00"}),  # left before the exam
        ("A010", {"timely_resolution": "30.00", "complaint_success": "30.00"}),  # three answers only
    ],
)
def test_weight_of_what_is_missing_stays_in_its_dimension(agent_id: str, max_points: dict[str, str]) -> None:
    card = truth.expected_cards("2025-06")[agent_id]
    assert sum(card.max_points.values()) == 100
    assert {name: str(card.max_points[name]) for name in max_points} == max_points


def test_leaver_and_newcomer_are_there_only_while_employed() -> None:
    assert "A007" in truth.agents_of("2025-06")
    assert [month for month in truth.MONTHS if "A012" in truth.agents_of(month)] == ["2025-06"]
    assert truth.expected_scores("2025-06")["A012"] is None


def test_bot_and_stranger_have_rows_but_no_card() -> None:
    who = [row["who"] for row in truth.surveys().rows]
    assert who.count(truth.STRANGER) == 2
    assert "B001" in who
    assert not {"B001", truth.STRANGER, ""} & truth.expected_values("2025-06").keys()


def test_unknown_names_stand_in_the_other_tables_too() -> None:
    sources = ("order_agents", "sales", "activities", "tasks", "costs", "messages")
    for name in sources:
        assert truth.STRANGER in {row["who"] for row in truth.SOURCES[name]().rows}, name


def test_orders_stand_at_the_edges_of_the_sixty_days() -> None:
    mine = {row["ordered_at"]: row for row in measures.served_by("A003", truth.orders().rows)}
    edges = ("2025-05-01 23:59:59", "2025-05-02 00:00:00", "2025-07-01 00:00:00")
    assert [measures.is_defective(mine[moment]) for moment in edges] == [True, True, True]


def test_defects_overlap_and_orders_are_shared() -> None:
    rows = truth.orders().rows
    components = sum(row[name] == "true" for row in rows for name in measures.DEFECTS)
    assert components > sum(measures.verdicts(rows, measures.is_defective).values())
    team = {row["agent_id"]: row["team"] for row in truth.roster()}
    shared = [people for people in measures.servants().values() if len(people) == 2]
    assert {len({team[person] for person in people}) for people in shared} == {1, 2}
    assert any(row["order_id"] not in measures.servants() for row in rows)


def test_newest_version_of_an_order_and_of_a_task_counts() -> None:
    for name, key, column in (("orders", "order_id", "guarantee_claim"), ("tasks", "task_id", "delivered_at")):
        kept = {row[key]: row for row in truth.SOURCES[name]().rows}
        file = f"exports/{'orders-2025q2.csv.gz' if name == 'orders' else 'tasks.csv'}"
        rows = [row for row in truth.read_csv(file) if row[key] in kept]
        older = [row for row in rows if row["updated_at"] < kept[row[key]]["updated_at"]]
        assert [row[column] != kept[row[key]][column] for row in older] == [True]


def test_returns_are_answered_at_the_very_last_second() -> None:
    waits = [
        (truth.when(row["answered_at"]) or dt.datetime.max) - asked
        for row in truth.returns().rows
        if (asked := truth.when(row["requested_at"]))
    ]
    assert waits.count(dt.timedelta(hours=48)) == 1
    assert waits.count(dt.timedelta(hours=48, seconds=1)) == 1


def test_customers_come_again_within_a_week_and_after_it() -> None:
    solved = [row for row in truth.tickets().rows if row["resolved_at"] and row["agent_id"] == "A003"]
    twice = [row for row in solved if len(measures.contacts()[row["customer_id"]]) == 2]
    assert {measures.came_again(row) for row in twice} == {True, False}


def test_leave_of_the_roster_is_the_leave_of_the_worktime() -> None:
    (member,) = [row for row in truth.roster() if row["leave"]]
    first, last = member["leave"].split("..")
    rows = [row for row in truth.worktime().rows if row["who"] == member["agent_id"] and row["date"][:7] == "2025-06"]
    away = [row["date"] for row in rows if row["leave_hours"] != "0"]
    assert away == [row["date"] for row in rows if first <= row["date"] <= last]
    assert len(away) == 5
    hours = {row["who"] for row in truth.worktime().rows if row["leave_hours"] != "0" and row["date"] >= "2025-06"}
    assert {"A004", "A010", "A011"} <= hours
    assert "A003" not in hours


def test_presence_tells_who_can_be_ranked() -> None:
    present = {who: truth.presence("2025-06", who) for who in truth.agents_of("2025-06")}
    assert present["A003"] == 1
    assert {who for who, share in present.items() if share < Fraction(1, 2)} == {"A007", "A012"}
    assert Fraction(1, 2) < present["A010"] < Fraction(4, 5)


def test_a_teams_rate_is_not_the_mean_of_its_members_rates() -> None:
    values = truth.expected_values("2025-06")
    team = [row["agent_id"] for row in truth.roster() if row["team"] == "售后二组"]
    rates = [value for who in team if isinstance(value := values[who]["csat"], tuple)]
    pooled = sum(hits for hits, _ in rates) / sum(size for _, size in rates)
    assert sum(hits / size for hits, size in rates) / len(rates) - pooled > Fraction(3, 100)


def test_account_report_agrees_with_the_orders() -> None:
    for row in truth.account_health().rows:
        end = dt.datetime.fromisoformat(row["date"]) + dt.timedelta(days=1)
        orders = measures.within(truth.orders().rows, "ordered_at", end - dt.timedelta(days=60), end)
        seller = measures.where(orders, "fulfilment", "seller")
        found = measures.distinct_orders(seller, measures.is_defective)
        assert found == (Fraction(row["defective_order_count"]), Fraction(row["order_count"]))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2025-04-25 12:00:00", "2025-04-29 12:00:00", Fraction(3)),  # over the make-up Sunday
        ("2025-04-30 18:00:00", "2025-05-08 18:00:00", Fraction(3)),  # over Labour Day
        ("2025-05-30 10:00:00", "2025-06-05 10:00:00", Fraction(3)),  # over Dragon Boat
        ("2025-06-14 11:00:00", "2025-06-18 18:00:00", Fraction(11, 4)),  # over a weekend
        ("2025-06-01 15:00:00", "2025-06-06 00:00:01", 3 + Fraction(1, 86400)),
        ("2025-06-07 09:00:00", "2025-06-08 22:00:00", Fraction(0)),
    ],
)
def test_truth_counts_working_days(start: str, end: str, days: Fraction) -> None:
    assert truth.workdays(dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end)) == days


@pytest.mark.parametrize(
    ("created", "resolved", "complexity", "verdict"),
    [
        ("2025-06-10 09:30:00", "2025-06-11 09:30:00", "simple", True),
        ("2025-06-11 09:30:00", "2025-06-12 09:30:01", "simple", False),
        ("2025-06-30 00:00:00", "", "simple", None),
        ("2025-06-29 23:59:59", "", "simple", False),
        ("2025-06-26 00:00:00", "", "complex", None),
        ("2025-06-25 23:59:59", "", "complex", False),
        ("2025-06-01 15:00:00", "2025-06-06 00:00:00", "complex", True),
        ("2025-06-01 15:00:00", "2025-06-06 00:00:01", "complex", False),
    ],
)
def test_edge_tickets_stand_in_the_files(created: str, resolved: str, complexity: str, verdict: bool | None) -> None:
    name = {"created_at": created, "resolved_at": resolved, "complexity": complexity}
    found = [row for row in truth.tickets().rows if name.items() <= row.items() and row["agent_id"]]
    assert found
    assert {truth.timely(row, dt.datetime(2025, 7, 1)) for row in found} == {verdict}


def test_month_ends_between_two_tickets() -> None:
    created = [truth.when(row["created_at"]) for row in truth.tickets().rows if row["agent_id"] == "A005"]
    _, end = truth.bounds("2025-06")
    assert {end - dt.timedelta(seconds=1), end} <= set(created)


def test_newest_version_of_a_ticket_counts() -> None:
    kept = {row["ticket_id"]: row for row in truth.tickets().rows}
    names = ("tickets-2025-05.csv.gz", "tickets-2025-06.csv")
    rows = [row for name in names for row in truth.read_csv(f"exports/{name}") if row["ticket_id"] in kept]
    older = [row for row in rows if row["updated_at"] < kept[row["ticket_id"]]["updated_at"]]
    assert sorted(row["agent_id"] for row in older) == ["A003", "A008"]
    assert all(not row["resolved_at"] and kept[row["ticket_id"]]["resolved_at"] for row in older)


def test_encodings_and_layouts_are_the_awkward_ones() -> None:
    assert (truth.SAMPLE / "roster.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with pytest.raises(UnicodeDecodeError):
        (truth.SAMPLE / "exports/surveys-2025q2.csv").read_bytes().decode("utf-8")
    report = (truth.SAMPLE / "exports/daily-report-2025q2.csv").read_text("utf-8").splitlines()
    assert report[3].startswith("日期,客服昵称,")
    assert [line.split(",")[1] for line in report[-2:]] == ["汇总值", "平均值"]
    with zipfile.ZipFile(truth.SAMPLE / "exports/complaints-2025q2.xlsx") as book:
        assert sum(name.startswith("xl/worksheets/") for name in book.namelist()) == 2


@pytest.mark.parametrize(
    ("form", "name", "encoding", "line"),
    [
        ("surveys", "surveys-2025q2.csv", "gbk", 0),
        ("daily-report", "daily-report-2025q2.csv", "utf-8", 3),
        ("complaints", "complaints-2025q2.xlsx", "", 0),
    ],
)
def test_format_files_name_headers_that_exist(form: str, name: str, encoding: str, line: int) -> None:
    columns = yaml.safe_load((truth.SAMPLE / f"formats/{form}.yaml").read_text("utf-8"))["columns"]
    wanted = {how if isinstance(how, str) else how["from"] for how in columns.values()}
    if encoding:
        text = (truth.SAMPLE / "exports" / name).read_bytes().decode(encoding)
        header = set(next(csv.reader(io.StringIO(text.splitlines()[line]))))
    else:
        header = set(truth.read_xlsx(f"exports/{name}")[0])
    assert wanted <= header


def test_workspace_names_files_that_exist() -> None:
    workspace = yaml.safe_load((truth.SAMPLE / "csperf.yaml").read_text("utf-8"))
    named = set()
    for source in workspace["sources"].values():
        globs = source["files"] if isinstance(source["files"], list) else [source["files"]]
        for glob in globs:
            found = list(truth.SAMPLE.glob(glob))
            assert found, glob
            named |= set(found)
        assert (truth.SAMPLE / source.get("format", ".")).exists()
    assert named == {truth.SAMPLE / "roster.csv", *(truth.SAMPLE / "exports").iterdir()}


def test_readme_tells_the_counts_and_the_scores() -> None:
    readme = (truth.SAMPLE / "README.md").read_text("utf-8")
    for name, counts in truth.expected_counts().items():
        assert f"| {name} | {' | '.join(map(str, counts))} |\n" in readme
    names = {row["agent_id"]: row["name"] for row in truth.roster()}
    for agent_id, card in truth.expected_cards("2025-06").items():
        score, grade = (card.score, card.grade) if card.score is not None else ("—", "—")
        assert f"| {agent_id} {names[agent_id]} | {score} | {grade} |" in readme
