"""What is said of a period beside its figures: whose rows count where, what is a guess, what may still change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from csperf.engines.base import SourceResult
from csperf.exemptions import Exemption
from csperf.exports.reader import RawTable
from csperf.people import Scope, is_for, list_heads
from csperf.period import Period
from csperf.planning import Plan
from csperf.problems import Problem
from csperf.render.words import say
from csperf.roster import Roster
from csperf.rubric.measures import Measure
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, Number, Words, words
from csperf.session import Session

SERIOUS = {"source-missing", "source-idle", "column-missing", "nobody-named"}
"""What --strict minds: something cannot be measured, or a file seems to be missing."""

_MOST_COMPARED = 30
"""Of how many unknown names the nearest known ones are looked for."""


def note_people(
    roster: Roster, rubric: Rubric, by: Scope, people: Sequence[Agent], named: Mapping[str, int]
) -> list[Words]:
    """Bots, people whom the rubric or a scope leaves out, and names that nobody knows, in so many rows."""
    notes = []
    bots = [name for name in sorted(named) if roster.is_bot(name)]
    for code, found in (
        ("bots-left-out", [name for name in bots if roster.is_known_bot(name)]),
        ("bots-by-name", [name for name in bots if not roster.is_known_bot(name)]),
    ):
        if found:
            notes.append(words(code, agents=", ".join(found)))
    agents = [agent for agent in people if is_for(rubric, agent)]
    if len(agents) < len(people):
        count = Number(len(people) - len(agents))
        notes.append(words("not-for-their-role", count=count, roles=", ".join(rubric.applies_to)))
    notes += note_unknown(roster, named)
    heads = list_heads(roster, agents)
    others = [agent.agent_id for agent in agents if agent not in heads]
    if by == "shop" and others:
        notes.append(words("not-among-the-heads", agents=", ".join(others), count=Number(len(heads))))
    homeless = [agent.agent_id for agent in agents if agent.team is None]
    if by == "team" and homeless:
        notes.append(words("agents-without-team", agents=", ".join(homeless)))
    return notes


def note_exemptions_of_units(exemptions: Sequence[Exemption], by: Scope, period: Period) -> Iterator[Words]:
    """That exemptions change nothing where no single agents are scored."""
    if by != "agent" and any(
        one.is_in_force(period) and (one.days is None or one.days.touches(period)) for one in exemptions
    ):
        yield words("exemptions-by-unit")


def note_unknown(roster: Roster, named: Mapping[str, int]) -> list[Words]:
    """The names in the data that a roster does not have, with their rows and whom they may be."""
    if not roster.members:
        return []
    unknown = [name for name in sorted(named) if name not in roster.members and not roster.is_bot(name)]
    notes = []
    for place, name in enumerate(unknown):
        near = [_who(agent) for agent in roster.find_near(name)] if place < _MOST_COMPARED else []
        code = "agent-not-in-roster-near" if near else "agent-not-in-roster"
        notes.append(words(code, agent=name, rows=Number(named[name]), **({"near": ", ".join(near)} if near else {})))
    return notes


def _who(agent: Agent) -> str:
    return f"{agent.agent_id} ({agent.name})" if agent.name else agent.agent_id


def note_reach(plan: Plan, found: Mapping[str, SourceResult], period: Period) -> Iterator[Words]:
    """Reports whose figures are of the period and of other days too."""
    for table, result in found.items():
        if result.reaches is not None:
            first, last = result.reaches
            yield words(
                "report-beyond-period", source=plan.opened[table].name, first=f"{first}", last=f"{last}",
                begin=f"{period.first_day}", end=f"{period.last_day}",
            )  # fmt: skip


def note_idle_sources(found: Mapping[str, SourceResult], period: Period) -> Iterator[Words]:
    """Sources that say nothing of a period of which others of their table do: is a file missing?"""
    for table, result in found.items():
        if result.counts.in_period:
            for source in result.idle:
                yield words("source-idle", source=source, table=table, period=period.label)


def note_rows_of_nobody(found: Mapping[str, SourceResult], by: Scope) -> Iterator[Words]:
    """Rows that name no agent, unless they count for the shop."""
    for table, result in found.items():
        if by != "shop" and result.counts.unassigned:
            yield words("rows-of-nobody", source=table, rows=result.counts.unassigned)


def note_calendar(session: Session, plan: Plan, span: Period) -> Iterator[Words]:
    """Working days after the last year whose holidays are official."""
    if not _needs_calendar(session, plan):
        return
    calendar = session.calendar()
    if calendar.official_until is not None and span.last_day.year > calendar.official_until:
        yield words("calendar-not-official", calendar=calendar.name, year=calendar.official_until)


def _needs_calendar(session: Session, plan: Plan) -> bool:
    return any(
        name in (derived := plan.opened[table].contract.derived) and derived[name].needs_calendar
        for table, terms in plan.aggregates.items()
        for term in terms
        for name in session.engine.columns_of(term)
    )


def note_running(period: Period, as_of: dt.date | None) -> Iterator[Words]:
    """That a period is not over."""
    if as_of is not None:
        yield words("counted-up-to", as_of=as_of.isoformat(), days_left=Number((period.last_day - as_of).days))


def note_maturing(
    measures: Mapping[str, Measure], opened: Mapping[str, RawTable], found: Mapping[str, SourceResult], period: Period
) -> Iterator[Words]:
    """The measures that look ahead further than their data reaches."""
    for measure in measures.values():
        final = period.end.date() + dt.timedelta(days=measure.matures_days)
        for table in dict.fromkeys(term.table for term in measure.terms if term.table in found):
            last = found[table].last
            if measure.matures_days and last is not None and f"{last:%Y-%m-%d}" < final.isoformat():
                yield words(
                    "still-maturing", measure=measure.name, source=opened[table].name, last=f"{last:%Y-%m-%d}",
                    final=final.isoformat(),
                )  # fmt: skip


def explain_nothing_found(
    period: Period, as_of: dt.date | None, plan: Plan, found: Mapping[str, SourceResult]
) -> Problem:
    """The problem that no source has rows in the time that counts, with the spans that they do have.

    found: the sources that could be measured; without any, it says what each lacks.
    """
    if not found:
        return Problem(
            "data-nothing-in-period", f"nothing can be measured in {period.label}",
            samples=tuple(say(warning, "en") for warning in plan.warnings),
            hint="no source has what the rubric's measures need; csperf rubric show says what that is",
        )  # fmt: skip
    spans = {
        plan.opened[table].name: (result.first, result.last)
        for table, result in found.items() if result.first is not None and result.last is not None
    }  # fmt: skip
    # Exports often run a few hours into the next month, which is not the month to suggest.
    months = [max(f"{first:%Y-%m}", f"{last - dt.timedelta(days=1):%Y-%m}") for first, last in spans.values()]
    later = [f"{first:%Y-%m-%d}" for first, _ in spans.values() if as_of and f"{first:%Y-%m-%d}" > as_of.isoformat()]
    hint = "the files hold no valid rows"
    if later and min(later) <= period.last_day.isoformat():
        hint = f"choose a day from which on the files hold rows, such as --as-of {min(later)}"
    elif months:
        hint = f"choose a month that the files hold, such as --month {max(months)}"
    unnamed = [say(warning, "en") for warning in plan.warnings if warning.code == "nobody-named"]
    return Problem(
        "data-nothing-in-period", f"no rows in {period.label}" + (f" up to {as_of}" if as_of else ""),
        samples=(*(f"{name}: {first:%Y-%m-%d} … {last:%Y-%m-%d}" for name, (first, last) in spans.items()), *unnamed),
        hint=hint,
    )  # fmt: skip
