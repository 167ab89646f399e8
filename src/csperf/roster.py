"""Who is who: the roster leads every name that an export may use to one agent."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from csperf.period import Period
from csperf.problems import Location, Problem, ProblemsFound
from csperf.scoring.cards import Agent

_SEPARATORS = re.compile(r"[;|；｜]")
_LONGEST_LEAVE = 3 * 366
_LEAST_LIKENESS = 0.6
_LEAST_LETTERS = 2
_MOST_NEAR = 3


@dataclass(frozen=True)
class Member:
    """One line of the roster."""

    agent: Agent
    joined_on: dt.date | None
    left_on: dt.date | None
    is_bot: bool
    names: tuple[str, ...]
    leave: frozenset[dt.date] = frozenset()

    def was_here(self, period: Period) -> bool:
        """Whether any day of the period lies between joining and leaving."""
        joined = self.joined_on is None or self.joined_on <= period.last_day
        return joined and (self.left_on is None or self.left_on >= period.first_day)


@dataclass(frozen=True)
class Roster:
    """All agents a shop knows. Without a roster every name stands for itself.

    bots: patterns of names that are no persons, with * for anything.
    """

    members: dict[str, Member] = field(default_factory=dict)
    _by_name: dict[str, str] = field(default_factory=dict)
    bots: tuple[str, ...] = ()

    def resolve(self, name: str) -> str:
        """The agent's id for a name as an export has it; the name itself, tidied, where nobody claims it."""
        return self._by_name.get(normalise_name(name), name.strip())

    def is_bot(self, agent_id: str) -> bool:
        """Whether this is no person: the roster says so, or a pattern of bots fits the id or the name."""
        if self.is_known_bot(agent_id):
            return True
        names = [normalise_name(name) for name in (agent_id, self.find_agent(agent_id).name) if name]
        return any(_fits(pattern, name) for pattern in self.bots for name in names)

    def is_known_bot(self, agent_id: str) -> bool:
        """Whether the roster itself says that this is no person."""
        member = self.members.get(agent_id)
        return member is not None and member.is_bot

    def find_near(self, name: str) -> list[Agent]:
        """Up to three members whom a name that nobody claims may be meant for, the likeliest first."""
        wanted = _own_part(name)
        likeness = {
            agent_id: max(
                _compare(wanted, _own_part(known)) for known in (agent_id, member.agent.name, *member.names) if known
            )
            for agent_id, member in self.members.items()
        }
        near = sorted((-share, agent_id) for agent_id, share in likeness.items() if share >= _LEAST_LIKENESS)
        return [self.members[agent_id].agent for _, agent_id in near[:_MOST_NEAR]]

    def find_agent(self, agent_id: str) -> Agent:
        """What is known of an agent; just the id where the roster does not have it."""
        member = self.members.get(agent_id)
        return member.agent if member else Agent(agent_id)


def normalise_name(name: str) -> str:
    """A name for comparing: NFKC (full-width letters and digits become plain), case folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def find_alike(names: Sequence[str]) -> list[list[str]]:
    """The names that one person may have: the same, but for a shop, a platform or a host that stands with them."""
    groups: list[list[str]] = []
    for name in sorted(names, key=lambda name: (len(_own_part(name)), len(name), name)):
        same = (group for group in groups if _is_within(_own_part(group[0]), _own_part(name)))
        group = next(same, None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    return [group for group in groups if len(group) > 1]


def _fits(pattern: str, name: str) -> bool:
    """Whether a name is one of a pattern's, in which * stands for anything."""
    return re.fullmatch(".*".join(re.escape(part) for part in normalise_name(pattern).split("*")), name) is not None


def _own_part(name: str) -> str:
    """What is a person's own of a normalised name: without the shop before it, and the host of an address."""
    return normalise_name(name).rpartition(":")[2].partition("@")[0].strip()


def _compare(name: str, known: str) -> float:
    """How alike two names are, from 0 to 1: not at all where their digits say that they are two."""
    numbers, others = ([digits.lstrip("0") for digits in re.findall(r"\d+", text)] for text in (name, known))
    if numbers and others and numbers != others:
        return 0.0
    for part, whole in ((name, known), (known, name)):
        if _is_within(part, whole):
            return 1.0
    return difflib.SequenceMatcher(None, name, known).ratio()


def _is_within(part: str, whole: str) -> bool:
    """Whether a name stands as a whole in another."""
    pattern = rf"(?<![a-z0-9]){re.escape(part)}(?![a-z0-9])"
    return len(part) >= _LEAST_LETTERS and re.search(pattern, whole) is not None


def read_leave(text: str) -> set[dt.date]:
    """The days of `2025-06-03` or `2025-06-03..2025-06-05`; raises ValueError for anything else."""
    first, dots, last = (part.strip().replace("/", "-") for part in text.partition(".."))
    try:
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last if dots else first)
    except ValueError as error:
        raise ValueError(f'"{text}" is no day and no span of days') from error
    if not 0 <= (end - start).days < _LONGEST_LEAVE:
        raise ValueError(f'"{text}" ends before it begins' if end < start else f'"{text}" is longer than three years')
    return {start + dt.timedelta(days=offset) for offset in range((end - start).days + 1)}


def build_roster(rows: Iterable[Mapping[str, Any]], shown: str, bots: Sequence[str] = ()) -> Roster:
    """The roster from its typed rows; raises ProblemsFound where two agents claim one name."""
    members: dict[str, Member] = {}
    by_name: dict[str, str] = {}
    problems: list[Problem] = []
    for row in rows:
        agent = Agent(row["agent_id"], row.get("name"), row.get("team"), row.get("role"))
        aliases = [alias.strip() for alias in _SEPARATORS.split(row.get("aliases") or "") if alias.strip()]
        leave: set[dt.date] = set()
        for span in filter(None, map(str.strip, _SEPARATORS.split(row.get("leave") or ""))):
            try:
                leave |= read_leave(span)
            except ValueError as error:
                problems.append(
                    Problem(
                        "roster-bad-leave",
                        f"leave of agent {agent.agent_id}: {error}",
                        Location(shown),
                        hint="write days like 2025-06-03 and spans like 2025-06-03..2025-06-05, separated by ; or |",
                    )
                )
        members[agent.agent_id] = Member(
            agent, row.get("joined_on"), row.get("left_on"), bool(row.get("is_bot")), tuple(aliases), frozenset(leave)
        )
    claims: dict[str, set[str]] = {}
    for agent_id, member in members.items():
        for name in (agent_id, *member.names):
            claims.setdefault(normalise_name(name), set()).add(agent_id)
    for name, claimants in claims.items():
        if len(claimants) > 1:
            who = ", ".join(sorted(claimants))
            problems.append(
                Problem(
                    "roster-name-claimed-twice",
                    f'the name "{name}" belongs to {len(claimants)} agents: {who}',
                    Location(shown),
                    hint="give each alias to one agent only",
                )
            )
        by_name[name] = min(claimants)
    if problems:
        raise ProblemsFound(problems)
    # A person's own name leads to them too, where nobody else has it and nobody's alias takes it.
    own = [normalise_name(member.agent.name) for member in members.values() if member.agent.name]
    for agent_id, member in members.items():
        name = normalise_name(member.agent.name or "")
        if name and own.count(name) == 1 and name not in by_name:
            by_name[name] = agent_id
    return Roster(members, by_name, tuple(bots))
