"""All that are scored together, and what one agent's score takes from it: the role, the colleagues, the team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from csperf.rubric.measures import Measure
from csperf.rubric.quantities import Target
from csperf.rubric.scheme import Indicator, Rubric
from csperf.scoring.cards import Agent, Measurement, Status
from csperf.scoring.weights import Weights, choose_weights, share_weights


@dataclass(frozen=True)
class Contest:
    """A rubric, all agents and their measurements in one period. A team of None stands for everybody."""

    rubric: Rubric
    measures: Mapping[str, Measure]
    measurements: Mapping[tuple[str, str], Measurement]
    agents: tuple[Agent, ...]
    with_words: bool = True
    season: str | None = None
    is_running: bool = False
    # Most agents share one answer.
    _weights: dict[str | None, Weights] = field(default_factory=dict)
    _max_points: dict[tuple[str | None, tuple[bool, ...]], list[Decimal]] = field(default_factory=dict)
    _peers: dict[tuple[str | None, str], list[Fraction]] = field(default_factory=dict)
    _pools: dict[tuple[str | None, str], Measurement] = field(default_factory=dict)

    def find_measurement(self, agent_id: str, name: str) -> Measurement:
        """The agent's measurement; an empty one where there is none."""
        return self.measurements.get((agent_id, name)) or Measurement(agent_id, name, None)

    def find_scored(self, agent: Agent, name: str) -> Measurement:
        """What an indicator, tier, floor or award judges: the measurement, an amount as on a full period.

        Nothing is known of who was not here at all.
        """
        own = self.find_measurement(agent.agent_id, name)
        if own.value is None or not self.is_prorated(agent, name):
            return own
        return replace(own, value=own.value / agent.presence if agent.presence else None)

    def is_prorated(self, agent: Agent, name: str) -> bool:
        """Whether the value is an amount that the agent had less time for than a target supposes."""
        if agent.is_unit or agent.presence >= 1:
            return False
        indicator, measure = self.rubric.find_indicator(name), self.measures[name]
        return indicator.is_prorated(measure) if indicator else measure.is_volume and measure.better == "higher"

    def find_variant(self, agent: Agent) -> str | None:
        """The rubric's variant for the agent's role."""
        return next((name for name, variant in self.rubric.roles.items() if agent.role in variant.roles), None)

    def find_target(self, agent: Agent, name: str, indicator: Indicator) -> Target | None:
        """The target for the agent's role, or for teams; else the indicator's own."""
        if agent.is_unit:
            return indicator.team_target or indicator.target
        variant = self.find_variant(agent)
        return (self.rubric.roles[variant].targets.get(name) if variant is not None else None) or indicator.target

    def find_tiers(self, agent: Agent, name: str, indicator: Indicator) -> Mapping[str, Target]:
        """What reaches each tier for the agent's role; else as the indicator says."""
        variant = self.find_variant(agent)
        own = self.rubric.roles[variant].tiers.get(name) if variant is not None else None
        return indicator.tiers if own is None else own

    def find_weights(self, agent: Agent) -> Weights:
        """What each indicator weighs for the agent, in this season."""
        variant = self.find_variant(agent)
        if variant not in self._weights:
            self._weights[variant] = choose_weights(self.rubric, self.season, variant)
        return self._weights[variant]

    def find_max_points(self, agent: Agent, is_live: tuple[bool, ...]) -> list[Decimal]:
        """What the weights come to where these indicators are live."""
        key = self.find_variant(agent), is_live
        if key not in self._max_points:
            self._max_points[key] = share_weights(self.rubric, self.find_weights(agent).dimensions, is_live)
        return self._max_points[key]

    def list_peers(self, agent: Agent, name: str, indicator: Indicator) -> list[Fraction]:
        """The values, ascending, of the team's members (of all units) whose data is neither missing nor thin."""
        team = None if agent.is_unit else agent.team
        if (team, name) not in self._peers:
            found = [self.find_scored(member, name) for member in self._members_of(team)]
            self._peers[team, name] = sorted(
                one.value for one in found if one.value is not None and check_data(indicator, one) == "ok"
            )
        return self._peers[team, name]

    def pool_team(self, team: str | None, name: str) -> Measurement:
        """The team's Σ numerators ÷ Σ denominators; an empty measurement where these do not pool or are 0."""
        if (team, name) not in self._pools:
            found = [self.find_measurement(agent.agent_id, name) for agent in self._members_of(team)]
            pairs = [
                (one.numerator, one.denominator, one.sample_size) for one in found if self.measures[name].is_poolable
            ]
            known = [(of, to, size) for of, to, size in pairs if of is not None and to is not None]
            numerator = sum((of for of, _, _ in known), Fraction(0))
            denominator = sum((to for _, to, _ in known), Fraction(0))
            value = numerator / denominator if denominator else None
            size = sum(size for _, _, size in known)
            self._pools[team, name] = Measurement("", name, value, numerator, denominator, size)
        return self._pools[team, name]

    def _members_of(self, team: str | None) -> list[Agent]:
        return [agent for agent in self.agents if team is None or agent.team == team]


def check_data(indicator: Indicator, measurement: Measurement) -> Status:
    """Whether there is a value, and enough behind it for this indicator."""
    if measurement.value is None:
        return "missing"
    if indicator.small_sample and measurement.sample_size < indicator.small_sample.below:
        return "small_sample"
    return "ok"
