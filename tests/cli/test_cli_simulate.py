"""`csperf simulate`: two rubrics over one reading of the data, and sums that add up."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jsonschema
import pytest

from csperf.engines.polars_engine import PolarsEngine
from small_shop import RUBRIC, SAMPLE, SURVEYS, run_csperf, write_workspace

JUNE = ("simulate", "--month", "2025-06", "--rubric", "other.yaml")
SCHEMA = Path(__file__).parents[2] / "src" / "csperf" / "render" / "simulate.schema.json"
OTHER = RUBRIC.replace("deduct: 2", "deduct: 1").replace("name: small", "name: milder")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = write_workspace(tmp_path / "shop", {"surveys": SURVEYS})
    (folder / "other.yaml").write_text(OTHER, "utf-8")
    return folder


def test_before_is_the_workspaces_rubric_and_after_the_one_to_try(shop: Path) -> None:
    document = json.loads(run_csperf(*JUNE, cwd=shop).out)
    assert (document["before"]["name"], document["after"]["name"]) == ("small", "milder")
    scores = {one["agent_id"]: (one["before"]["score"], one["after"]["score"]) for one in document["agents"]}
    assert scores == {"A1": (20.0, 60.0), "A2": (100.0, 100.0)}
    turned = json.loads(run_csperf(*JUNE[:3], "--rubric", "rubric.yaml", "--against", "other.yaml", cwd=shop).out)
    assert [one["difference"] for one in turned["agents"]] == [0, -40]


def test_table_on_a_terminal(shop: Path) -> None:
    run = run_csperf(*JUNE, cwd=shop, terminal=True, env={"NO_COLOR": "1", "COLUMNS": "80"})
    assert run.code == 0, run.err
    assert "before: Small, small version 1" in run.out
    assert "1 agent gains, 0 lose, 1 stays level; in all +40.00" in run.out


@pytest.mark.parametrize("suffix", ["json", "csv", "md", "txt"])
def test_files(shop: Path, suffix: str) -> None:
    run = run_csperf(*JUNE, "-o", f"out.{suffix}", cwd=shop)
    assert (run.code, run.out, run.err) == (0, "", f"wrote out.{suffix}\n")
    assert "40.0" in (shop / f"out.{suffix}").read_text("utf-8-sig")


def test_a_rubric_is_needed_and_must_be_known(shop: Path) -> None:
    assert run_csperf("simulate", "--month", "2025-06", cwd=shop).code == 2
    run = run_csperf("simulate", "--month", "2025-06", "--rubric", "none", cwd=shop)
    assert (run.code, "[rubric-unknown]" in run.err) == (1, True)


LOOKS_AHEAD = """measures:
  complaints: {title: C, definition: C., source: test, from: complaints, count: true, unit: "", better: lower}
  later: {title: L, definition: L., source: test, from: surveys, mean: rating, unit: "", better: higher, matures: 7d}
dimensions:"""
TWO_MORE = """    indicators:
      complaints: {weight: 10, target: "<= 1", missing: exclude, score: {deduct: 1, per: 1}}
      later: {weight: 10, target: ">= 4", score: {attain: {}}}
"""


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_said_of_either_rubric_is_said(shop: Path, turned: bool) -> None:
    rubric = RUBRIC.replace("dimensions:", LOOKS_AHEAD).replace("    indicators:\n", TWO_MORE)
    (shop / "other.yaml").write_text(
        rubric.replace("      csat:\n        weight: 100", "      csat:\n        weight: 80")
    )
    rubrics = ("other.yaml", "rubric.yaml") if turned else ("rubric.yaml", "other.yaml")
    flags = ("simulate", "--month", "2025-06", "--against", rubrics[0], "--rubric", rubrics[1])
    run = run_csperf(*flags, "--format", "json", cwd=shop)
    missing, maturing = "no source for table complaints", "later may still change"
    assert (run.code, run.err.count(missing)) == (0, 1)
    document = json.loads(run.out)
    assert [missing in said for said in document["warnings"]] == [True]
    assert [maturing in said for said in document["period"]["provisional"]] == [True]
    for shape in ("table", "md"):
        assert run_csperf(*flags, "--format", shape, cwd=shop).out.count(maturing) == 1


@pytest.fixture
def heavier(tmp_path: Path) -> Path:
    """The sample's rubric with 10 points moved from satisfaction to timely resolution."""
    text = (SAMPLE.parent / "configs" / "rubrics" / "aftersales-60-20-20.yaml").read_text("utf-8")
    text = text.replace("weight: 30\n", "weight: 20\n", 1).replace("weight: 15\n", "weight: 25\n", 1)
    path = tmp_path / "heavier.yaml"
    path.write_text(text, "utf-8")
    return path


def simulate_sample(heavier: Path, *flags: str) -> Any:
    run = run_csperf("simulate", "--month", "2025-06", "--rubric", heavier, "-q", *flags)
    assert run.code == 0, run.err
    return run.out


def test_sample_gains_and_losses_add_up(heavier: Path) -> None:
    document = json.loads(simulate_sample(heavier), parse_float=Decimal)
    jsonschema.validate(json.loads(simulate_sample(heavier)), json.loads(SCHEMA.read_text("utf-8")))
    compared = [one for one in document["agents"] if one["difference"] is not None]
    assert len(compared) >= 10
    for one in compared:
        assert one["difference"] == sum(line["difference"] for line in one["indicators"])
        assert one["difference"] == one["after"]["score"] - one["before"]["score"]
    assert document["totals"]["difference"] == sum(one["difference"] for one in compared)
    assert any(one["difference"] for one in compared)


def test_both_sides_are_what_scoring_gives(heavier: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(simulate_sample(heavier, "--format", "csv"))))
    for column, rubric in (("before", "aftersales-60-20-20"), ("after", str(heavier))):
        run = run_csperf("score", "--month", "2025-06", "--rubric", rubric, "-q", "--format", "csv")
        expected = {
            row["agent_id"]: (row["score"], row["grade"], row["rank"]) for row in csv.DictReader(io.StringIO(run.out))
        }
        found = {
            row["agent_id"]: (row[f"score_{column}"], row[f"grade_{column}"], row[f"rank_{column}"]) for row in rows
        }
        assert found == expected


def test_each_source_is_read_once_for_both(heavier: Path) -> None:
    read: Counter[str] = Counter()
    measure = PolarsEngine.measure_source

    def count(self: PolarsEngine, table: Any, *rest: Any, **named: Any) -> Any:
        read[table.name] += 1
        return measure(self, table, *rest, **named)

    with patch.object(PolarsEngine, "measure_source", count):
        simulate_sample(heavier)
    assert set(read.values()) == {1}
    assert {"surveys", "tickets", "complaints"} <= set(read)
