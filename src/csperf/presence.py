"""Presence: which share of a period each agent was here: joined, not yet gone, and not on leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

from csperf.period import Period
from csperf.roster import Member
from csperf.scoring.cards import Agent


def measure_presence(
    members: Mapping[str, Member],
    period: Period,
    leave: Mapping[str, tuple[Fraction, Fraction]],
    as_of: dt.date | None = None,
) -> dict[str, Fraction]:
    """agent → share of the period from 0 to 1, for all members and whoever else is in `leave`.

    leave: agent → (hours worked, hours of leave), up to as_of in a period that is not over. For whoever is not
    there, and for the days after as_of, the roster's leave days count.
    """
    return {
        agent_id: _measure_one(members.get(agent_id) or _stranger(agent_id), period, leave.get(agent_id), as_of)
        for agent_id in {**members, **leave}
    }


def _measure_one(
    member: Member, period: Period, hours: tuple[Fraction, Fraction] | None, as_of: dt.date | None
) -> Fraction:
    first = max(member.joined_on or period.first_day, period.first_day)
    last = min(member.left_on or period.last_day, period.last_day)
    days = [first + dt.timedelta(days=offset) for offset in range((last - first).days + 1)]
    told = [day for day in days if as_of is None or day <= as_of] if hours and sum(hours) else []
    here = Fraction(sum(day not in member.leave for day in days[len(told) :]))
    if hours and told:
        here += len(told) * hours[0] / sum(hours)
    return here / ((period.last_day - period.first_day).days + 1)


def _stranger(agent_id: str) -> Member:
    """One whom the roster does not have: as far as is known, here all the time."""
    return Member(Agent(agent_id), None, None, is_bot=False, names=())
