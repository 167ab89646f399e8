"""`csperf outcomes`: the payroll table and the lists, in every format, over months of a small shop."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from csperf.problems import cell_width
from small_shop import RUBRIC, csv_text, run_csperf, write_workspace

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "src" / "csperf" / "render" / "outcomes.schema.json").read_text("utf-8"))
CLAUSES = """\
awards:
  star: {title: {zh-CN: 月度之星, en: Star of the month}, when: {rank: "<= 1"}, bonus: 200, reward: a day off}
  best_team: {title: {zh-CN: 优秀团队, en: Best team}, of: team, when: {rank: "<= 1"}, bonus: 1000}
  best_of_year: {title: Best of the year, when: {rank: "<= 1"}, every: year}
promotions:
  lead: {title: {zh-CN: 组长候选人, en: Team lead}, top: 50%, running: 3}
coaching:
  again: {title: Help, grades: [poor], running: 2}
pay:
  currency: CNY
  month:
    good: {change: 10%, bonus: 100.5}
    poor: {change: -5%, then: {zh-CN: 绩效面谈, en: a talk}}
  year:
    good: {change: 5%}
"""
ROSTER = csv_text(
    ["agent_id", "name", "team"],
    [("A1", "王小明", "一组"), ("A2", "李丽", "一组"), ("A3", "=Bob", "二组"), ("A4", "New", "二组")],
)
# Which months' ratings are good (5) or bad (1); A3 has no row in May.
RATINGS = {"A1": "555", "A2": "511", "A3": "1 5"}
PAY = csv_text(["agent_id", "base_pay"], [("A1", "8000.05"), ("A2", "5000")])


def surveys() -> str:
    rows = [
        (f"S{agent}{month}", agent, f"2025-{month:02}-05 10:00", rating)
        for agent, ratings in RATINGS.items() for month, rating in zip((4, 5, 6), ratings, strict=True) if rating != " "
    ]  # fmt: skip
    return csv_text(["survey_id", "agent_id", "responded_at", "rating"], rows)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = {"surveys": surveys(), "roster": ROSTER, "pay": PAY}
    return write_workspace(tmp_path / "shop", files, RUBRIC + CLAUSES)


def document(shop: Path, *arguments: str) -> dict[str, Any]:
    run = run_csperf("outcomes", *arguments, "--format", "json", "-q", cwd=shop)
    assert run.code == 0, run.err
    found: dict[str, Any] = json.loads(run.out)
    jsonschema.validate(found, SCHEMA)
    return found


def test_what_follows_from_june(shop: Path) -> None:
    found = document(shop, "--month", "2025-06")
    rows = {row["agent_id"]: row for row in found["agents"]}
    assert {who: (row["change"], row["change_amount"], row["bonus"]) for who, row in rows.items()} == {
        "A1": (0.1, 800.01, 300.5),  # 800.005, half up; the bonus of the grade and of the star
        "A3": (0.1, None, 300.5),
        "A2": (-0.05, -250.0, 0),
        "A4": (None, None, 0),
    }
    totals = found["totals"]
    assert (totals["change_amount"], totals["bonus"], totals["unknown"], totals["teams"]) == (
        550.01, 601, 1, 1000,
    )  # fmt: skip
    assert [(one["rule"], one["agent_id"]) for one in found["awards"]] == [("star", "A1"), ("star", "A3")]
    assert [(one["rule"], one["team"], one["bonus"]) for one in found["team_awards"]] == [("best_team", "二组", 1000)]
    (lead,) = found["promotions"]
    assert (lead["agent_id"], lead["months"]) == ("A1", ["2025-04", "2025-05", "2025-06"])
    assert [one["label"] for one in lead["periods"]] == lead["months"] == lead["unsealed"]
    assert [(one["agent_id"], one["months"]) for one in found["coaching"]] == [("A2", ["2025-05", "2025-06"])]
    assert rows["A2"]["then"] == "a talk"
    assert found["period"]["unsealed"] == ["2025-04", "2025-05", "2025-06"]


def test_a_year_has_rules_of_its_own(shop: Path) -> None:
    found = document(shop, "--year", "2025")
    rows = {row["agent_id"]: (row["score"], row["change_amount"], row["bonus"]) for row in found["agents"]}
    assert rows["A1"] == (100, 400, 0)
    assert [(one["rule"], one["agent_id"]) for one in found["awards"]] == [("best_of_year", "A1")]
    assert (found["team_awards"], found["promotions"], found["coaching"]) == ([], [], [])


def test_a_month_without_the_earlier_ones_promotes_nobody(shop: Path) -> None:
    found = document(shop, "--month", "2025-05")
    assert found["promotions"] == []
    assert [one["agent_id"] for one in found["coaching"]] == []


def test_the_payroll_table_as_csv(shop: Path) -> None:
    run = run_csperf("outcomes", "--month", "2025-06", "--format", "csv", "-q", cwd=shop)
    rows = {row["agent_id"]: row for row in csv.DictReader(io.StringIO(run.out))}
    assert rows["A1"] == {
        "period": "2025-06", "agent_id": "A1", "name": "王小明", "team": "一组", "score": "100.00", "grade": "good",
        "rank": "1", "currency": "CNY", "change": "0.1", "change_amount": "800.01", "grade_bonus": "100.50",
        "star_award_bonus": "200.00", "bonus": "300.50", "awards": "star", "promotions": "lead",
        "coaching": "",
    }  # fmt: skip
    assert (rows["A3"]["name"], rows["A3"]["change_amount"], rows["A3"]["bonus"]) == ("'=Bob", "", "300.50")


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("width", ["80", "140"])
def test_the_table_fits_and_says_the_lists(shop: Path, lang: str, width: str) -> None:
    env = {"NO_COLOR": "1", "COLUMNS": width}
    run = run_csperf("outcomes", "--month", "2025-06", "--lang", lang, cwd=shop, terminal=True, env=env)
    assert run.code == 0, run.err
    assert all(cell_width(line) <= int(width) for line in run.out.splitlines())
    words = {
        "en": ["Outcomes of 2025-06", "amounts in CNY", "provisional:", "550.01", "601.00", "Promotion candidates",
               "Best team", "Poor: a talk", "not part of the totals", "base pay not known",
               "王小明 (A1): 300.50 = grade Good 100.50 + award Star of the month 200.00 (rank 1 (<= 1))"],
        "zh-CN": ["2025-06 结果应用", "金额单位：CNY", "暂定：", "550.01", "601.00", "晋升候选人", "优秀团队",
                  "绩效面谈", "不计入上面的总额", "基本工资未知", "奖金构成", "王小明（A1）：300.50 ="],
    }[lang]  # fmt: skip
    joined = "".join(line.strip() if lang == "zh-CN" else f"{line.strip()} " for line in run.out.splitlines())
    assert not [word for word in words if word not in joined]
    assert "8000" not in run.out
    assert run.out.count("−250.00") == 1
    assert "850.51" not in run.out  # a change of each month and what is paid once make no sum


def test_without_money_there_are_no_sums(shop: Path) -> None:
    run = run_csperf("outcomes", "--quarter", "2025Q2", "--format", "table", "--lang", "en", cwd=shop)
    assert "attaches no money" in run.out
    assert "Total" not in run.out


@pytest.mark.parametrize("suffix", ["json", "csv", "md", "txt", "xlsx"])
def test_files(shop: Path, suffix: str) -> None:
    run = run_csperf("outcomes", "--month", "2025-06", "-o", f"out.{suffix}", cwd=shop)
    assert (run.code, run.out) == (0, "")
    content = (shop / f"out.{suffix}").read_bytes()
    again = run_csperf("outcomes", "--month", "2025-06", "-o", f"again.{suffix}", cwd=shop)
    assert again.code == 0
    assert (shop / f"again.{suffix}").read_bytes() == content
    assert content.startswith(b"\xef\xbb\xbf") is (suffix == "csv")


def test_the_workbook_has_numbers_and_lists(shop: Path) -> None:
    run_csperf("outcomes", "--month", "2025-06", "-o", "out.xlsx", "--lang", "zh-CN", cwd=shop)
    with zipfile.ZipFile(shop / "out.xlsx") as book:
        sheets = [book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2)]
        texts = book.read("xl/sharedStrings.xml").decode()
    assert all(f"<v>{amount}</v>" in sheets[0] for amount in ("800.01", "550.01", "300.5", "601", "-250"))
    assert all(
        word in texts
        for word in ("月度之星", "组长候选人", "每月调薪", "奖金合计", "奖金构成", "=Bob", "300.50 = 等级“")
    )
    assert "<f>" not in "".join(sheets)


def test_another_rubric_without_money(shop: Path) -> None:
    (shop / "plain.yaml").write_text(RUBRIC, "utf-8")
    found = document(shop, "--month", "2025-06", "--rubric", "plain.yaml")
    assert (found["currency"], found["totals"]["bonus"], found["awards"]) == (None, 0, [])
    assert found["notes"][0].startswith("The rubric attaches no money to this")


def test_base_pay_is_not_read_where_nothing_changes_it(shop: Path) -> None:
    (shop / "pay.csv").write_text("agent_id,base_pay\nA1,much\n", "utf-8")
    assert run_csperf("outcomes", "--month", "2025-06", cwd=shop).code == 1
    assert run_csperf("outcomes", "--quarter", "2025Q2", cwd=shop).code == 0


def test_flags_from_the_environment(shop: Path) -> None:
    env = {"CSPERF_MONTH": "2025-06", "CSPERF_FORMAT": "md", "CSPERF_LANG": "zh-CN"}
    assert run_csperf("outcomes", cwd=shop, env=env).out.startswith("# 2025-06 结果应用")


def test_the_schema_is_printed() -> None:
    run = run_csperf("rubric", "schema", "outcomes")
    assert json.loads(run.out) == SCHEMA
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
