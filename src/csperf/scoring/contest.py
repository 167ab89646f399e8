"""All that are scored together, and what one agent's score takes from it: the role, the colleagues, the team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from csperf.period import Length
from csperf.rubric.measures import Measure
from csperf.rubric.quantities import Target
from csperf.rubric.scheme import Indicator, Rubric
from csperf.scoring.cards import Agent, Measurement, Status, Title
from csperf.scoring.weights import Weights, choose_weights, share_weights


@dataclass(frozen=True)
class Relief:
    """What exemptions do for one agent in one indicator.

    measured: the measure and its parts without the rows that are left out, by name; empty: none are.
    restored: points given back, each with the reason; None: all that there are.
    """

    measured: Mapping[str, Measurement] = field(default_factory=dict)
    restored: tuple[tuple[Decimal | None, str], ...] = ()


@dataclass(frozen=True)
class Contest:
    """A rubric, all agents and their measurements in one period. A team of None stands for everybody.

    length: of the period, whose awards are given. reliefs: by agent_id and indicator; to colleagues and the
    team's value they are nothing.
    """

    rubric: Rubric
    measures: Mapping[str, Measure]
    measurements: Mapping[tuple[str, str], Measurement]
    agents: tuple[Agent, ...]
    with_words: bool = True
    season: str | None = None
    is_running: bool = False
    length: Length = "month"
    reliefs: Mapping[tuple[str, str], Relief] = field(default_factory=dict)
    # Most agents share one answer.
    _weights: dict[str | None, Weights] = field(default_factory=dict)
    _max_points: dict[tuple[str | None, tuple[bool, ...]], list[Decimal]] = field(default_factory=dict)
    _peers: dict[tuple[str | None, str], list[Fraction]] = field(default_factory=dict)
    _pools: dict[tuple[str | None, str], Measurement] = field(default_factory=dict)

    def find_measurement(self, agent_id: str, name: str) -> Measurement:
        """The agent's measurement, exempted rows left out; an empty one where there is none."""
        return self.find_part(agent_id, name, name)

    def find_part(self, agent_id: str, name: str, part: str) -> Measurement:
        """What a part of a measure came to in it: without the rows that are exempted from that measure."""
        relief = self.reliefs.get((agent_id, name))
        if relief and part in relief.measured:
            return relief.measured[part]
        return self.find_unexempted(agent_id, part)

    def find_unexempted(self, agent_id: str, name: str) -> Measurement:
        """The agent's measurement of all rows."""
        return self.measurements.get((agent_id, name)) or Measurement(agent_id, name, None)

    def find_scored(self, agent: Agent, name: str) -> Measurement:
        """What an indicator, tier, floor or award judges: the measurement, an amount as on a full period.

        Nothing is known of who was not here at all.
        """
        return self._as_on_full_period(agent, name, self.find_measurement(agent.agent_id, name))

    def _as_on_full_period(self, agent: Agent, name: str, own: Measurement) -> Measurement:
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
        """The values, ascending, of the team's members (of all units) whose data is neither missing nor thin.

        What is exempted counts for the agent alone: nobody loses points by what a colleague is granted.
        """
        team = None if agent.is_unit else agent.team
        if (agent.agent_id, name) in self.reliefs:
            others = [member for member in self._members_of(team) if member.agent_id != agent.agent_id]
            return self._list_values(others, name, indicator, self.find_scored(agent, name))
        if (team, name) not in self._peers:
            self._peers[team, name] = self._list_values(self._members_of(team), name, indicator)
        return self._peers[team, name]

    def _list_values(
        self, members: Sequence[Agent], name: str, indicator: Indicator, *beside: Measurement
    ) -> list[Fraction]:
        found = [
            self._as_on_full_period(member, name, self.find_unexempted(member.agent_id, name)) for member in members
        ]
        return sorted(
            one.value for one in (*found, *beside) if one.value is not None and check_data(indicator, one) == "ok"
        )

    def pool_team(self, team: str | None, name: str) -> Measurement:
        """The team's Σ numerators ÷ Σ denominators; an empty measurement where these do not pool or are 0."""
        if (team, name) not in self._pools:
            found = [self.find_unexempted(agent.agent_id, name) for agent in self._members_of(team)]
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

    def find_title(self, name: str) -> Title:
        """The title of an indicator, or of a measure that is none."""
        indicator = self.rubric.find_indicator(name)
        return Title(name, (indicator.title if indicator else None) or self.measures[name].title)

    def find_grade_title(self, name: str) -> Title:
        """What the rubric calls a grade."""
        return Title(name, next(grade.title for grade in self.rubric.grades if grade.name == name))

    def _members_of(self, team: str | None) -> list[Agent]:
        return [agent for agent in self.agents if team is None or agent.team == team]


def check_data(indicator: Indicator, measurement: Measurement) -> Status:
    """Whether there is a value, and enough behind it for this indicator."""
    if measurement.value is None:
        return "missing"
    if indicator.small_sample and measurement.sample_size < indicator.small_sample.below:
        return "small_sample"
    return "ok"
