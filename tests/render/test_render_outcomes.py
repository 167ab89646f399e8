"""Seasons, running months, tiers, awards, floors, presence and teams, in every output."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from importlib.resources import files

import fastexcel
import jsonschema
import pytest
from render_sample import LANGS, build_running_table, build_table, build_team_table, check_golden

from csperf.people import Scope
from csperf.problems import cell_width
from csperf.render import Format, render_score
from csperf.render.csv import render_csv
from csperf.render.explain import render_explain, render_explain_json
from csperf.render.json import render_json
from csperf.render.md import render_md
from csperf.render.table import render_table
from csperf.render.xlsx import render_xlsx

SCHEMA = json.loads(files("csperf.render").joinpath("score.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["table", "md", "json"])
def test_running_golden(request: pytest.FixtureRequest, name: Format, lang: str) -> None:
    rendered = render_score(build_running_table(), name, lang, width=80)
    assert isinstance(rendered, str)
    check_golden(request, f"running.{lang}.{'txt' if name == 'table' else name}", rendered)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("position", [0, 1, 3])
def test_running_explain_golden(request: pytest.FixtureRequest, position: int, lang: str) -> None:
    table = build_running_table()
    card = table.cards[position]
    check_golden(request, f"running-explain-{card.agent.agent_id}.{lang}.txt", render_explain(table, card, lang, 80))


@pytest.mark.parametrize("lang", LANGS)
def test_team_golden(request: pytest.FixtureRequest, lang: str) -> None:
    table = build_team_table()
    check_golden(request, f"team.{lang}.txt", render_table(table, lang, 80, asked=" --month 2025-06 --by team"))
    check_golden(request, f"team-explain.{lang}.txt", render_explain(table, table.cards[0], lang, 80))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [50, 80, 140])
def test_no_line_is_wider_than_asked(width: int, lang: str) -> None:
    for table in (build_running_table(), build_team_table()):
        texts = [render_explain(table, card, lang, width) for card in table.cards]
        for line in "".join(texts).splitlines():
            assert cell_width(line) <= width, line


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("build", [build_running_table, build_team_table])
def test_json_is_valid_and_only_adds_to_what_was_there(build: object, lang: str) -> None:
    assert callable(build)
    document = json.loads(render_json(build(), lang))
    jsonschema.validate(document, SCHEMA)


def test_json_holds_what_follows() -> None:
    document = json.loads(render_json(build_running_table(), "en"))
    period = document["period"]
    assert (period["as_of"], period["days_left"], len(period["provisional"])) == ("2025-06-12", 18, 2)
    assert (document["by"], document["rubric"]["season"]) == ("agent", "peak")
    best, floored, _, brief, _ = document["agents"]
    assert best["variant"] == "senior"
    assert best["outcomes"] == [
        {
            "kind": "award", "name": "star", "indicator": None, "title": "Star of the month", "reward": "500 yuan",
            "reason": "rank 1 (<= 1)",
        }
    ]  # fmt: skip
    assert [(one["kind"], one["name"], one["indicator"]) for one in floored["outcomes"]] == [
        ("tier", "base", "csat"),
        ("floor", "performance", None),
    ]
    assert (floored["indicators"][0]["tier"], best["indicators"][0]["tier"]) == ("base", None)
    assert "10" in floored["indicators"][0]["needed"]
    assert brief["presence"] == 0.433333
    explained = json.loads(render_explain_json(build_running_table(), build_running_table().cards[1], "en"))
    assert explained["period"] == period


def test_csv_names_outcomes_and_presence_in_its_last_columns() -> None:
    rows = list(csv.DictReader(io.StringIO(render_csv(build_running_table()))))
    assert [row["outcomes"] for row in rows] == ["award:star", "tier:csat=base;floor:performance", "", "", ""]
    assert [row["presence"] for row in rows] == ["1", "1", "1", "0.433333", "1"]
    before = list(csv.reader(io.StringIO(render_csv(build_table()))))
    after = list(csv.reader(io.StringIO(render_csv(build_running_table()))))
    assert [row[:4] for row in after] == [row[:4] for row in before]


def test_xlsx_holds_what_follows() -> None:
    workbook = fastexcel.read_excel(render_xlsx(build_running_table(), "en"))
    scores = workbook.load_sheet("Scores").to_polars()
    star, floored, *none = scores["Outcomes"].to_list()
    assert star == "award Star of the month: rank 1 (<= 1); reward: 500 yuan"
    assert floored.startswith("tier Base: Customer satisfaction 88% meets >= 85%; ")
    assert "67.50%, below the floor of 70%: grade unqualified instead of qualified" in floored
    assert none == [None, None, None]
    assert scores["Presence"].to_list() == pytest.approx([1, 1, 1, 13 / 30, 1])
    lines = workbook.load_sheet("Indicators").to_polars()
    assert lines["Tier"].to_list()[:5] == [None, None, None, None, "Base"]
    assert lines["Still needed"].to_list()[4].endswith("without a miss")
    facts = workbook.load_sheet("Sources & notes", header_row=None).to_polars().rows()
    assert ("Season", "Peak season") in {row[:2] for row in facts}
    assert len([row for row in facts if row[0] == "Provisional"]) == 2


def test_a_team_is_asked_for_by_its_own_flag() -> None:
    text = render_table(build_team_table(), "en", 60, asked=" --by team")
    assert "csperf score --by team --format csv" in text
    assert "csperf explain 售后一组 --by team" in text
    assert "ID" not in text.split("─")[0]


@pytest.mark.parametrize(("by", "heading"), [("team", "Team"), ("shop", "Scope")])
def test_a_unit_is_headed_by_what_it_is(by: Scope, heading: str) -> None:
    table = replace(build_team_table(), by=by)
    lines = [line for line in render_md(table, "en").splitlines() if line.startswith("|")]
    assert lines[0].startswith(f"| Rank | {heading} | Score |")
    assert lines[2].startswith("| 1 | 售后一组 | ")
    assert len({line.count(" | ") for line in lines[: 2 + len(table.cards)]}) == 1
    workbook = fastexcel.read_excel(render_xlsx(table, "en"))
    names = [workbook.load_sheet(sheet).available_columns() for sheet in (0, 1)]
    assert [column.name for column in names[0][:3]] == ["Rank", heading, "Score"]
    assert [column.name for column in names[1][:2]] == [heading, "Dimension"]
