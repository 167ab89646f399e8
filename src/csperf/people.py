"""Who is scored: the agents of a period, or the teams or the whole shop that they make up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from csperf.period import Period
from csperf.problems import Problem, ProblemsFound
from csperf.roster import Roster
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent

Scope = Literal["agent", "team", "shop"]
SHOP = "shop"
"""The name that the whole shop goes by where an agent's id would stand."""


def list_people(roster: Roster, span: Period, presence: Mapping[str, Fraction], seen: Collection[str]) -> list[Agent]:
    """Who was here in the time that counts, or is seen in its data, by id; never a bot."""
    here = [agent_id for agent_id, member in roster.members.items() if member.was_here(span)]
    return [
        replace(roster.find_agent(agent_id), presence=presence.get(agent_id, Fraction(1)))
        for agent_id in sorted({*here, *seen})
        if not roster.is_bot(agent_id)
    ]


def is_for(rubric: Rubric, agent: Agent) -> bool:
    """Whether the rubric scores people of this agent's role."""
    return not rubric.applies_to or agent.role in rubric.applies_to


def check_scope(roster: Roster, by: Scope) -> None:
    """Raises ProblemsFound where teams are asked for and nobody is in any."""
    persons = (member for agent_id, member in roster.members.items() if not roster.is_bot(agent_id))
    if by == "team" and not any(member.agent.team for member in persons):
        said = "the roster's column team names none" if roster.members else "there is no roster"
        hint = "the roster's column team says who is in which; --by shop needs no teams"
        raise ProblemsFound([Problem("roster-no-teams", f"nobody is in a team: {said}", hint=hint)])


def find_unit(roster: Roster, rubric: Rubric, by: Scope) -> Callable[[str | None], str | None] | None:
    """The unit that what an agent did is counted under (None: under none); None where agents stand for themselves.

    Rows that name nobody are the shop's. Bots, and those whom the rubric is not for, count for no unit.
    """
    if by == "agent":
        return None

    def unit_of(agent_id: str | None) -> str | None:
        if agent_id is None:
            return SHOP if by == "shop" else None
        agent = roster.find_agent(agent_id)
        if roster.is_bot(agent_id) or not is_for(rubric, agent):
            return None
        return SHOP if by == "shop" else agent.team

    return unit_of


def list_heads(roster: Roster, agents: Sequence[Agent]) -> list[Agent]:
    """Those who count as people of their unit: members of the roster, as a name that nobody knows may be anybody's."""
    return [agent for agent in agents if agent.agent_id in roster.members or not roster.members]


def list_units(agents: Sequence[Agent], by: Scope) -> list[Agent]:
    """The teams, or the shop, that these agents make up, by name."""
    members: dict[str, list[Agent]] = {SHOP: []} if by == "shop" else {}
    for agent in agents:
        unit = SHOP if by == "shop" else agent.team
        if unit is not None:
            members.setdefault(unit, []).append(agent)
    return [
        Agent(
            unit,
            team=unit if by == "team" else None,
            presence=sum((one.presence for one in found), Fraction(0)),
            members=len(found),
        )
        for unit, found in sorted(members.items())
    ]
