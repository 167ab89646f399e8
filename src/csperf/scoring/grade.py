"""Points → totals, grades, ranks, coverage, and the notes a card carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, DimensionScore, IndicatorScore, Number, Scorecard, Words, words
from csperf.scoring.figures import format_number

LEAST_COVERAGE = Decimal("0.5")
"""Below this share of the rubric's weight an agent gets no grade and no rank."""


def grade_agents(rubric: Rubric, scored: Sequence[tuple[Agent, Sequence[IndicatorScore]]]) -> tuple[Scorecard, ...]:
    """A scorecard per agent, best first, those without a score last.

    Equal scores share a rank, and the ranks they take up are skipped: 1, 2, 2, 4.
    """
    cards = [_grade_agent(rubric, agent, tuple(indicators)) for agent, indicators in scored]
    scores = sorted((card.score for card in cards if card.score is not None), reverse=True)
    ranks: dict[Decimal | None, int] = {}
    for place, score in enumerate(scores, start=1):
        ranks.setdefault(score, place)
    ranked = [replace(card, rank=ranks.get(card.score)) for card in cards]
    return tuple(sorted(ranked, key=lambda card: (card.rank is None, card.rank, card.agent.agent_id)))


def grade_score(rubric: Rubric, score: Decimal) -> str:
    """The name of the grade that a printed score earns."""
    return next(grade.name for grade in rubric.grades if score >= grade.min)


def _grade_agent(rubric: Rubric, agent: Agent, indicators: tuple[IndicatorScore, ...]) -> Scorecard:
    dimensions = tuple(
        _total_dimension(name, dimension.weight, [one for one in indicators if one.dimension == name])
        for name, dimension in rubric.dimensions.items()
    )
    scored_weight = sum((one.weight for one in indicators if one.points is not None), Decimal(0))
    coverage = (scored_weight / 100).normalize()
    held = [one.name for one in indicators if one.policy == "hold"]
    score = None
    if not held and coverage >= LEAST_COVERAGE:
        score = sum((one.points for one in dimensions if one.points is not None), Decimal("0.00"))
    return Scorecard(
        agent=agent,
        score=score,
        grade=None if score is None else grade_score(rubric, score),
        rank=None,
        coverage=coverage,
        dimensions=dimensions,
        indicators=indicators,
        notes=_write_notes(scored_weight, coverage, held),
    )


def _total_dimension(name: str, weight: Decimal, indicators: Sequence[IndicatorScore]) -> DimensionScore:
    points = [one.points for one in indicators if one.points is not None]
    is_known = points and not any(one.policy == "hold" for one in indicators)
    return DimensionScore(
        name=name,
        weight=weight,
        max_points=sum((one.max_points for one in indicators), Decimal("0.00")),
        points=sum(points, Decimal("0.00")) if is_known else None,
    )


def _write_notes(scored_weight: Decimal, coverage: Decimal, held: Sequence[str]) -> tuple[Words, ...]:
    notes = []
    if held:
        notes.append(words("note-held", indicators=", ".join(held), count=Number(len(held))))
    if coverage < LEAST_COVERAGE:
        notes.append(words("note-low-coverage", scored=format_number(Fraction(scored_weight))))
    elif coverage < 1:
        notes.append(words("note-scored-on", scored=format_number(Fraction(scored_weight))))
    return tuple(notes)
