"""The same period under two rubrics: who gains, who loses, and by which indicator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from csperf.scoring.cards import Agent, Scorecard, ScoreTable, Standing, Words

_NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class IndicatorChange:
    """An indicator's points before and after, null where it was not scored; difference counts null as 0."""

    name: str
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal:
        """Points after − before."""
        return (self.after or _NOTHING) - (self.before or _NOTHING)


@dataclass(frozen=True)
class AgentChange:
    """One agent before and after; difference, the sum of the indicators', is null unless both have a score."""

    agent: Agent
    before: Standing
    after: Standing
    difference: Decimal | None
    indicators: tuple[IndicatorChange, ...]


@dataclass(frozen=True)
class Comparison:
    """Every agent of either table, those who gain most first, those who cannot be compared last.

    indicators: the sum of an indicator's differences over the agents that can be compared; these add up to total.
    provisional, warnings: what is said of either table, each sentence once.
    """

    agents: tuple[AgentChange, ...]
    indicators: Mapping[str, Decimal]
    gaining: int
    losing: int
    level: int
    unknown: int
    total: Decimal
    provisional: tuple[Words, ...]
    warnings: tuple[Words, ...]


def compare_tables(before: ScoreTable, after: ScoreTable) -> Comparison:
    """What changes from one table of a period to another."""
    old, new = ({card.agent.agent_id: card for card in table.cards} for table in (before, after))
    changes = [_compare_cards(old.get(agent_id), new.get(agent_id)) for agent_id in {**old, **new}]
    known = [(change, change.difference) for change in changes if change.difference is not None]
    totals: dict[str, Decimal] = {}
    for change, _ in known:
        for one in change.indicators:
            totals[one.name] = totals.get(one.name, _NOTHING) + one.difference
    return Comparison(
        agents=tuple(sorted(changes, key=_order)),
        indicators=totals,
        gaining=sum(difference > 0 for _, difference in known),
        losing=sum(difference < 0 for _, difference in known),
        level=sum(difference == 0 for _, difference in known),
        unknown=len(changes) - len(known),
        total=sum((difference for _, difference in known), _NOTHING),
        provisional=_each_once([*before.provisional, *after.provisional]),
        warnings=_each_once([*before.warnings, *after.warnings]),
    )


def _each_once(sentences: Iterable[Words]) -> tuple[Words, ...]:
    return tuple(dict.fromkeys(sentences))


def _compare_cards(before: Scorecard | None, after: Scorecard | None) -> AgentChange:
    card = after or before
    assert card
    old, new = _stand(before), _stand(after)
    points = [{line.name: line.points for line in one.indicators} if one else {} for one in (before, after)]
    return AgentChange(
        agent=card.agent,
        before=old,
        after=new,
        difference=new.score - old.score if old.score is not None and new.score is not None else None,
        indicators=tuple(
            IndicatorChange(name, points[0].get(name), points[1].get(name)) for name in {**points[0], **points[1]}
        ),
    )


def _stand(card: Scorecard | None) -> Standing:
    return card.standing if card else Standing()


def _order(change: AgentChange) -> tuple[bool, Decimal, str]:
    return change.difference is None, -(change.difference or _NOTHING), change.agent.agent_id
