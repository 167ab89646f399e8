"""The sample year: its files are what the generator writes, its months come to what plain Python makes of them."""

from __future__ import annotations

import importlib.util
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import year_truth as truth
from small_shop import SAMPLE, run_csperf

REPLY, SATISFIED = "average_reply_reported", "satisfaction_reported"


@pytest.fixture(scope="module")
def generator() -> Any:
    """`sample_data/generate_year.py`, which finds the shop's modules beside it as a script does."""
    sys.path.insert(0, str(SAMPLE))
    spec = importlib.util.spec_from_file_location("sample_data_generate_year", SAMPLE / "generate_year.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(SAMPLE))
    return module


def score(*arguments: str, cwd: Path = truth.YEAR) -> dict[str, Any]:
    run = run_csperf("score", "--format", "json", *arguments, cwd=cwd)
    assert run.code == 0, run.err
    table: dict[str, Any] = json.loads(run.out)
    return table


def cards_of(table: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {agent["agent_id"]: (agent["score"], agent["grade"], agent["rank"]) for agent in table["agents"]}


def expected(cards: dict[str, truth.Card]) -> dict[str, tuple[Any, ...]]:
    return {who: (float(card.score or 0), card.grade, card.rank) for who, card in cards.items()}


# ── the files ─────────────────────────────────────────────────────────────────────────────────────


def test_checked_in_files_are_what_the_generator_writes(generator: Any) -> None:
    made = generator.make_files()
    kept = [path for path in truth.YEAR.rglob("*") if path.suffix == ".csv" and "ledger" not in path.parts]
    assert sorted(made) == sorted(path.relative_to(truth.YEAR).as_posix() for path in kept)
    for name, content in made.items():
        assert content == (truth.YEAR / name).read_bytes(), f"{name}: run sample_data/generate_year.py"


def test_the_year_stays_small() -> None:
    assert sum(path.stat().st_size for path in truth.YEAR.rglob("*") if path.is_file()) < 400_000


def test_each_months_team_comes_to_its_plan_exactly(generator: Any) -> None:
    for month, (reply, satisfied) in generator.TEAM.items():
        rows = [row for own in truth.read_month(f"2025-{month:02}").values() for row in own]
        assert truth.reply_seconds(rows) == reply
        assert truth.satisfaction(rows) == Fraction(satisfied, 100)


def test_the_case_of_seed_003_is_in_it(generator: Any) -> None:
    assert (generator.TEAM[3], generator.TEAM[6]) == ((45, 82), (22, 93))


def test_no_day_stands_in_the_file_and_in_the_late_one() -> None:
    for month in truth.MONTHS:
        for own in truth.read_month(month, with_late=True).values():
            days = [row["日期"] for row in own]
            assert len(days) == len(set(days))


def test_readme_tells_the_plan_and_the_scores(generator: Any) -> None:
    readme = (truth.YEAR / "README.md").read_text(encoding="utf-8")
    for month, (reply, satisfied) in generator.TEAM.items():
        assert f"| 2025-{month:02} | {reply} s | {satisfied} % |\n" in readme
    months = {month: truth.month_cards(month) for month in truth.MONTHS}
    for who, card in truth.mean_cards(months).items():
        assert f"| {who} | {card.score} | {card.grade} |" in readme


# ── what csperf makes of them ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("month", truth.MONTHS)
def test_months_are_what_plain_python_makes_of_the_rows(month: str) -> None:
    found = cards_of(score("--month", month))
    cards = expected(truth.month_cards(month))
    assert found == cards | dict.fromkeys(found.keys() - cards.keys(), (None, None, None))
    assert found.keys() - cards.keys() == ({"C05"} if month == "2025-09" else set())


def test_the_response_time_weighs_more_from_april_on() -> None:
    weights = [
        indicator["weight"]
        for month in ("2025-03", "2025-04")
        for indicator in score("--month", month, "--agent", "C01")["agents"][0]["indicators"]
        if indicator["name"] == REPLY
    ]
    assert weights == [20, 30]


@pytest.mark.parametrize(("month", "who"), [("2025-04", "C06"), ("2025-07", "yuanmengqi@shop.example")])
def test_an_exemption_that_does_not_count_is_said(month: str, who: str) -> None:
    said = [warning for warning in score("--month", month)["warnings"] if "exemption" in warning]
    assert len(said) == 1
    assert who in said[0]


def test_the_rubric_is_valid_without_a_warning() -> None:
    run = run_csperf("rubric", "validate", cwd=truth.YEAR)
    assert (run.code, run.out, run.err) == (0, "", "")


# ── a copy of one's own ───────────────────────────────────────────────────────────────────────────


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_init_copies_the_year(tmp_path: Path) -> None:
    run = run_csperf("init", "team", "--sample", "year", "--lang", "en", cwd=tmp_path)
    assert run.code == 0
    assert "rubrics/chat-team.yaml" in run.err
    assert files_of(tmp_path / "team") == files_of(truth.YEAR)
    assert score("--month", "2025-06", cwd=tmp_path / "team") == score("--month", "2025-06")


@pytest.mark.parametrize("words", [(), ("--sample", "shop")])
def test_init_leaves_the_year_out_of_the_shop(words: tuple[str, ...], tmp_path: Path) -> None:
    assert run_csperf("init", "shop", *words, cwd=tmp_path).code == 0
    assert not any(name.startswith("year/") for name in files_of(tmp_path / "shop"))
    assert (tmp_path / "shop" / "rubrics" / "aftersales-60-20-20.yaml").is_file()


def test_init_takes_a_sample_or_exports(tmp_path: Path) -> None:
    run = run_csperf("init", "--sample", "year", "--from", "x.csv", cwd=tmp_path)
    assert run.code == 2
    assert "--sample" in run.err
