"""A year on record: the mean of its sealed months is what plain Python makes of them, adjusted ones among them."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import year_truth as truth
from small_shop import run_csperf

LATE = "late/daily-2025-02-late.csv"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample year with its twelve months sealed, and February adjusted once its late file was there."""
    folder = tmp_path_factory.mktemp("year") / "team"
    shutil.copytree(truth.YEAR, folder, ignore=shutil.ignore_patterns("ledger"))
    for month in truth.MONTHS:
        run = run_csperf("seal", "--month", month, cwd=folder)
        assert run.code == 0, run.err
    shutil.copy(folder / LATE, folder / "exports")
    words = ("--adjust", "--reason", "two days came late", "--approved-by", "何静")
    run = run_csperf("seal", "--month", "2025-02", *words, cwd=folder)
    assert run.code == 0, run.err
    return folder


def score(folder: Path, *words: str) -> dict[str, Any]:
    run = run_csperf("score", "--format", "json", *words, cwd=folder)
    assert run.code == 0, run.err
    table: dict[str, Any] = json.loads(run.out, parse_float=Decimal)
    return table


def months_on_record(*months: str) -> dict[str, dict[str, truth.Card]]:
    return {month: truth.month_cards(month, with_late=True) for month in months or truth.MONTHS}


def assert_is_the_mean(table: dict[str, Any], cards: dict[str, dict[str, truth.Card]]) -> None:
    means = truth.mean_cards(cards)
    agents = {agent["agent_id"]: agent for agent in table["agents"]}
    assert {who: (agent["score"], agent["grade"], agent["rank"]) for who, agent in agents.items()} == {
        who: (card.score, card.grade, card.rank) for who, card in means.items()
    }
    for who, agent in agents.items():
        parts = {dimension["name"]: dimension["points"] for dimension in agent["dimensions"]}
        assert sum(parts.values()) == agent["score"]
        for name, points in parts.items():
            # Rounding the parts so that they add up moves each by less than a cent.
            assert abs(Fraction(points) - truth.mean_dimension(cards, who, name)) < Fraction(1, 100)


def test_the_year_is_the_mean_of_its_months(ledger: Path) -> None:
    table = score(ledger, "--year", "2025")
    assert_is_the_mean(table, months_on_record())
    agents = {agent["agent_id"]: agent for agent in table["agents"]}
    # A joiner, a leaver and a month of leave: fewer months, each of them whole.
    scored = {
        who: [one["label"] for one in agent["months"] if one["score"] is not None] for who, agent in agents.items()
    }
    assert scored["C08"] == truth.MONTHS[5:]
    assert scored["C07"] == truth.MONTHS[:8]
    assert scored["C05"] == [month for month in truth.MONTHS if month != "2025-09"]


@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
def test_quarters_are_the_mean_of_their_months(ledger: Path, quarter: int) -> None:
    table = score(ledger, "--quarter", f"2025Q{quarter}")
    assert_is_the_mean(table, months_on_record(*truth.MONTHS[3 * quarter - 3 : 3 * quarter]))


def test_the_same_year_unsealed_is_the_mean_of_what_its_files_come_to() -> None:
    months = {month: truth.month_cards(month) for month in truth.MONTHS}
    assert_is_the_mean(score(truth.YEAR, "--year", "2025"), months)


def test_an_adjusted_month_shows_both_scores(ledger: Path) -> None:
    before, after = (truth.month_cards("2025-02", with_late=late)["C03"] for late in (False, True))
    assert (before.grade, after.grade) == ("unqualified", "qualified")
    (agent,) = score(ledger, "--month", "2025-02", "--agent", "C03")["agents"]
    assert (agent["score"], agent["original"]["score"]) == (after.score, before.score)


def test_the_exemption_shows_both_scores(ledger: Path) -> None:
    without = truth.month_cards("2025-01", with_exemptions=False)["C02"]
    (agent,) = score(ledger, "--month", "2025-01", "--agent", "C02")["agents"]
    assert agent["score"] == truth.month_cards("2025-01")["C02"].score
    assert agent["unexempted"]["score"] == without.score != agent["score"]


def test_the_record_holds(ledger: Path) -> None:
    run = run_csperf("verify", cwd=ledger)
    assert run.code == 0, run.out + run.err
