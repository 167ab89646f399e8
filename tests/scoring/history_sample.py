"""Months made by hand: agents with presence and measured values, scored, as a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from scoring_sample import measured

from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Measure
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, ScoreTable
from csperf.scoring.history import Adjustment, History, PeriodRecord, ScoreSheet
from csperf.scoring.score import score_agents

ZONE = "Asia/Shanghai"


def scheme_of(rubric: Rubric, measures: Mapping[str, Measure], sha256: str = "0" * 64) -> LoadedRubric:
    """A scheme that was never a file."""
    return LoadedRubric(rubric, dict(measures), cast(Any, None), sha256, ())


def sheet_of(scheme: LoadedRubric, values: Mapping[Agent, Mapping[str, Any]], label: str = "2025-06") -> ScoreSheet:
    """Everybody's card; a value stands alone or as (numerator, denominator)."""
    measurements = dict(
        measured(agent.agent_id, name, *(value if isinstance(value, tuple) else (value,)))
        for agent, own in values.items() for name, value in own.items()
    )  # fmt: skip
    rubric = scheme.rubric
    cards = score_agents(rubric, scheme.measures, measurements, list(values))
    table = ScoreTable(
        label=label, start=label, end=label, zone=ZONE, rubric_name=rubric.name, rubric_version=rubric.version,
        rubric_sha256=scheme.sha256, rubric_title=rubric.title, grade_titles={}, dimension_titles={},
        indicator_titles={}, sources=(), cards=cards,
    )  # fmt: skip
    return ScoreSheet(table, measurements)


def month_of(
    scheme: LoadedRubric, label: str, values: Mapping[Agent, Mapping[str, Any]],
    adjusted: Mapping[Agent, Mapping[str, Any]] | None = None, teams: Mapping[Agent, Mapping[str, Any]] | None = None,
) -> PeriodRecord:  # fmt: skip
    """An open month; a sealed one where it was adjusted since."""
    first = sheet_of(scheme, values, label)
    first_teams = sheet_of(scheme, teams, label) if teams else None
    if adjusted is None:
        return PeriodRecord(label, (label,), "open", scheme, first, first_teams)
    change = Adjustment(1, "2025-07-20", "late surveys", "Chen", sheet_of(scheme, adjusted, label))
    return PeriodRecord(label, (label,), "sealed", scheme, first, first_teams, (change,), "2025-07-06")


def history_of(scheme: LoadedRubric, months: Mapping[str, Mapping[Agent, Mapping[str, Any]]]) -> History:
    """Open months in the order given."""
    return History(tuple(month_of(scheme, label, values) for label, values in months.items()))


def labels_of(history: History) -> Sequence[str]:
    """Those with data."""
    return [month.label for month in history.months]
