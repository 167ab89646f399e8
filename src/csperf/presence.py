"""Presence: which share of a period each agent was here: joined, not yet gone, and not on leave."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from csperf.period import Period
from csperf.roster import Member


def measure_presence(
    members: Mapping[str, Member], period: Period, leave: Mapping[str, tuple[Fraction, Fraction]]
) -> dict[str, Fraction]:
    """agent → share of the period from 0 to 1, for all members and whoever else is in `leave`.

    leave: agent → (hours worked, hours of leave) in the period. Whoever is not there has the roster's leave days.
    """
    shares = {agent_id: _leave_share(*hours) for agent_id, hours in leave.items()}
    others = {agent_id: 1 - (share or Fraction(0)) for agent_id, share in shares.items()}
    return others | {
        agent_id: _measure_one(member, period, shares.get(agent_id)) for agent_id, member in members.items()
    }


def _measure_one(member: Member, period: Period, leave: Fraction | None) -> Fraction:
    first = max(member.joined_on or period.first_day, period.first_day)
    last = min(member.left_on or period.last_day, period.last_day)
    employed = (last - first).days + 1
    if employed <= 0:
        return Fraction(0)
    if leave is None:
        leave = Fraction(sum(first <= day <= last for day in member.leave), employed)
    return Fraction(employed, (period.last_day - period.first_day).days + 1) * (1 - leave)


def _leave_share(hours: Fraction, of_leave: Fraction) -> Fraction | None:
    """The share of an agent's hours that were leave; None where worked time says nothing."""
    return of_leave / (hours + of_leave) if hours + of_leave else None
