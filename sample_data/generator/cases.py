"""What the platform tells of each case besides: customer, first reply, first contact, teams, news, acceptance."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from random import Random

from generator.figures import FigurePlans, Figures
from generator.shop import BOT, DAY, MONTHS, PERSON, Row, Ticket, Tickets, opposed, seconds

MORE_COLUMNS = (
    "customer_id", "first_responder_id", "first_reply_at", "average_reply_seconds", "transfer_count", "group_count",
    "interim_update_count", "first_contact_resolved", "solution_accepted",
)  # fmt: skip
HOUR = dt.timedelta(hours=1)
Span = tuple[dt.timedelta, dt.timedelta]
WITHIN_A_WEEK, AFTER_A_WEEK = (HOUR, 7 * DAY - HOUR), (7 * DAY + HOUR, 9 * DAY)


def add_columns(tickets: Tickets, figures: FigurePlans, rng: Random) -> None:
    """Fill MORE_COLUMNS in every ticket's row. Cases entered by hand (without complexity) only name the customer."""
    everything = sorted((case for month in MONTHS for case in tickets[month]), key=lambda case: case.created)
    for number, case in enumerate(everything, 1):
        case.row |= dict.fromkeys(MORE_COLUMNS, "") | {"customer_id": f"C{number:05}"}
        if case.agent_id:
            waited = dt.timedelta(seconds=int(case.row["first_reply_seconds"]))
            case.row |= {"first_responder_id": case.agent_id, "first_reply_at": seconds(case.created + waited)}
    used: set[str] = set()
    for (agent_id, month), plan in figures.items():
        cases = own_cases(tickets, agent_id, month)
        describe([case for case in cases if case.complexity], plan, rng)
        returns = round(plan.returning * len(cases))
        for span in [*[WITHIN_A_WEEK] * returns, AFTER_A_WEEK]:
            let_come_again(cases, everything, span, used, rng)
    for month in MONTHS:
        let_others_reply(tickets, month, rng)


def own_cases(tickets: Tickets, agent_id: str, month: dt.date) -> list[Ticket]:
    """The cases an agent owns that were created in the month (the export of June holds one of July)."""
    cases = [case for case in tickets[month] if case.agent_id == agent_id]
    return [case for case in cases if (case.created.year, case.created.month) == (month.year, month.month)]


def set_flags(cases: Sequence[Ticket], name: str, hits: Sequence[Ticket]) -> None:
    for case in cases:
        case.row[name] = "true" if any(case is hit for hit in hits) else "false"


def set_counts(cases: Sequence[Ticket], name: str, hits: Sequence[Ticket], low: int, high: int, rng: Random) -> None:
    """Hits get a count of low or more, the others low − 1."""
    for case in cases:
        case.row[name] = str(rng.randint(low, high) if any(case is hit for hit in hits) else low - 1)


def describe(cases: list[Ticket], plan: Figures, rng: Random) -> None:
    solved = [case for case in cases if case.resolved]
    complex_cases = [case for case in cases if case.complexity == "complex"]
    moved = rng.sample(cases, round(plan.transferred * len(cases)))
    set_counts(cases, "transfer_count", moved, 1, 2, rng)
    open_cases = [case for case in cases if not case.resolved][:1]
    crossed = open_cases + rng.sample(solved, round(plan.crossed * len(cases)) - len(open_cases))
    set_counts(cases, "group_count", crossed, 2, 3, rng)
    noted = rng.sample(complex_cases, len(complex_cases) // 10 * 10)  # for the others nobody wrote it down
    set_counts(noted, "interim_update_count", rng.sample(noted, round(plan.informed * len(noted))), 1, 4, rng)
    set_flags(cases, "first_contact_resolved", rng.sample(solved, round(plan.first_contact * len(cases))))
    offered = rng.sample(solved, len(cases) * 3 // 4)
    set_flags(offered, "solution_accepted", rng.sample(offered, round(plan.accepted * len(offered))))
    by_replies = defaultdict(list)
    for case in cases:
        by_replies[case.row["reply_count"]].append(case.row)
    for rows in by_replies.values():  # so that the mean weighted by replies is as planned
        for row, offset in zip(rows, opposed(len(rows), plan.average_reply // 2, rng), strict=True):
            row["average_reply_seconds"] = str(plan.average_reply + offset)


def let_come_again(cases: list[Ticket], everything: list[Ticket], span: Span, used: set[str], rng: Random) -> None:
    """The customer of one solved case asks again, in another case, so long after the solution."""
    later: list[Ticket] = []
    while not later:
        case = rng.choice(cases)
        if case.ticket_id in used or not case.resolved or case.resolved.month != case.created.month:
            continue
        begin, end = case.resolved + span[0], case.resolved + span[1]
        later = [other for other in everything if begin < other.created < end and other.ticket_id not in used]
        later = [other for other in later if other.agent_id not in ("", BOT.agent_id)]
    other = rng.choice(later)
    other.row["customer_id"] = case.row["customer_id"]
    used |= {case.ticket_id, other.ticket_id}


def let_others_reply(tickets: Tickets, month: dt.date, rng: Random) -> None:
    """A few cases are first answered by a colleague; A003 comes to 200 first replies in June, in 29 seconds each."""
    rows: dict[str, list[Row]] = {}
    for agent_id in PERSON:
        rows[agent_id] = [case.row for case in own_cases(tickets, agent_id, month)]
    team = ["A001", "A002", "A004", "A005", "A006"]
    for owner, helper in zip(team, [*team[1:], team[0]], strict=True):
        for row in rng.sample(rows[owner], 2):
            row["first_responder_id"] = helper
    if month == MONTHS[-1]:
        given_away: list[Row] = []
        taken_over: list[Row] = []
        spare = [row for row in rows["A005"] if row["first_responder_id"] == "A005"]
        total, wanted = waits(rows["A003"]), 29 * 200
        while total - waits(given_away) + waits(taken_over) != wanted:
            given_away, taken_over = rng.sample(rows["A003"], 4), rng.sample(spare, 2)
        for row in given_away:
            row["first_responder_id"] = "A004"
        for row in taken_over:
            row["first_responder_id"] = "A003"


def waits(rows: Sequence[Row]) -> int:
    return sum(int(row["first_reply_seconds"]) for row in rows)
