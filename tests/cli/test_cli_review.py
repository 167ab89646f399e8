"""`csperf rubric review`: the figures again from what `score` prints, and the formats."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.cells import cell_len

from small_shop import RUBRIC, SURVEYS, run_csperf, run_sample, write_workspace

SCHEMA = Path(__file__).parents[2] / "src" / "csperf" / "render" / "review.schema.json"
MONTHS = ("2025-04", "2025-05", "2025-06")
ASKED = ("rubric", "review", "--months", "3", "--month", "2025-06", "-q")


def read_sample(*flags: str) -> Any:
    document = json.loads(run_sample(*ASKED, *flags, "--format", "json").out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    return document


def lines_of_score(name: str) -> list[dict[str, Any]]:
    runs = [run_sample("score", "--month", month, "-q", "--format", "json") for month in MONTHS]
    cards = [card for run in runs for card in json.loads(run.out)["agents"]]
    return [next(line for line in card["indicators"] if line["name"] == name) for card in cards]


def test_the_counts_are_those_of_the_cards() -> None:
    document = read_sample()
    assert document["satisfaction"] == "csat"
    for one in document["indicators"]:
        lines = lines_of_score(one["indicator"])
        scored = [line for line in lines if line["points"] is not None]
        assert (one["cards"], one["scored"]) == (len(lines), len(scored))
        assert one["unmeasured"] == sum(line["status"] != "ok" for line in lines)
        assert one["full_marks"] == sum(line["points"] == line["max_points"] for line in scored)
        assert one["points_lost"] == pytest.approx(sum(line["max_points"] - line["points"] for line in scored))
    assert sum(one["points_lost_share"] for one in document["indicators"]) == pytest.approx(1, abs=0.00001)


def test_correlations_are_the_same_both_ways() -> None:
    rhos = {(one["indicator"], other["indicator"]): (other["rho"], other["pairs"])
            for one in read_sample()["indicators"] for other in one["correlations"]}  # fmt: skip
    assert len(rhos) == 8 * 7
    assert all(rhos[second, first] == found for (first, second), found in rhos.items())


def test_satisfaction_can_be_named() -> None:
    document = read_sample("--satisfaction", "exam_score")
    assert document["satisfaction"] == "exam_score"
    for one in document["indicators"]:
        rhos = {other["indicator"]: other["rho"] for other in one["correlations"]}
        assert one["satisfaction_rho"] == rhos.get("exam_score")
    run = run_csperf(*ASKED, "--satisfaction", "exams")
    assert (run.code, "[indicator-unknown]" in run.err) == (1, True)


def test_csv_says_what_json_says() -> None:
    rows = list(csv.DictReader(io.StringIO(run_sample(*ASKED, "--format", "csv").out)))
    for row, one in zip(rows, read_sample()["indicators"], strict=True):
        assert row["indicator"] == one["indicator"]
        assert float(row["share_p10"]) == one["share_p10"]
        assert int(row["ranks_changed"]) == one["ranks_changed"]
        assert row[f"rho_{row['indicator']}"] == ""
        assert row["verdict"] == one["verdict"]["text"]


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("width", ["80", "140"])
def test_tables_fit(lang: str, width: str) -> None:
    run = run_csperf(*ASKED, "--lang", lang, terminal=True, env={"COLUMNS": width, "NO_COLOR": "1"})
    lines = [line for line in run.out.splitlines() if "csperf rubric review" not in line]
    assert all(cell_len(line) <= int(width) for line in lines)
    assert lines[0].startswith(("Does each indicator still tell anything?", "各项指标是否仍有区分作用"))


def test_in_markdown_everything_stands() -> None:
    out = run_sample(*ASKED, "--format", "md", "--lang", "zh-CN").out
    assert "标准差" in out
    assert "- **客户满意度**：" in out or "- **客户满意度**: " in out


def test_few_data_are_said_and_no_data_is_a_problem(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "shop", {"surveys": SURVEYS})
    asked = ("rubric", "review", "--month", "2025-06", "--months", "2")
    run = run_csperf(*asked, cwd=folder)
    (one,) = json.loads(run.out)["indicators"]
    assert (run.code, one["verdict"]["code"], one["share_p10"], one["ranks_changed"]) == (0, "few", None, None)
    assert run_csperf(*asked, "-o", "out.csv", cwd=folder).err == "wrote out.csv\n"
    (folder / "other.yaml").write_text(RUBRIC.replace("name: small", "name: other"), "utf-8")
    again = run_csperf(*asked, "--rubric", "other.yaml", cwd=folder)
    assert json.loads(again.out)["rubric"]["name"] == "other"
    run = run_csperf("rubric", "review", "--month", "2024-06", "--months", "2", cwd=folder)
    assert (run.code, "[history-empty]" in run.err) == (1, True)
