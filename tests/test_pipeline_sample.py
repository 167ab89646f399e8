"""The sample shop, scored: csperf agrees with the independent count in every number, card and row."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import sample_truth as truth
from csperf.cli.opening import open_session
from csperf.period import parse_month
from csperf.pipeline import load_scheme, score_period
from csperf.scoring.cards import ScoreTable
from small_shop import SAMPLE, run_csperf, run_sample

SCHEMA = Path(__file__).parents[1] / "src" / "csperf" / "render" / "score.schema.json"
months = pytest.mark.parametrize("month", truth.MONTHS)


@cache
def scored(month: str) -> ScoreTable:
    import datetime as dt

    with open_session(SAMPLE, None, quiet=True) as (session, _):
        period = parse_month(month, session.workspace.content.zone, dt.date(2025, 7, 1))
        return score_period(session, load_scheme(session.workspace), period).table


@cache
def document(month: str) -> Any:
    run = run_sample("score", "--month", month, "-q", "--format", "json", "--lang", "en")
    return json.loads(run.out, parse_float=Decimal, parse_int=Decimal)


@months
def test_every_indicator_of_every_agent_is_what_was_counted_again(month: str) -> None:
    cards = {card.agent.agent_id: card for card in scored(month).cards}
    found: dict[str, dict[str, object]] = {}
    for agent_id in truth.agents_of(month):
        found[agent_id] = {}
        for line in cards[agent_id].indicators:
            if line.numerator is None or line.value is None:
                assert (line.value, line.numerator, line.sample_size) == (None, None, 0)
                found[agent_id][line.name] = None
            elif line.denominator is None:
                assert line.value == line.numerator == line.sample_size
                found[agent_id][line.name] = line.value
            else:
                assert line.value == line.numerator / line.denominator
                assert line.sample_size == line.denominator
                found[agent_id][line.name] = (line.numerator, line.denominator)
    assert found == truth.expected_values(month)


@months
def test_every_card_is_what_was_scored_again(month: str) -> None:
    expected = truth.expected_cards(month)
    cards = {card.agent.agent_id: card for card in scored(month).cards}
    assert set(cards) - {truth.STRANGER} == set(expected)
    for agent_id, card in expected.items():
        mine = cards[agent_id]
        assert (mine.score, mine.grade) == (card.score, card.grade), agent_id
        assert Fraction(mine.coverage) == card.coverage, agent_id
        points = {line.name: line.points for line in mine.indicators if line.points is not None}
        assert points == card.points, agent_id
        limits = {line.name: line.max_points for line in mine.indicators if line.policy != "exclude"}
        assert limits == card.max_points, agent_id
        assert mine.rank == truth.expected_ranks(month)[agent_id], agent_id


@months
def test_nobody_but_the_stranger_comes_from_the_data_alone(month: str) -> None:
    cards = {card.agent.agent_id: card for card in scored(month).cards}
    strangers = [row for row in truth.surveys().rows if row["who"] == truth.STRANGER]
    start, end = truth.bounds(month)
    here = any(start <= moment < end for row in strangers if (moment := truth.when(row["评价时间"])))
    assert (truth.STRANGER in cards) == here
    assert "B001" not in cards


@months
def test_rows_of_every_source_are_conserved(month: str) -> None:
    expected = truth.expected_counts()
    for source in scored(month).sources:
        total = source.in_period + source.outside_period + source.rejected + source.duplicates
        assert source.rows == total == expected[source.name][0], source.name
        assert source.duplicates == expected[source.name][2], source.name
        # Only the columns that the rubric needs are checked, so fewer rows may be set aside.
        assert source.rejected <= expected[source.name][1], source.name


def test_counts_of_data_check_are_those_counted_again() -> None:
    run = run_csperf("data", "check", "--format", "json")
    sources = json.loads(run.out)["sources"]
    found = {source["name"]: (source["rows"], source["rejected"], source["duplicates"]) for source in sources}
    assert found == truth.expected_counts()
    for source in sources:
        assert source["accepted"] == source["rows"] - source["rejected"] - source["duplicates"]


@months
def test_json_is_valid_against_the_shipped_schema(month: str) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    run = run_sample("score", "--month", month, "-q", "--format", "json", "--lang", "en")
    jsonschema.Draft202012Validator(schema).validate(json.loads(run.out))


@months
def test_printed_parts_add_up_to_the_printed_total(month: str) -> None:
    agents = document(month)["agents"]
    assert len(agents) >= 11
    for agent in agents:
        for dimension in agent["dimensions"]:
            mine = [line for line in agent["indicators"] if line["dimension"] == dimension["name"]]
            scored_points = [line["points"] for line in mine if line["points"] is not None]
            assert dimension["points"] == (sum(scored_points) if scored_points else None)
            assert dimension["max_points"] == sum(line["max_points"] for line in mine)
        if agent["score"] is not None:
            assert agent["score"] == sum(dimension["points"] for dimension in agent["dimensions"])
        assert sum(dimension["max_points"] for dimension in agent["dimensions"]) == 100


@months
def test_json_says_the_same_as_the_cards(month: str) -> None:
    agents = {agent["agent_id"]: agent for agent in document(month)["agents"]}
    for agent_id, card in truth.expected_cards(month).items():
        agent = agents[agent_id]
        assert (agent["score"], agent["grade"]) == (card.score, card.grade)
        points = {line["name"]: line["points"] for line in agent["indicators"] if line["points"] is not None}
        assert points == card.points


def test_hashes_are_those_of_the_files() -> None:
    import hashlib

    for source in document("2025-06")["sources"]:
        assert source["files"]
        for file in source["files"]:
            assert file["sha256"] == hashlib.sha256((SAMPLE / file["path"]).read_bytes()).hexdigest()
