"""Who is scored: the agents of a period, or the teams or the whole shop that they make up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from csperf.period import Period
from csperf.roster import Roster
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, Number, Words, words

Scope = Literal["agent", "team", "shop"]
SHOP = "shop"
"""The name that the whole shop goes by where an agent's id would stand."""


def list_people(roster: Roster, period: Period, presence: Mapping[str, Fraction], seen: Collection[str]) -> list[Agent]:
    """Who was here in the period, or is seen in its data, by id; never a bot."""
    here = [agent_id for agent_id, member in roster.members.items() if member.was_here(period)]
    return [
        replace(roster.find_agent(agent_id), presence=presence.get(agent_id, Fraction(1)))
        for agent_id in sorted({*here, *seen})
        if not roster.is_bot(agent_id)
    ]


def is_for(rubric: Rubric, agent: Agent) -> bool:
    """Whether the rubric scores people of this agent's role."""
    return not rubric.applies_to or agent.role in rubric.applies_to


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


def note_people(
    roster: Roster, rubric: Rubric, by: Scope, people: Sequence[Agent], named: Collection[str]
) -> list[Words]:
    """What is said of bots, of people whom the rubric or a scope leaves out, and of names that nobody knows."""
    notes = []
    bots = [name for name in sorted(named) if roster.is_bot(name)]
    if bots:
        notes.append(words("bots-left-out", agents=", ".join(bots)))
    others = [agent for agent in people if not is_for(rubric, agent)]
    if others:
        notes.append(words("not-for-their-role", count=Number(len(others)), roles=", ".join(rubric.applies_to)))
    if roster.members:
        notes += [words("agent-not-in-roster", agent=name) for name in sorted(named) if name not in roster.members]
    homeless = [agent.agent_id for agent in people if agent.team is None and is_for(rubric, agent)]
    if by == "team" and homeless:
        notes.append(words("agents-without-team", agents=", ".join(homeless)))
    return notes
