"""Months, quarters and years: from the ledger where they are sealed, computed where not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from csperf.months import (
    PeriodFinder,
    find_sealed,
    list_months,
    months_before,
    parse_label,
    read_span,
    simulate_span,
)
from csperf.pipeline import load_scheme, score_period
from csperf.problems import ProblemsFound
from csperf.render.words import say
from csperf.rubric.load import LoadedRubric
from csperf.scoring.cards import Words
from csperf.scoring.history import Adjustment, PeriodRecord
from csperf.session import Session
from csperf.workspace import load_workspace
from small_shop import CHINA, RUBRIC, csv_text, write_workspace

ROSTER = csv_text(
    ["agent_id", "name", "team", "joined_on"],
    [["A1", "Ann", "one", "2024-01-01"], ["A2", "Bo", "two", "2025-05-01"]],
)
RATINGS = {
    "2025-04": {"A1": (5, 5)},
    "2025-05": {"A1": (5, 2), "A2": (5, 5)},
    "2025-07": {"A1": (2, 2), "A2": (5, 5)},
}
SURVEYS = csv_text(
    ["survey_id", "agent_id", "responded_at", "rating"],
    [
        [f"{month}{agent}{number}", agent, f"{month}-0{number + 1} 10:00", rating]
        for month, agents in RATINGS.items()
        for agent, ratings in agents.items()
        for number, rating in enumerate(ratings)
    ],
)
TODAY = dt.date(2025, 8, 3)


@pytest.fixture(autouse=True)
def _pinned() -> Iterator[None]:
    with patch("csperf.months._today", return_value=TODAY):
        yield


@pytest.fixture
def session(tmp_path: Path) -> Session:
    folder = write_workspace(tmp_path / "shop", {"roster": ROSTER, "surveys": SURVEYS})
    (folder / "decoded").mkdir()
    return Session(load_workspace(folder / "csperf.yaml"), folder / "decoded")


@pytest.fixture
def scheme(session: Session) -> LoadedRubric:
    return load_scheme(session.workspace)


def span(session: Session, scheme: LoadedRubric, label: str, **more: Any) -> PeriodRecord:
    return read_span(session, scheme, parse_label(label, CHINA), **more).record


def scores(record: PeriodRecord) -> dict[str, str]:
    return {card.agent.agent_id: str(card.score) for card in record.agents.table.cards}


def said(sentences: tuple[Words, ...]) -> list[str]:
    return [say(one, "en") for one in sentences]


def sealed(record: PeriodRecord, *adjustments: Adjustment, on: str = "2025-06-05") -> Any:
    """The ledger's reader, as if this month were sealed."""
    kept = replace(record, record="sealed", sealed_on=on, adjustments=adjustments)
    return patch("csperf.months.read_month", lambda ledger, label: kept if label == record.label else None)


def test_months_of_a_period() -> None:
    quarter = parse_label("2025Q1", CHINA)
    assert [month.label for month in list_months(quarter)] == ["2025-01", "2025-02", "2025-03"]
    assert [month.label for month in list_months(parse_label("2025-02", CHINA))] == ["2025-02"]
    assert len(list_months(parse_label("2024", CHINA))) == 12
    assert [one.label for one in months_before(parse_label("2025-02", CHINA), 3)] == ["2024-12", "2025-01", "2025-02"]


def test_a_quarter_is_the_mean_of_the_months_that_are_over_and_have_data(
    session: Session, scheme: LoadedRubric
) -> None:
    record = span(session, scheme, "2025Q2")
    assert record.months == ("2025-04", "2025-05")
    assert record.record == "open"
    # 50 % where 90 % is asked costs 2 points for each percent.
    assert scores(record) == {"A1": "60.00", "A2": "100.00"}
    table = record.agents.table
    assert said(table.provisional) == ["computed from today's files, not from sealed months: 2025-04 – 2025-05"]
    assert "no data, so not counted: 2025-06" in said(table.warnings)
    (source,) = table.sources
    assert (source.rows, source.in_period, source.outside_period) == (10, 6, 4)


def test_sealed_months_are_not_computed_again(session: Session, scheme: LoadedRubric) -> None:
    may = span(session, scheme, "2025-05")
    worse = tuple(replace(card, score=Decimal("10.00")) for card in may.first.table.cards)
    with sealed(replace(may, first=replace(may.first, table=replace(may.first.table, cards=worse)))):
        record = span(session, scheme, "2025Q2")
        assert scores(record) == {"A1": "55.00", "A2": "10.00"}
        assert [month.is_sealed for month in record.agents.table.cards[0].months] == [False, True]
        assert said(record.agents.table.provisional) == ["computed from today's files, not from sealed months: 2025-04"]
        assert scores(span(session, scheme, "2025Q2", ignore_ledger=True)) == {"A1": "60.00", "A2": "100.00"}


def test_a_sealed_month_is_shown_as_sealed_with_what_was_adjusted(session: Session, scheme: LoadedRubric) -> None:
    may = span(session, scheme, "2025-05")
    card = may.first.table.cards[-1]
    other = replace(card, score=card.score and card.score + 1)
    changed = replace(may.first, table=replace(may.first.table, cards=(*may.first.table.cards[:-1], other)))
    with sealed(may, Adjustment(1, "2025-07-01", "late survey", "Li", changed)):
        found = read_span(session, scheme, parse_label("2025-05", CHINA))
        assert found.measured == ()
        table = found.record.agents.table
        assert said(table.record) == ["sealed on 2025-06-05", "adjusted on 2025-07-01: late survey; approved by Li"]
        assert [one.original for one in table.cards] == [None, card.standing]
        fresh = read_span(session, scheme, parse_label("2025-05", CHINA), ignore_ledger=True)
        assert fresh.record.agents.table.record == ()
        assert len(fresh.measured) == 1


def test_a_month_that_is_cut_is_never_from_the_ledger(session: Session, scheme: LoadedRubric) -> None:
    may = parse_label("2025-05", CHINA)
    with sealed(span(session, scheme, "2025-05")):
        cut = read_span(session, scheme, may, as_of=dt.date(2025, 5, 1))
    assert cut.record.agents.table.as_of == "2025-05-01"
    assert cut.record.agents.table.record == ()


def test_it_is_said_where_a_month_was_sealed_by_another_rubric(session: Session, scheme: LoadedRubric) -> None:
    may = span(session, scheme, "2025-05")
    later = replace(scheme, rubric=scheme.rubric.model_copy(update={"version": "2"}))
    with sealed(may):
        warnings = said(span(session, later, "2025-05").agents.table.warnings)
        assert "2025-05 was sealed with rubric small 1, which counts; the workspace now has small 2 " \
               "(--fresh scores with that)" in warnings  # fmt: skip
        assert not any("small 2" in one for one in said(span(session, scheme, "2025-05").agents.table.warnings))


def test_a_period_is_graded_by_what_its_last_month_was_sealed_with(session: Session, scheme: LoadedRubric) -> None:
    july = span(session, scheme, "2025-07")
    later = replace(scheme, rubric=scheme.rubric.model_copy(update={"version": "2"}))
    quarter = parse_label("2025Q3", CHINA)
    with sealed(july), patch("csperf.months._today", return_value=dt.date(2025, 10, 2)):
        # September has no data and is not sealed, so that today's rubric still counts.
        assert read_span(session, later, quarter).record.agents.table.rubric_version == "2"
    with sealed(july):
        # Of the months that are over July is the last.
        assert read_span(session, later, quarter, as_of=TODAY).record.agents.table.rubric_version == "1"


def test_teams_of_sealed_months_are_those_that_were_sealed(session: Session, scheme: LoadedRubric) -> None:
    may = span(session, scheme, "2025-05")
    teams = span(session, scheme, "2025-05", by="team")
    assert scores(teams) == {"one": "20.00", "two": "100.00"}
    with sealed(replace(may, first_teams=teams.first)):
        assert scores(span(session, scheme, "2025-05", by="team")) == scores(teams)
        assert scores(span(session, scheme, "2025Q2", by="team")) == {"one": "60.00", "two": "100.00"}
    with sealed(may), pytest.raises(ProblemsFound, match="nobody was in a team when 2025-05 was sealed"):
        span(session, scheme, "2025-05", by="team")


def test_the_shop_is_computed_even_where_a_month_is_sealed(session: Session, scheme: LoadedRubric) -> None:
    with sealed(span(session, scheme, "2025-05")):
        for label in ("2025-05", "2025Q2"):
            table = span(session, scheme, label, by="shop").agents.table
            assert table.record == () or table.rollup == "mean"
            assert any("the shop is computed from today's files: 2025-05" in one for one in said(table.warnings))


def test_a_rubric_may_pool_instead(session: Session) -> None:
    path = session.workspace.folder / "rubric.yaml"
    path.write_text(RUBRIC + "rollup: {method: pooled}\n", "utf-8")
    record = span(session, load_scheme(session.workspace), "2025Q2")
    # 3 of 4 are satisfied in all; the mean of the months' scores would be 60.
    assert scores(record) == {"A1": "70.00", "A2": "100.00"}
    table = record.agents.table
    assert (table.rollup, table.months, table.cards[0].months) == ("pooled", (), ())
    assert record.months == ("2025-04", "2025-05", "2025-06")


def test_a_running_year_counts_the_months_that_are_over(session: Session, scheme: LoadedRubric) -> None:
    record = span(session, scheme, "2025", as_of=TODAY)
    assert record.months == ("2025-04", "2025-05", "2025-07")
    assert (record.agents.table.as_of, record.agents.table.days_left) == ("2025-08-03", 150)
    until_june = span(session, scheme, "2025", as_of=dt.date(2025, 6, 30))
    assert until_june.months == ("2025-04", "2025-05")


@pytest.mark.parametrize(
    ("label", "as_of", "code"),
    [
        ("2025Q3", dt.date(2025, 7, 20), "rollup-no-month"),
        ("2025Q1", None, "data-nothing-in-period"),
        ("2025-06", None, "data-nothing-in-period"),
    ],
)
def test_what_has_nothing_to_show_says_so(
    session: Session, scheme: LoadedRubric, label: str, as_of: dt.date | None, code: str
) -> None:
    with pytest.raises(ProblemsFound) as found:
        span(session, scheme, label, as_of=as_of)
    assert [problem.code for problem in found.value.problems] == [code]


def test_a_problem_of_one_month_is_that_of_the_quarter(session: Session, scheme: LoadedRubric) -> None:
    (session.workspace.folder / "surveys.csv").write_text("survey_id\nS1\n", "utf-8")
    with pytest.raises(ProblemsFound, match="responded_at"):
        span(session, scheme, "2025Q2")


def test_periods_are_found_by_their_labels_and_each_month_is_computed_once(
    session: Session, scheme: LoadedRubric
) -> None:
    finder = PeriodFinder(session, scheme)
    with patch("csperf.months.score_period", wraps=score_period) as scored:
        found = {label: finder.find(label) for label in ("2025", "2025Q2", "2025-05", "2025-06", "2025-08", "2024")}
    asked = [(call.args[2].label, call.kwargs.get("by")) for call in scored.call_args_list]
    assert len(asked) == len(set(asked))
    assert {label: one and one.months for label, one in found.items()} == {
        "2025": ("2025-04", "2025-05", "2025-07"), "2025Q2": ("2025-04", "2025-05"), "2025-05": ("2025-05",),
        "2025-06": None, "2025-08": None, "2024": None,
    }  # fmt: skip
    quarter = found["2025Q2"]
    assert quarter is not None
    assert quarter.teams is not None
    assert scores(replace(quarter, first=quarter.teams)) == {"one": "60.00", "two": "100.00"}
    assert scores(quarter) == scores(span(session, scheme, "2025Q2"))


def test_no_label_is_refused(session: Session, scheme: LoadedRubric) -> None:
    for label in ("2025-13", "2025Q7", "last week"):
        with pytest.raises(ValueError, match="write it like"):
            PeriodFinder(session, scheme).find(label)


def test_nothing_is_sealed_without_a_ledger(session: Session) -> None:
    assert find_sealed(session, "2025-05") is None


def test_a_simulation_of_a_quarter_compares_the_means_that_score_shows(session: Session, scheme: LoadedRubric) -> None:
    milder = session.workspace.folder / "milder.yaml"
    milder.write_text(RUBRIC.replace("deduct: 2", "deduct: 1").replace("name: small", "name: milder"), "utf-8")
    after = load_scheme(session.workspace, str(milder))
    with sealed(span(session, scheme, "2025-05")):
        found = simulate_span(session, scheme, after, parse_label("2025Q2", CHINA))
    assert [(one.agent.agent_id, str(one.difference)) for one in found.comparison.agents] == [
        ("A1", "20.00"),
        ("A2", "0.00"),
    ]
