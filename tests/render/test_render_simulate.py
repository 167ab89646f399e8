"""Two rubrics side by side: every difference is there, and the sums that are shown add up."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files

import jsonschema
import pytest
from render_sample import LANGS, build_table, check_golden

from csperf.problems import cell_width
from csperf.render.simulate import FORMATS, SimulateFormat, render_simulation
from csperf.scoring.cards import Scorecard, ScoreTable
from csperf.scoring.compare import Comparison, compare_tables

SCHEMA = json.loads(files("csperf.render").joinpath("simulate.schema.json").read_text("utf-8"))


def _move(card: Scorecard, rank: int | None, **points: str) -> Scorecard:
    """The card with other points for some indicators, and the score that they come to."""
    lines = tuple(
        replace(line, points=Decimal(points[line.name])) if line.name in points else line for line in card.indicators
    )
    total = sum((line.points for line in lines if line.points is not None), Decimal(0))
    return replace(card, indicators=lines, score=total, rank=rank)


def _tables() -> tuple[ScoreTable, ScoreTable, Comparison]:
    before = build_table()
    one, two, three, four, five = before.cards
    cards = (
        _move(two, 1, first_response="20.00", csat="38.00"),
        _move(one, 2, csat="30.00"),
        _move(three, 3),
        replace(_move(four, 4, complaint_success="20.00"), grade="qualified"),
        five,
    )
    after = replace(
        before, cards=cards, rubric_version="2", rubric_title={"zh-CN": "响应加重", "en": "More weight on response"}
    )
    return before, after, compare_tables(before, after)


def _without_long_name(table: ScoreTable) -> ScoreTable:
    return replace(table, cards=tuple(card for card in table.cards if card.agent.agent_id != "A0010"))


ASKED = " --month 2025-06 --rubric other.yaml"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", [("table", "txt"), ("md", "md"), ("json", "json")])
def test_golden(request: pytest.FixtureRequest, name: tuple[SimulateFormat, str], lang: str) -> None:
    check_golden(
        request, f"simulate.{lang}.{name[1]}", render_simulation(*_tables(), name[0], lang, width=80, asked=ASKED)
    )


def test_golden_csv(request: pytest.FixtureRequest) -> None:
    check_golden(request, "simulate.csv", render_simulation(*_tables(), "csv", "en"))


def test_json_is_valid_against_the_shipped_schema_and_adds_up() -> None:
    document = json.loads(render_simulation(*_tables(), "json", "en"), parse_float=Decimal)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(render_simulation(*_tables(), "json", "zh-CN")), SCHEMA)
    compared = [agent for agent in document["agents"] if agent["difference"] is not None]
    assert len(compared) == 4
    for agent in compared:
        assert agent["difference"] == agent["after"]["score"] - agent["before"]["score"]
        assert agent["difference"] == sum(line["difference"] for line in agent["indicators"])
    totals = document["totals"]
    assert totals["difference"] == sum(agent["difference"] for agent in compared)
    assert totals["difference"] == sum(line["difference"] for line in totals["indicators"])
    assert (totals["gaining"], totals["losing"], totals["level"], totals["unknown"]) == (1, 2, 1, 1)


def test_columns_of_the_csv_add_up() -> None:
    rows = list(csv.DictReader(io.StringIO(render_simulation(*_tables(), "csv", "en"))))
    for row in rows[:-1]:
        parts = [Decimal(cell) for name, cell in row.items() if name.endswith("_difference")]
        assert len(parts) == 4
        assert sum(parts) == Decimal(row["difference"]) == Decimal(row["score_after"]) - Decimal(row["score_before"])
    assert rows[-1]["difference"] == rows[-1]["csat_difference"] == ""


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_lines_fit_and_every_indicator_that_moved_is_named(width: int, lang: str) -> None:
    before, after = (_without_long_name(table) for table in _tables()[:2])
    text = render_simulation(before, after, compare_tables(before, after), "table", lang, width=width)
    assert all(cell_width(line) <= width for line in text.splitlines())
    title = {"en": "satisfaction", "zh-CN": "客户满意度"}[lang]
    assert title in text
    assert {"en": "Responsib", "zh-CN": "responsibility"}[lang] not in text


@pytest.mark.parametrize("format", FORMATS)
def test_tables_without_agents(format: SimulateFormat) -> None:
    table = replace(build_table(), cards=())
    assert render_simulation(table, table, compare_tables(table, table), format, "en")


def test_colour_marks_gains_and_losses() -> None:
    text = render_simulation(*_tables(), "table", "en", width=140, color=True)
    assert re.search(r"\x1b\[32m *\+8\.00", text)
    assert re.search(r"\x1b\[31m *−10\.00", text)
