"""Records of periods from a few figures per agent or team, for rules and pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from scoring_sample import measure_of, rubric_of

from csperf.period import labels_up_to, length_of
from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Measure
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, CardOutcome, DimensionScore, Measurement, Scorecard, ScoreTable, Words
from csperf.scoring.history import PeriodRecord, ScoreSheet
from csperf.yaml_source import YamlSource

MEASURES = {"csat": measure_of("csat"), "reply": measure_of("reply", "mean", "s", "lower")}
DIMENSIONS: dict[str, dict[str, Any]] = {
    "quality": {
        "csat": {
            "weight": 60,
            "tiers": {"base": ">= 80%", "challenge": ">= 90%"},
            "score": {"curve": {"0%": 0, "100%": 100}},
        }
    },
    "speed": {
        "reply": {
            "weight": 40,
            "tiers": {"base": "<= 30s", "challenge": "<= 20s"},
            "score": {"curve": {"10s": 100, "60s": 0}},
        }
    },
}


def scheme_of(**clauses: Any) -> LoadedRubric:
    """A scheme of two dimensions with one indicator each, graded excellent, qualified, unqualified."""
    return load_as(rubric_of(DIMENSIONS, **clauses), MEASURES)


def load_as(rubric: Rubric, measures: dict[str, Measure]) -> LoadedRubric:
    """The scheme as if read from a file."""
    return LoadedRubric(rubric, measures, YamlSource("rubric.yaml", []), "0" * 64, ())


@dataclass(frozen=True)
class Result:
    """What one agent (or team, which then has members) came to in a period."""

    who: str
    score: str | None = None
    grade: str | None = None
    rank: int | None = None
    quality: str | None = None
    reply: str | None = None
    replies: int = 100
    tiers: Mapping[str, str] = field(default_factory=dict)

    def card(self, *, is_team: bool) -> Scorecard:
        agent = Agent(self.who, team=self.who, members=2) if is_team else Agent(self.who)
        quality = DimensionScore("quality", Decimal(60), Decimal(60), _decimal(self.quality))
        outcomes = tuple(
            CardOutcome("tier", tier, (Words("award-score", (("value", "1"), ("condition", "1"))),), indicator)
            for indicator, tier in self.tiers.items()
        )
        return Scorecard(agent, _decimal(self.score), self.grade, self.rank, Decimal(1), (quality,), (), (), outcomes)

    def measurement(self) -> Measurement:
        value = None if self.reply is None else Fraction(self.reply)
        return Measurement(self.who, "reply", value, sample_size=self.replies)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def record_of(
    label: str, scheme: LoadedRubric, agents: Sequence[Result], teams: Sequence[Result] | None = None,
    record: Literal["sealed", "open"] = "sealed",
) -> PeriodRecord:  # fmt: skip
    """The record of a period, made of its months."""
    count = {"month": 1, "quarter": 3, "year": 12}[length_of(label)]
    last = {"month": label, "quarter": f"{label[:4]}-{int(label[-1]) * 3:02}", "year": f"{label}-12"}[length_of(label)]
    return PeriodRecord(
        label, tuple(labels_up_to(last, count)), record, scheme, _sheet(label, scheme, agents, is_team=False),
        None if teams is None else _sheet(label, scheme, teams, is_team=True),
    )  # fmt: skip


def _sheet(label: str, scheme: LoadedRubric, results: Sequence[Result], *, is_team: bool) -> ScoreSheet:
    rubric = scheme.rubric
    cards = sorted(
        (result.card(is_team=is_team) for result in results),
        key=lambda card: (card.rank is None, card.rank, card.agent.agent_id),
    )
    table = ScoreTable(
        label=label, start="", end="", zone="Asia/Shanghai", rubric_name=rubric.name, rubric_version=rubric.version,
        rubric_sha256=scheme.sha256, rubric_title=rubric.title,
        grade_titles={grade.name: grade.title for grade in rubric.grades},
        dimension_titles=dict.fromkeys(rubric.dimensions), indicator_titles={"csat": "CSAT", "reply": "Reply"},
        sources=(), cards=tuple(cards), by="team" if is_team else "agent",
    )  # fmt: skip
    return ScoreSheet(table, {(result.who, "reply"): result.measurement() for result in results})
