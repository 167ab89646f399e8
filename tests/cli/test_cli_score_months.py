"""`csperf score` and `csperf explain` of quarters, years and sealed months, in every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import fastexcel
import jsonschema
import pytest
from rich.cells import cell_len

from small_shop import RUBRIC, csv_text, run_csperf, run_sample, write_workspace

ROSTER = csv_text(["agent_id", "name", "team"], [["A1", "王小明", "一组"], ["A2", "Bo", "二组"]])
RATINGS = {"2025-04": {"A1": (5, 5)}, "2025-05": {"A1": (5, 2), "A2": (5, 5)}}
QUARTER = ("--quarter", "2025Q2")


def surveys(ratings: Mapping[str, Mapping[str, Sequence[int]]]) -> str:
    rows = [
        [f"{month}{agent}{number}", agent, f"{month}-0{number + 1} 10:00", rating]
        for month, agents in ratings.items()
        for agent, given in agents.items()
        for number, rating in enumerate(given)
    ]
    return csv_text(["survey_id", "agent_id", "responded_at", "rating"], rows)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "shop", {"roster": ROSTER, "surveys": surveys(RATINGS)})


@pytest.fixture
def adjusted(shop: Path) -> Path:
    """May is sealed, and adjusted after one rating of A1 turned out to be better."""
    assert run_csperf("seal", "--month", "2025-05", cwd=shop).code == 0
    late = {**RATINGS, "2025-05": {"A1": (5, 5), "A2": (5, 5)}}
    (shop / "surveys.csv").write_text(surveys(late), "utf-8")
    flags = ("--month", "2025-05", "--adjust", "--reason", "rating of the wrong agent", "--approved-by", "Li")
    run = run_csperf("seal", *flags, cwd=shop)
    assert run.code == 0, run.err
    return shop


def score(folder: Path, *flags: str) -> Any:
    run = run_csperf("score", *flags, "--format", "json", cwd=folder)
    assert run.code == 0, run.err
    found = json.loads(run.out)
    schema = json.loads(run_sample("rubric", "schema", "score").out)
    jsonschema.Draft202012Validator(schema).validate(found)
    return found


def text(folder: Path, *arguments: str) -> str:
    run = run_csperf(*arguments, "--lang", "en", "-q", cwd=folder)
    assert run.code == 0, run.err
    return run.out


def test_json_of_a_quarter_has_its_months(shop: Path) -> None:
    found = score(shop, *QUARTER)
    period = found["period"]
    assert (period["rollup"], period["months"]) == ("mean", ["2025-04", "2025-05"])
    assert period["record"] == ["mean of 2 months: 2025-04 – 2025-05"]
    assert period["provisional"] == ["computed from today's files, not from sealed months: 2025-04 – 2025-05"]
    scores = {one["agent_id"]: (one["score"], [month["score"] for month in one["months"]]) for one in found["agents"]}
    assert scores == {"A1": (60.0, [100.0, 20.0]), "A2": (100.0, [None, 100.0])}
    assert len(found["sources"][0]["files"][0]["sha256"]) == 64


def test_json_of_a_month_has_none(shop: Path) -> None:
    found = score(shop, "--month", "2025-05")
    assert (found["period"]["rollup"], found["period"]["months"], found["period"]["record"]) == (None, [], [])
    assert [one["months"] for one in found["agents"]] == [[], []]


def test_csv_gets_a_column_for_each_month_after_all_others(shop: Path) -> None:
    month = run_csperf("score", "--month", "2025-05", "--format", "csv", cwd=shop).out
    quarter = run_csperf("score", *QUARTER, "--format", "csv", cwd=shop).out
    assert quarter.splitlines()[0] == month.splitlines()[0] + ",2025-04_score,2025-05_score"
    rows = {row["agent_id"]: row for row in csv.DictReader(io.StringIO(quarter))}
    assert [rows["A2"][f"2025-0{number}_score"] for number in (4, 5)] == ["", "100.00"]
    assert rows["A1"]["score"] == "60.00"


def test_table_shows_the_months_as_far_as_the_width_goes(shop: Path) -> None:
    wide = text(shop, "score", *QUARTER, "--format", "table")
    assert "mean of 2 months: 2025-04 – 2025-05" in wide
    (line,) = (line for line in wide.splitlines() if "A1" in line and "王小明" in line)
    assert line.split()[:7] == ["2", "A1", "王小明", "一组", "100.00", "20.00", "60.00"]


def test_md_and_xlsx_show_the_months(shop: Path, tmp_path: Path) -> None:
    md = text(shop, "score", *QUARTER, "--format", "md")
    assert "- mean of 2 months: 2025-04 – 2025-05" in md
    assert "| 2 | A1 | 王小明 | 一组 | 100.00 | 20.00 | 60.00 |" in md
    target = tmp_path / "quarter.xlsx"
    text(shop, "score", *QUARTER, "-o", str(target))
    sheet = fastexcel.read_excel(target.read_bytes()).load_sheet("Scores").to_polars()
    assert sheet.columns[4:7] == ["2025-04", "2025-05", "Score"]
    assert {row[1]: row[4:7] for row in sheet.iter_rows()} == {"A1": (100, 20, 60), "A2": (None, 100, 100)}


def test_explain_shows_the_months_and_the_mean_on_paper(shop: Path) -> None:
    said = text(shop, "explain", "王小明", *QUARTER, "--format", "table")
    assert "  2025-04: score 100.00 · grade Good · rank 1 · open\n" in said
    assert "mean of the months: (100.00 + 20.00) ÷ 2 = 60.00" in said
    assert "(100.00 + 20.00) ÷ 2 = 60.00\n" in said
    card = json.loads(text(shop, "explain", "A1", *QUARTER, "--format", "json"))["agent"]
    assert [month["label"] for month in card["months"]] == ["2025-04", "2025-05"]


def test_rows_of_a_mean_are_asked_for_month_by_month(shop: Path) -> None:
    flags = ("explain", "A1", "--indicator", "csat", "--rows", "--format", "table")
    run = run_csperf(*flags, *QUARTER, cwd=shop)
    assert run.code == 2
    assert "name one with --month" in run.err
    (shop / "rubric.yaml").write_text(RUBRIC + "rollup: {method: pooled}\n", "utf-8")
    assert "2025-04A10" in text(shop, *flags, *QUARTER)


def test_a_sealed_month_says_what_was_sealed_and_what_was_adjusted(adjusted: Path) -> None:
    found = score(adjusted, "--month", "2025-05")
    sealed, changed = found["period"]["record"]
    assert sealed.startswith("sealed on ")
    assert changed.endswith(": rating of the wrong agent; approved by Li")
    cards = {one["agent_id"]: one for one in found["agents"]}
    assert cards["A1"]["score"] == 100.0
    assert cards["A1"]["original"] == {"score": 20.0, "grade": "poor", "rank": 2}
    assert cards["A2"]["original"] is None
    for shown in (
        text(adjusted, "score", "--month", "2025-05", "--format", "table"),
        text(adjusted, "score", "--month", "2025-05", "--format", "md"),
        text(adjusted, "explain", "A1", "--month", "2025-05", "--format", "table"),
    ):
        assert "before the adjustment: score 20.00 · grade Poor · rank 2" in shown
        assert "rating of the wrong agent; approved by Li" in shown


@pytest.mark.parametrize("flags", [("--fresh",), ("--rubric", "rubric.yaml"), ("--as-of", "2025-05-31")])
def test_a_sealed_month_is_computed_where_that_is_asked_for(adjusted: Path, flags: tuple[str, ...]) -> None:
    assert score(adjusted, "--month", "2025-05", *flags)["period"]["record"] == []
    quarter = score(adjusted, *QUARTER, *flags)
    assert not any(month["is_sealed"] for one in quarter["agents"] for month in one["months"])


def test_a_quarter_says_which_of_its_months_was_adjusted(adjusted: Path) -> None:
    found = score(adjusted, *QUARTER)
    assert found["period"]["record"][1].startswith("2025-05 adjusted on ")
    assert found["period"]["provisional"] == ["computed from today's files, not from sealed months: 2025-04"]
    (card,) = (one for one in found["agents"] if one["agent_id"] == "A1")
    assert (card["score"], card["original"]["score"]) == (100.0, 60.0)
    assert card["months"][1]["original"]["score"] == 20.0
    said = text(adjusted, "explain", "A1", *QUARTER, "--format", "table")
    assert "2025-05: score 100.00 · grade Good · rank 1 · sealed; before the adjustment: score 20.00" in said


def test_rows_behind_a_sealed_card_are_said_to_be_todays(adjusted: Path) -> None:
    flags = ("--month", "2025-05", "--indicator", "csat", "--rows", "--format", "table", "--lang", "en")
    run = run_csperf("explain", "A1", *flags, cwd=adjusted)
    assert run.code == 0
    assert "the rows are those of today's files" in run.err
    assert "2025-05A10" in run.out


def test_a_sealed_month_needs_no_files(adjusted: Path) -> None:
    (adjusted / "surveys.csv").unlink()
    assert [one["score"] for one in score(adjusted, "--month", "2025-05", "--strict")["agents"]] == [100.0, 100.0]


def exempt(folder: Path, *entries: Mapping[str, Any]) -> None:
    common = {"agent": "A1", "indicator": "csat", "reason": "a strike", "requested_by": "Li", "approved_by": "Wang"}
    (folder / "exemptions.yaml").write_text(json.dumps([{**common, **entry} for entry in entries]), "utf-8")


def later(folder: Path, *period: str) -> list[str]:
    return [one for one in score(folder, *period)["warnings"] if "exemption" in one]


def test_exemptions_approved_after_sealing_are_told_of(adjusted: Path) -> None:
    exempt(
        adjusted,
        {"period": "2025-05-01"},
        {"period": "2025-04"},
        {"period": "2025-05", "approved_by": None},
        {"period": "2025-05", "until": "2025-05-30"},
        {"surveys": ["2025-05A11"]},
        {"surveys": ["2025-04A11"]},
        {"surveys": ["nobody's"]},
    )
    command = "csperf seal --month 2025-05 --adjust --reason … --approved-by …"
    told = [f"2025-05 is sealed without exemptions 1, 5, approved since; to let them count: {command}"]
    assert later(adjusted, "--month", "2025-05") == told
    assert [one for one in later(adjusted, *QUARTER) if "sealed" in one] == told
    assert not any("sealed" in one for one in later(adjusted, "--month", "2025-05", "--fresh"))
    assert later(adjusted, "--month", "2025-05", "--by", "team") == []
    run = run_csperf("explain", "A1", "--month", "2025-05", "--lang", "zh-CN", "--format", "json", cwd=adjusted)
    assert "2025-05 封存后又批准了 2 条豁免（第 1, 5 条），尚未计入" in run.err

    (adjusted / "surveys.csv").rename(adjusted / "kept")
    (one,) = later(adjusted, "--month", "2025-05")
    assert one.startswith("2025-05 is sealed without exemption 1, approved since; to let it count: ")
    (adjusted / "kept").rename(adjusted / "surveys.csv")

    flags = ("--month", "2025-05", "--adjust", "--reason", "a strike", "--approved-by", "Li")
    assert run_csperf("seal", *flags, cwd=adjusted).code == 0
    assert not any("approved since" in one for one in later(adjusted, "--month", "2025-05"))


def test_exemptions_that_cannot_be_read_do_not_hide_a_sealed_month(adjusted: Path) -> None:
    (adjusted / "exemptions.yaml").write_text("- agent: [", "utf-8")
    (said,) = later(adjusted, "--month", "2025-05")
    assert said.startswith("exemptions.yaml cannot be read today, so what was approved after 2025-05 was sealed is not")
    assert run_csperf("data", "check", cwd=adjusted).code == 1


def test_commands_named_repeat_fresh(shop: Path) -> None:
    run = run_csperf("score", *QUARTER, "--fresh", "--lang", "en", "--format", "table", cwd=shop, env={"COLUMNS": "20"})
    assert "csperf score --quarter 2025Q2 --fresh --format csv" in " ".join(run.out.split())


@pytest.mark.parametrize("width", [80, 140])
def test_chinese_months_line_up(shop: Path, width: int) -> None:
    flags = ("--lang", "zh-CN", "--format", "table", "-q")
    run = run_csperf("score", *QUARTER, *flags, cwd=shop, env={"COLUMNS": str(width)})
    assert "2 个月得分的平均：2025-04 – 2025-05" in run.out
    assert "暂定：按当前文件计算，不取封存的结果：2025-04 – 2025-05" in run.out
    heads, row = (next(line for line in run.out.splitlines() if all(map(line.__contains__, parts)))
                  for parts in (("2025-05", "等级"), ("A1", "20.00")))  # fmt: skip
    for head, cell in (("2025-04", "100.00"), ("2025-05", "20.00"), ("得分", "60.00")):
        assert cell_len(heads[: heads.index(head)] + head) == cell_len(row[: row.index(cell)] + cell)
