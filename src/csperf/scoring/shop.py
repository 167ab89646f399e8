"""What one agent's score needs of the others: the values of colleagues, and a team's pooled value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from csperf.rubric.measures import Measure
from csperf.rubric.scheme import Indicator, Rubric
from csperf.scoring.cards import Agent, Measurement, Status


@dataclass(frozen=True)
class Shop:
    """All agents and their measurements in one period. A team of None stands for everybody.

    max_points: what the weights come to, by which indicators are live; most agents share one answer.
    """

    rubric: Rubric
    measures: Mapping[str, Measure]
    measurements: Mapping[tuple[str, str], Measurement]
    agents: tuple[Agent, ...]
    with_words: bool = True
    max_points: dict[tuple[bool, ...], list[Decimal]] = field(default_factory=dict)
    _peers: dict[tuple[str | None, str], list[Fraction]] = field(default_factory=dict)
    _pools: dict[tuple[str | None, str], Measurement] = field(default_factory=dict)

    def find_measurement(self, agent_id: str, name: str) -> Measurement:
        """The agent's measurement; an empty one where there is none."""
        return self.measurements.get((agent_id, name)) or Measurement(agent_id, name, None)

    def list_peers(self, team: str | None, name: str, indicator: Indicator) -> list[Fraction]:
        """The values, ascending, of the team's members whose data is neither missing nor thin."""
        if (team, name) not in self._peers:
            self._peers[team, name] = sorted(
                one.value
                for one in self._measurements_of(team, name)
                if one.value is not None and check_data(indicator, one) == "ok"
            )
        return self._peers[team, name]

    def pool_team(self, team: str | None, name: str) -> Measurement:
        """The team's Σ numerators ÷ Σ denominators; an empty measurement where these do not pool or are 0."""
        if (team, name) not in self._pools:
            pairs = [
                (one.numerator, one.denominator, one.sample_size)
                for one in self._measurements_of(team, name)
                if self.measures[name].is_poolable
            ]
            known = [(of, to, size) for of, to, size in pairs if of is not None and to is not None]
            numerator = sum((of for of, _, _ in known), Fraction(0))
            denominator = sum((to for _, to, _ in known), Fraction(0))
            value = numerator / denominator if denominator else None
            size = sum(size for _, _, size in known)
            self._pools[team, name] = Measurement("", name, value, numerator, denominator, size)
        return self._pools[team, name]

    def _measurements_of(self, team: str | None, name: str) -> list[Measurement]:
        members = (agent for agent in self.agents if team is None or agent.team == team)
        return [self.find_measurement(agent.agent_id, name) for agent in members]


def check_data(indicator: Indicator, measurement: Measurement) -> Status:
    """Whether there is a value, and enough behind it for this indicator."""
    if measurement.value is None:
        return "missing"
    if indicator.small_sample and measurement.sample_size < indicator.small_sample.below:
        return "small_sample"
    return "ok"
