"""Points → totals, grades, ranks, coverage, outcomes, and the notes a card carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from csperf.rubric.fields import FULL_SCORE
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, CardOutcome, DimensionScore, IndicatorScore, Number, Scorecard, Words, words
from csperf.scoring.contest import Contest
from csperf.scoring.figures import format_judged, format_number, format_share
from csperf.scoring.outcomes import give_awards, list_floors, list_tiers

LEAST_COVERAGE = Decimal("0.5")
"""Below this share of the rubric's weight an agent gets no grade and no rank."""


def grade_agents(contest: Contest, scored: Sequence[tuple[Agent, Sequence[IndicatorScore]]]) -> tuple[Scorecard, ...]:
    """A scorecard per agent, best first, those without a rank last.

    Equal scores share a rank, and the ranks they take up are skipped: 1, 2, 2, 4.
    """
    rubric = contest.rubric
    cards = [_grade_agent(contest, agent, tuple(indicators)) for agent, indicators in scored]
    return rank_cards(contest, cards, lambda card: not _is_too_short(rubric, card.agent))


def rank_cards(
    contest: Contest, cards: Sequence[Scorecard], competes: Callable[[Scorecard], bool]
) -> tuple[Scorecard, ...]:
    """The cards with their ranks and awards, best first. Those that do not compete, or have no score, get no rank."""
    competing = [card.score for card in cards if card.score is not None and competes(card)]
    ranks: dict[Decimal, int] = {}
    for place, score in enumerate(sorted(competing, reverse=True), start=1):
        ranks.setdefault(score, place)
    ranked = [
        replace(card, rank=ranks[card.score]) if card.score is not None and competes(card) else card for card in cards
    ]
    count = len(competing)
    rewarded = [replace(card, outcomes=(*card.outcomes, *give_awards(contest, card, count))) for card in ranked]
    return tuple(sorted(rewarded, key=lambda card: (card.rank is None, card.rank, card.agent.agent_id)))


def grade_score(rubric: Rubric, score: Decimal) -> str:
    """The name of the grade that a printed score earns."""
    return next(grade.name for grade in rubric.grades if score >= grade.min)


def hold_floors(
    contest: Contest, agent: Agent, grade: str, dimensions: Sequence[DimensionScore], lines: Sequence[IndicatorScore]
) -> tuple[str, list[CardOutcome]]:
    """(the grade that the floors leave of an earned one, those that are not held)."""
    floors = list(list_floors(contest, agent, grade, dimensions, lines))
    order = [one.name for one in contest.rubric.grades]
    return max((grade, *(one.grade_at_most for one in floors if one.grade_at_most)), key=order.index), floors


def _is_too_short(rubric: Rubric, agent: Agent) -> bool:
    """Whether the agent was here for too little of the period to be ranked."""
    return rubric.least_presence is not None and not agent.is_unit and agent.presence < rubric.least_presence.value


def _grade_agent(contest: Contest, agent: Agent, indicators: tuple[IndicatorScore, ...]) -> Scorecard:
    rubric = contest.rubric
    dimensions = tuple(
        _total_dimension(name, weight, [one for one in indicators if one.dimension == name])
        for name, weight in contest.find_weights(agent).dimensions.items()
    )
    scored_weight = sum((one.weight for one in indicators if one.points is not None), Decimal(0))
    coverage = (scored_weight / FULL_SCORE).normalize()
    held = [one.name for one in indicators if one.policy == "hold"]
    outcomes = list(list_tiers(contest, agent, indicators))
    score = grade = None
    if not held and coverage >= LEAST_COVERAGE:
        score = sum((one.points for one in dimensions if one.points is not None), Decimal("0.00"))
        grade = grade_score(rubric, score)
        grade, floors = hold_floors(contest, agent, grade, dimensions, indicators)
        outcomes += floors
    return Scorecard(
        agent=agent, score=score, grade=grade, rank=None, coverage=coverage, dimensions=dimensions,
        indicators=indicators, notes=_write_notes(rubric, agent, scored_weight, coverage, held),
        outcomes=tuple(outcomes), variant=contest.find_variant(agent),
    )  # fmt: skip


def _total_dimension(name: str, weight: Decimal, indicators: Sequence[IndicatorScore]) -> DimensionScore:
    points = [one.points for one in indicators if one.points is not None]
    is_known = points and not any(one.policy == "hold" for one in indicators)
    return DimensionScore(
        name=name,
        weight=weight,
        max_points=sum((one.max_points for one in indicators), Decimal("0.00")),
        points=sum(points, Decimal("0.00")) if is_known else None,
    )


def _write_notes(
    rubric: Rubric, agent: Agent, scored_weight: Decimal, coverage: Decimal, held: Sequence[str]
) -> tuple[Words, ...]:
    notes = []
    if held:
        notes.append(words("note-held", indicators=", ".join(held), count=Number(len(held))))
    if coverage < LEAST_COVERAGE:
        notes.append(words("note-low-coverage", scored=format_number(Fraction(scored_weight))))
    elif coverage < 1:
        notes.append(words("note-scored-on", scored=format_number(Fraction(scored_weight))))
    if rubric.least_presence and _is_too_short(rubric, agent):
        least = rubric.least_presence.value
        presence = format_judged(agent.presence, "%", lambda value: value < least)
        notes.append(words("note-short-presence", presence=presence, least=format_share(least)))
    return tuple(notes)
