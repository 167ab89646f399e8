"""Writes the sample shop: `python sample_data/generate.py [DIRECTORY]` (default: the folder of this file).

The truth comes first, the rows after it. `JUNE` says for each agent what June 2025 has to come to, for
instance 44 satisfied of 50 answers for A003; April and May are drawn around June. The rows are then made
so that they add up to exactly that, and last the awkward rows are strewn in: edges, bad rows, repeats,
corrections. None of those may change what was planned (edges are part of the plan).

The tables of the other four schemes are made in `generator/`, by the figures in `generator/figures.py`; what
they come to for A003, the example of the documentation, is listed in README.md.

Everything comes from one seed and nothing from the clock, so the files come out the same each time.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

import xlsxwriter
from generator import cases, deeds, marks, words
from generator.figures import plan_figures
from generator.orders import ORDER_COLUMNS, Trade
from generator.report import make_report
from generator.shop import (
    BOT,
    DAY,
    MONTHS,
    PEOPLE,
    PERSON,
    SEED,
    STRANGER,
    Person,
    Row,
    Ticket,
    Tickets,
    add_workdays,
    at,
    days_of,
    in_opening_hours,
    next_month,
    seconds,
    unpadded,
)


@dataclass(frozen=True)
class Plan:
    """What one agent's month has to come to: pairs are (those that count for the agent, all that count)."""

    timely: tuple[int, int]
    csat: tuple[int, int]
    complaints: tuple[int, int]
    attitude: int = 0
    responsibility: int = 0
    communication: int = 0
    exams: tuple[str, ...] = ()
    solving: tuple[int, ...] = ()
    open_complaints: int = 0


# June. Scores by aftersales-60-20-20 are in the comments: 3 excellent, 6 qualified, 2 unqualified, 1 without.
JUNE = {
    # 30 + 15 + 15 + 10 + 10 + 10 + 5 + 4.55 = 99.55
    "A001": Plan((190, 196), (57, 60), (7, 8), exams=("92",), solving=(92, 88, 95, 89), open_complaints=1),
    # timely exactly at 95 %: 30 + 15 + 15 + 8 + 8 + 10 + 5 + 4.23 (4.225 rounded half up) = 95.23
    "A002": Plan((190, 200), (50, 55), (6, 7), 1, 1, 0, ("85.5",), (84, 86, 80, 88)),
    # the example of the documentation: 26 + 14 + 10 + 10 + 8 + 10 + 4 + 4 = 86.00
    "A003": Plan((187, 200), (44, 50), (4, 5), 1, 0, 1, ("79",), (78, 85, 74, 83)),
    # nobody complained: full marks; exam exactly at 80: 30 + 15 + 15 + 10 + 10 + 10 + 4 + 4.40 = 98.40
    "A004": Plan((181, 188), (46, 49), (0, 0), 0, 0, 1, ("80",), (90, 86, 91, 85)),
    # exam 75, one whole step: 22 + 13 + 14 + 10 + 8 + 8 + 5 + 3.95 = 83.95
    "A005": Plan((178, 192), (53, 62), (5, 6), 0, 1, 0, ("75",), (77, 80, 82, 77)),
    # exam 74.9, still one whole step; csat 86 %, timely 90 %: 22 + 10 + 15 + 6 + 10 + 8 + 3 + 3.55 = 77.55
    "A006": Plan((171, 190), (43, 50), (6, 7), 2, 0, 2, ("74.9",), (70, 68, 75, 71)),
    # left on the 13th, before the exam, whose weight moves on: 20 + 13 + 15 + 10 + 8 + 10 + 8 = 84.00
    "A007": Plan((74, 80), (17, 20), (2, 2), 0, 1, 0, (), (78, 82)),
    # short of everything: 14 + 10 + 5 + 6 + 6 + 6 + 3 + 3.10 = 53.10
    "A008": Plan((164, 184), (47, 58), (6, 8), 2, 2, 2, ("68",), (60, 64, 58, 66)),
    # half a percent short twice, which is no whole step; just below 90: 30+15+15+8+6+8+4+3.60 = 89.60
    "A009": Plan((170, 179), (34, 38), (4, 4), 1, 2, 1, ("71",), (72, 70, 75, 71)),
    # 3 answers are too few, so their weight moves on: 30 + 10 + 20 + 10 + 5 + 4.15 = 79.15
    "A010": Plan((152, 158), (3, 3), (3, 4), 0, 0, 0, ("86",), (83, 80, 85, 84)),
    # 18 + 10 + 2 + 8 + 8 + 10 + 4 + 3.30 = 63.30
    "A011": Plan((168, 187), (45, 54), (5, 7), 1, 1, 1, ("77",), (65, 70, 62, 67)),
    # joined on the 25th and only listened in: 40 of 100 could be scored, so there is no grade
}
USUAL_CSAT = {"A010": 0.89}
USUAL_COMPLAINTS = {"A004": 0.9}


def plan_earlier(june: Plan, agent_id: str, rng: Random) -> Plan:
    """A month around the agent's June."""

    def near(share: float, below: float, above: float) -> float:
        return min(0.98, share + rng.uniform(-below, above))

    def close_to(count: int) -> int:
        return max(0, count + rng.choice((-1, 0, 0, 1)))

    cases, answers, complaints = rng.randint(165, 200), rng.randint(34, 62), rng.randint(3, 8)
    timely = near(june.timely[0] / june.timely[1], 0.025, 0.02)
    csat = near(USUAL_CSAT.get(agent_id, june.csat[0] / june.csat[1]), 0.05, 0.04)
    success = USUAL_COMPLAINTS.get(agent_id) or june.complaints[0] / june.complaints[1]
    mark = float(june.exams[0]) if june.exams else 81
    return Plan(
        timely=(round(cases * timely), cases),
        csat=(round(answers * csat), answers),
        complaints=(sum(rng.random() < success for _ in range(complaints)), complaints),
        attitude=min(close_to(june.attitude), complaints),
        responsibility=close_to(june.responsibility),
        communication=close_to(june.communication),
        exams=(f"{min(99.5, mark + rng.randint(-12, 8) / 2):g}",),
        solving=tuple(max(40, min(98, mark + rng.randint(-6, 5))) for mark in june.solving),
        open_complaints=rng.choice((0, 0, 1)),
    )


Plans = dict[tuple[str, dt.date], Plan]


def plan_months(rng: Random) -> Plans:
    """(agent, first of month) → plan, for every month in which the agent had work of their own."""
    april, may, june = MONTHS
    plans = {(who, month): plan_earlier(plan, who, rng) for month in (april, may) for who, plan in JUNE.items()}
    plans["A010", april] = replace(plans["A010", april], exams=("",))  # did not sit it
    plans["A005", may] = replace(plans["A005", may], exams=("73.5", "82"))  # and once more
    return plans | {(who, june): plan for who, plan in JUNE.items()}


# ── tickets ───────────────────────────────────────────────────────────────────────────────────────

TICKET_COLUMNS = (
    "ticket_id", "agent_id", "created_at", "resolved_at", "updated_at", "status", "channel", "category",
    "complexity", "first_reply_seconds", "handling_seconds", "reply_count", "reopen_count", "escalated",
    *cases.MORE_COLUMNS,
)  # fmt: skip
CATEGORIES = ("物流", "退换货", "质量问题", "安装", "发票", "维修")


def edge(agent_id: str, created: str, resolved: str | None, complexity: str, counts: bool | None) -> Ticket:
    ends = dt.datetime.fromisoformat(resolved) if resolved else None
    return Ticket(agent_id, dt.datetime.fromisoformat(created), ends, complexity, counts)


EDGES = (
    # the make-up Sunday 2025-04-27 is a working day: exactly 3 working days, and 6 hours more
    edge("A001", "2025-04-25 12:00:00", "2025-04-29 12:00:00", "complex", True),
    edge("A001", "2025-04-25 12:00:00", "2025-04-29 18:00:00", "complex", False),
    # Labour Day, 1 to 5 May, and Dragon Boat, 31 May to 2 June: exactly 3 working days each
    edge("A002", "2025-04-30 18:00:00", "2025-05-08 18:00:00", "complex", True),
    edge("A003", "2025-05-30 10:00:00", "2025-06-05 10:00:00", "complex", True),
    # from a holiday: exactly 3 working days, and a second more
    edge("A004", "2025-06-01 15:00:00", "2025-06-06 00:00:00", "complex", True),
    edge("A004", "2025-06-01 15:00:00", "2025-06-06 00:00:01", "complex", False),
    # over a weekend
    edge("A003", "2025-06-14 11:00:00", "2025-06-18 18:00:00", "complex", True),
    # exactly 24 hours, and a second more
    edge("A002", "2025-06-10 09:30:00", "2025-06-11 09:30:00", "simple", True),
    edge("A002", "2025-06-11 09:30:00", "2025-06-12 09:30:01", "simple", False),
    # open when June ends: exactly 24 hours and a second more, exactly 3 working days and a second more
    edge("A001", "2025-06-30 00:00:00", None, "simple", None),
    edge("A001", "2025-06-29 23:59:59", None, "simple", False),
    edge("A009", "2025-06-26 00:00:00", None, "complex", None),
    edge("A009", "2025-06-25 23:59:59", None, "complex", False),
    edge("A006", "2025-06-30 16:20:00", None, "complex", None),
    # the first and the last second of June, and the first after it
    edge("A011", "2025-06-01 00:00:00", "2025-06-01 09:12:40", "simple", True),
    edge("A005", "2025-06-30 23:59:59", "2025-07-01 10:05:13", "simple", True),
    edge("A005", "2025-07-01 00:00:00", "2025-07-01 10:20:31", "simple", None),
)


def make_ticket(person: Person, days: Sequence[dt.date], in_time: bool, rng: Random) -> Ticket:
    """One ticket that is in time, or late; late and complex ones are due before the month ends."""
    complex_case = rng.random() < (0.25 if in_time else 0.4)
    begins = [day for day in days if day.day <= 24] if complex_case or not in_time else days
    created = at(rng.choice(begins), rng)
    complexity = "complex" if complex_case else "simple"
    if not in_time and rng.random() < 0.15:
        return Ticket(person.agent_id, created, None, complexity, False)
    if complex_case:
        low, high = (0.3, 2.9) if in_time else (3.05, 6)
        resolved = in_opening_hours(lambda: add_workdays(created, rng.uniform(low, high)))
    else:
        low, high, most = (0.1, 23.5, 2) if in_time else (24.5, 80, 30)
        resolved = in_opening_hours(
            lambda: created + dt.timedelta(seconds=round(3600 * rng.triangular(low, high, most)))
        )
    return Ticket(person.agent_id, created, resolved, complexity, in_time)


def make_tickets(month: dt.date, plans: Plans, rng: Random) -> list[Ticket]:
    """All good tickets of the month's export, in order of creation, numbered."""
    tickets = [replace(ticket) for ticket in EDGES if month_of_export(ticket) == month]
    for person in PEOPLE:
        plan = plans.get((person.agent_id, month))
        if plan is None:
            continue
        days = [day for day in days_of(month) if person.works_on(day)]
        if person.left and person.left in days:
            days = days[:-2]
        edges = [ticket.counts for ticket in tickets if ticket.agent_id == person.agent_id]
        in_time, late = plan.timely[0], plan.timely[1] - plan.timely[0]
        tickets += [make_ticket(person, days, True, rng) for _ in range(in_time - edges.count(True))]
        tickets += [make_ticket(person, days, False, rng) for _ in range(late - edges.count(False))]
        for _ in range(2):  # nobody said how complex it is
            ticket = make_ticket(person, days, True, rng)
            tickets.append(replace(ticket, complexity="", counts=None))
    for _ in range(220):
        created = at(rng.choice(days_of(month)), rng, 0, 23)
        resolved = created + dt.timedelta(seconds=rng.randint(20, 600))
        tickets.append(Ticket(BOT.agent_id, created, resolved, "simple", True))
    for _ in range(3):  # not assigned to anybody
        tickets.append(Ticket("", at(rng.choice(days_of(month)), rng), None, "simple", False))
    tickets.sort(key=lambda ticket: (ticket.created, ticket.agent_id, ticket.resolved or dt.datetime.max))
    for number, ticket in enumerate(tickets, 1):
        ticket.ticket_id = f"0{month:%y%m}{number:05}"
        ticket.row = ticket_row(ticket, rng)
    return tickets


def month_of_export(ticket: Ticket) -> dt.date:
    """The edge ticket of 1 July stands in June's export."""
    return min(ticket.created.date().replace(day=1), MONTHS[-1])


def ticket_row(ticket: Ticket, rng: Random) -> Row:
    bot = ticket.agent_id == BOT.agent_id
    touched = ticket.resolved or ticket.created + dt.timedelta(seconds=rng.randint(300, 9000))
    later = rng.randint(0, 86400) if ticket.resolved and rng.random() < 0.4 else 0
    long_case = 3 if ticket.complexity == "complex" else 1
    replied = not bot and ticket.agent_id
    return {
        "ticket_id": ticket.ticket_id,
        "agent_id": ticket.agent_id,
        "created_at": seconds(ticket.created),
        "resolved_at": seconds(ticket.resolved),
        "updated_at": seconds(touched + dt.timedelta(seconds=later)),
        "status": rng.choice(("solved", "closed")) if ticket.resolved else rng.choice(("open", "pending")),
        "channel": "在线" if bot else rng.choices(("在线", "电话", "邮件"), (8, 2, 1))[0],
        "category": rng.choice(CATEGORIES),
        "complexity": ticket.complexity,
        "first_reply_seconds": "1" if bot else str(round(rng.lognormvariate(3.2, 0.6))) if replied else "",
        "handling_seconds": str(round(rng.lognormvariate(5.5, 0.5) * long_case)) if replied else "",
        "reply_count": str(rng.randint(1, 6) * long_case) if replied else "0",
        "reopen_count": str(rng.choices((0, 1, 2), (94, 5, 1))[0]),
        "escalated": "true" if not bot and rng.random() < 0.04 * long_case else "false",
    }


def gather_late(tickets: Tickets, agent_id: str, month: dt.date, category: str) -> None:
    """An agent is slow on cases of one category alone: each late one of another trades it with one in time."""
    cases = [case for case in tickets[month] if case.agent_id == agent_id]
    late = [case.row for case in cases if case.counts is False and case.row["category"] != category]
    in_time = [case.row for case in cases if case.counts and case.row["category"] == category]
    for one, other in zip(late, in_time, strict=False):
        one["category"], other["category"] = other["category"], one["category"]


def ticket_exports(tickets: Tickets, rng: Random) -> dict[dt.date, list[Row]]:
    """The rows of each month's export, awkward ones included."""
    exports = {month: [ticket.row for ticket in tickets[month]] for month in MONTHS}
    april, may, june = MONTHS

    def pick(agent_id: str, month: dt.date) -> Row:
        """A case that was in time."""
        return rng.choice([t.row for t in tickets[month] if t.agent_id == agent_id and t.counts])

    def strew(month: dt.date, row: Row, **changes: str) -> None:
        exports[month].insert(rng.randrange(len(exports[month])), row | changes)

    def strew_bad(month: dt.date, whose: str, number: int, **changes: str) -> None:
        told = dict.fromkeys(cases.MORE_COLUMNS, "")  # so that schemes which do not see what is wrong count less of it
        strew(month, pick(whose, month) | told | {"ticket_id": f"0{month:%y%m}{90000 + number}"} | changes)

    # bad: most of them would change somebody's month if they were counted. A003's are wrong where every
    # scheme sees it, for a column that a scheme does not read is not checked
    strew_bad(june, "A003", 1, created_at="2025-06-31 10:00:00", resolved_at="")
    strew_bad(june, "A003", 2, complexity="medium", agent_id=BOT.agent_id)
    strew_bad(june, "A002", 3, resolved_at="2025-05-28 09:00:00")  # before it was created
    strew_bad(june, "A005", 4, created_at="")
    strew_bad(june, "A008", 5, ticket_id="")
    strew_bad(june, "B001", 6, first_reply_seconds="-5")
    strew_bad(may, "A006", 1, complexity="复杂")
    strew_bad(april, "A009", 1, resolved_at="2025-03-30 17:00:00")
    # exact repeats: two within June, one across the exports of May and June
    for agent_id in ("A003", "A011"):
        strew(june, pick(agent_id, june))
    exports[may].append(next(row for row in exports[june] if row["created_at"] == "2025-06-01 00:00:00"))
    # corrections: an older version of the same ticket stands beside the one that counts
    old = {"resolved_at": "", "status": "open", "complexity": "simple"}
    case = pick("A003", june)
    strew(june, case | old | {"updated_at": case["created_at"]})
    case = pick("A008", may)
    exports[may][exports[may].index(case)] = case | old | {"updated_at": case["created_at"]}
    strew(june, case)
    return exports


# ── surveys, complaints, events, exams, reviews ───────────────────────────────────────────────────

WORDS = {5: "非常满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}


def make_surveys(tickets: Tickets, plans: Plans, rng: Random) -> list[Row]:
    rows: list[tuple[dt.datetime, Row]] = []

    def add(nickname: str, ticket_id: str, word: str, moment: dt.datetime) -> None:
        solved = "是" if word in ("非常满意", "满意") or rng.random() < 0.4 else "否"
        solved = "-" if word == "未评价" else solved
        row = {"工单号": ticket_id, "客服昵称": nickname, "满意度": word, "是否解决": solved}
        rows.append((moment, row | {"评价时间": unpadded(moment), "评价渠道": rng.choice(("旺旺", "短信"))}))

    for (agent_id, month), plan in plans.items():
        end = dt.datetime.combine(next_month(month), dt.time())
        mine = [ticket for ticket in tickets[month] if ticket.agent_id == agent_id]
        cases = [case for case in mine if case.resolved and case.resolved < end - DAY / 2]
        rng.shuffle(cases)
        cases.sort(key=lambda ticket: ticket.counts is False and rng.random() < 0.6)  # late ones please less
        satisfied, answered = plan.csat
        words = [WORDS[rng.choice((5, 5, 4))] for _ in range(satisfied)]
        words += [WORDS[rng.choice((3, 3, 2, 1))] for _ in range(answered - satisfied)]
        pairs = list(zip(cases, words[:satisfied], strict=False))
        pairs += zip(reversed(cases), words[satisfied:], strict=False)
        pairs += [(case, "未评价") for case in cases[satisfied : satisfied + rng.randint(6, 14)]]
        for case, word in pairs:
            begin = case.resolved or case.created
            span = min(end - dt.timedelta(seconds=60), begin + 1.5 * DAY) - begin
            moment = in_opening_hours(partial(lambda begin, span: begin + rng.random() * span, begin, span))
            add(PERSON[agent_id].nickname, case.ticket_id, word, moment)
    for month in MONTHS:
        chats = [case for case in tickets[month] if case.agent_id == BOT.agent_id and case.created.day < 28]
        for case in rng.sample(chats, 15):
            add(BOT.nickname, case.ticket_id, WORDS[rng.randint(1, 5)], case.created + DAY / 24)
        add("", "", WORDS[3], at(month + 9 * DAY, rng))  # nobody is named
    june = MONTHS[2]
    add(STRANGER, "", WORDS[1], at(june + 5 * DAY, rng))
    add(STRANGER, "", WORDS[5], at(june + 11 * DAY, rng))
    add(PERSON["A003"].nickname, "", WORDS[1], dt.datetime(2025, 7, 1, 0, 0))  # July's first minute
    rows.sort(key=lambda pair: (pair[0], pair[1]["工单号"], pair[1]["客服昵称"]))
    surveys = [{"评价编号": f"PJ{moment:%Y%m%d}{n:04}"} | row for n, (moment, row) in enumerate(rows, 1)]

    def strew(row: Row, **changes: str) -> None:
        surveys.insert(rng.randrange(len(surveys)), row | changes)

    bad = {"客服昵称": PERSON["A003"].nickname, "工单号": "", "是否解决": "是", "评价渠道": "旺旺"}
    bad |= {"满意度": "非常满意", "评价时间": "2025/6/18 15:20"}
    strew({"评价编号": "PJ202506189901"} | bad | {"满意度": "还行"})
    strew({"评价编号": "PJ202506319902"} | bad | {"评价时间": "2025/6/31 9:30"})
    strew({"评价编号": "PJ202506189903"} | bad | {"评价时间": ""})
    strew({"评价编号": ""} | bad)
    strew({"评价编号": "PJ202505129904"} | bad | {"满意度": "好评", "评价时间": "2025/5/12 10:01"})
    for nickname in (PERSON["A003"].nickname, PERSON["A009"].nickname):
        pleased = [row for row in surveys if (row["客服昵称"], row["满意度"]) == (nickname, "非常满意")]
        strew(rng.choice([row for row in pleased if row["评价时间"].startswith("2025/6/2")]))
    return surveys


Cell = str | dt.datetime
COMPLAINT_COLUMNS = (
    "投诉编号", "工单号", "责任客服", "投诉时间", "结案时间", "处理结果", "投诉原因", "是否态度问题",
)  # fmt: skip


def make_complaints(tickets: Tickets, plans: Plans, rng: Random) -> list[dict[str, Cell]]:
    rows: list[dict[str, Cell]] = []

    def row(account: str, case: str, opened: Cell, closed: Cell, outcome: str, cause: str) -> dict[str, Cell]:
        about = "是" if cause == "服务态度" else "否"
        values = ("", case, account, opened, closed, outcome, cause, about)
        return dict(zip(COMPLAINT_COLUMNS, values, strict=True))

    def some_time_after(moment: dt.datetime, most: int) -> dt.datetime:
        return moment.replace(second=0) + dt.timedelta(minutes=rng.randint(60, most))

    for (agent_id, month), plan in plans.items():
        end = dt.datetime.combine(next_month(month), dt.time())
        success, decided = plan.complaints
        outcomes = ["处理成功"] * success + ["处理失败"] * (decided - success)
        outcomes += ["处理中"] * plan.open_complaints
        causes = ["服务态度"] * plan.attitude
        causes += [rng.choice(("物流", "质量问题", "退款", "安装")) for _ in outcomes[plan.attitude :]]
        rng.shuffle(causes)
        mine = [t for t in tickets[month] if t.agent_id == agent_id and t.created < end - 2 * DAY]
        for outcome, cause, ticket in zip(outcomes, causes, rng.sample(mine, len(outcomes)), strict=True):
            opened = in_opening_hours(partial(some_time_after, ticket.created, 2800))
            closed = in_opening_hours(partial(some_time_after, opened, 9000)) if outcome != "处理中" else "-"
            rows.append(row(PERSON[agent_id].account, ticket.ticket_id, opened, closed, outcome, cause))
    rows.sort(key=lambda case: (str(case["投诉时间"]), str(case["工单号"])))
    for number, case in enumerate(rows, 1):
        case["投诉编号"] = f"TS{number:05}"

    def strew(case: dict[str, Cell], number: str) -> None:
        rows.insert(rng.randrange(len(rows)), case | {"投诉编号": number})

    opened, closed = dt.datetime(2025, 6, 16, 11, 20), dt.datetime(2025, 6, 17, 16, 5)
    case = next(case for case in rows if case["责任客服"] == "huanglei" and str(case["投诉时间"]) > "2025-06")
    strew(case, str(case["投诉编号"]))
    strew(row("liuyang", "", opened, closed, "已转交", "物流"), "TS90001")
    strew(row("liuyang", "", "待确认", closed, "处理失败", "服务态度"), "TS90002")
    strew(row(BOT.account, "", opened, closed, "处理成功", "物流") | {"是否态度问题": "不清楚"}, "TS90003")
    strew(row("zhangwei", "", opened, closed, "处理成功", "物流"), "")
    strew(row("zhouting", "", closed, opened, "处理中", "物流") | {"是否态度问题": ""}, "TS90004")
    return rows


def make_events(plans: Plans, rng: Random) -> list[Row]:
    rows: list[Row] = []
    about = {
        "responsibility": ("推诿转单", "漏跟进", "错发补偿"),
        "communication": ("承诺不清", "误解诉求"),
        "praise": ("客户表扬",),
        "compliance": ("未核对身份",),
    }
    for (agent_id, month), plan in plans.items():
        days = [day for day in days_of(month) if PERSON[agent_id].works_on(day)]
        kinds = ["responsibility"] * plan.responsibility + ["communication"] * plan.communication
        kinds += rng.choices(("praise", "compliance"), (4, 1), k=rng.randint(0, 2))
        for kind in kinds:
            moment = at(rng.choice(days), rng)
            row = {"event_id": "", "agent_id": agent_id, "occurred_at": seconds(moment)[:16], "kind": kind}
            rows.append(row | {"category": rng.choice(about[kind])})
    rows.sort(key=lambda row: (row["occurred_at"], row["agent_id"]))
    for number, row in enumerate(rows, 1):
        row["event_id"] = f"E{number:04}"
    repeated = next(row for row in rows if row["agent_id"] == "A003" and row["occurred_at"] > "2025-06")
    rows.insert(rng.randrange(len(rows)), repeated)
    bad = {"agent_id": "A001", "occurred_at": "2025-06-12 10:00", "kind": "responsibility"}
    bad["category"] = "漏跟进"
    rows.insert(rng.randrange(len(rows)), {"event_id": "E9001"} | bad | {"kind": "lateness"})
    rows.insert(rng.randrange(len(rows)), {"event_id": "E9002"} | bad | {"agent_id": ""})
    rows.insert(rng.randrange(len(rows)), {"event_id": "E9003"} | bad | {"occurred_at": "2025-06-12 25:00"})
    return rows


def make_exams(plans: Plans) -> list[Row]:
    rows: list[Row] = []
    for (agent_id, month), plan in plans.items():
        for n, score in enumerate(plan.exams):
            exam, taken = (f"{month.month}月业务考试", 20) if n == 0 else (f"{month.month}月补考", 27)
            row = {"agent_id": PERSON[agent_id].mail, "exam": exam}
            rows.append(row | {"taken_at": f"{month:%Y-%m}-{taken} 16:00", "score": score})
    rows.sort(key=lambda row: (row["taken_at"], row["agent_id"]))
    rows.append(next(row for row in rows if row["agent_id"] == PERSON["A006"].mail))
    bad = {"agent_id": PERSON["A011"].mail, "exam": "6月补考", "taken_at": "2025-06-27 16:00", "score": "90"}
    rows.append(bad | {"score": "120"})
    rows.append(bad | {"agent_id": ""})
    return rows


# ── worked time and the roster ───────────────────────────────────────────────────────────────────


AGENT_OF = {person.account: person.agent_id for person in PEOPLE}


def shifts_worked(worktime: Iterable[Row]) -> list[Row]:
    """Each good line once, without days off."""
    shifts = {(row["date"], row["agent_id"]): row for row in worktime if float(row["hours"]) not in (0, 25)}
    return [row for (date, _), row in sorted(shifts.items()) if date != "2025-06-31"]


def make_worktime(rng: Random) -> list[Row]:
    rows: list[Row] = []
    for day in (day for month in MONTHS for day in days_of(month)):
        for person in PEOPLE:
            if person.is_bot or not person.works_on(day):
                continue
            away = rng.random() < 0.02
            hours = "0" if away else rng.choice(("8", "8", "8", "7.5", "9"))
            shift = ("早班", "晚班")[(day.toordinal() // 7 + int(person.agent_id[1:])) % 2]
            row = {"agent_id": person.account, "date": str(day), "hours": hours}
            rows.append(row | {"leave_hours": "8" if away else "0", "shift": shift})
    for row in rows:
        leave = PERSON[AGENT_OF[row["agent_id"]]].leave
        if dt.date.fromisoformat(row["date"]) in leave:
            row |= {"hours": "0", "leave_hours": "8"}
        elif row["agent_id"] == "zhangwei" and row["date"] >= "2025-06":  # 168 hours, for the examples
            row |= {"hours": "8", "leave_hours": "0"}
    rows.insert(rng.randrange(len(rows)), rng.choice(rows))
    bad = {"agent_id": "zhangwei", "date": "2025-06-15", "hours": "8", "leave_hours": "0", "shift": "早班"}
    rows += [bad | {"hours": "25"}, bad | {"date": "2025-06-31"}]
    return rows


def make_roster() -> list[Row]:
    return [
        {
            "agent_id": person.agent_id,
            "name": person.name,
            "team": person.team,
            "role": person.role,
            "joined_on": str(person.joined),
            "left_on": str(person.left or ""),
            "leave": f"{person.leave[0]}..{person.leave[-1]}" if len(person.leave) > 2 else "",
            "is_bot": "是" if person.is_bot else "否",
            "aliases": ";".join((person.nickname, person.account, person.mail)),
        }
        for person in PEOPLE
    ]


# ── files ─────────────────────────────────────────────────────────────────────────────────────────


def csv_bytes(rows: Iterable[Sequence[str]], encoding: str = "utf-8", newline: str = "\n") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=newline).writerows(rows)
    return text.getvalue().encode(encoding)


def table_bytes(
    rows: Sequence[Row], columns: Sequence[str] = (), encoding: str = "utf-8", newline: str = "\n"
) -> bytes:
    columns = columns or list(rows[0])
    return csv_bytes([columns, *([row[name] for name in columns] for row in rows)], encoding, newline)


def gz_bytes(content: bytes) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()


def xlsx_bytes(rows: Sequence[dict[str, Cell]]) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        book.set_properties({"created": dt.datetime(2025, 7, 8, 9, 0)})
        sheet, notes = book.add_worksheet("投诉明细"), book.add_worksheet("说明")
        moment = book.add_format({"num_format": "yyyy/m/d hh:mm"})
        sheet.write_row(0, 0, COMPLAINT_COLUMNS)
        sheet.set_column(0, len(COMPLAINT_COLUMNS) - 1, 16)
        for number, row in enumerate(rows, 1):
            for column, name in enumerate(COMPLAINT_COLUMNS):
                value = row[name]
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(number, column, value, moment)
                elif value:
                    sheet.write_string(number, column, value)
        notes.write_string(0, 0, "处理中：尚未结案，不计入处理成功率。")
    return packed.getvalue()


def make_files() -> dict[str, bytes]:
    """Path inside the folder → content."""
    rng = Random(SEED)
    plans = plan_months(rng)
    tickets = {month: make_tickets(month, plans, rng) for month in MONTHS}
    gather_late(tickets, "A003", MONTHS[2], "物流")
    figures = plan_figures(rng_of("figures"))
    cases.add_columns(tickets, figures, rng_of("cases"))
    exported = ticket_exports(tickets, rng)
    exports = {month: table_bytes(rows, TICKET_COLUMNS) for month, rows in exported.items()}
    surveys = make_surveys(tickets, plans, rng)
    complaints = make_complaints(tickets, plans, rng)
    worktime = make_worktime(rng)
    solving = {key: plan.solving for key, plan in plans.items()}
    trade = Trade(figures, rng_of("trade"))
    messages = words.make_messages(tickets, figures, rng_of("words"))
    april, may, june = MONTHS
    return {
        "roster.csv": table_bytes(make_roster(), encoding="utf-8-sig", newline="\r\n"),
        "exports/tickets-2025-04.csv.gz": gz_bytes(exports[april]),
        "exports/tickets-2025-05.csv.gz": gz_bytes(exports[may]),
        "exports/tickets-2025-06.csv": exports[june],
        "exports/surveys-2025q2.csv": table_bytes(surveys, encoding="gbk", newline="\r\n"),
        "exports/complaints-2025q2.xlsx": xlsx_bytes(complaints),
        "exports/events.csv": table_bytes(make_events(plans, rng)),
        "exports/exams.csv": table_bytes(make_exams(plans)),
        "exports/qa_reviews.csv": table_bytes(marks.make_reviews(figures, solving, rng_of("marks")), marks.COLUMNS),
        "exports/worktime.csv": table_bytes(worktime),
        "exports/daily-report-2025q2.csv": csv_bytes(
            make_report(shifts_worked(worktime), figures, rng_of("report")), newline="\r\n"
        ),
        "exports/orders-2025q2.csv.gz": gz_bytes(table_bytes(trade.order_rows(), ORDER_COLUMNS)),
        "exports/order_agents.csv": table_bytes(trade.order_agent_rows()),
        "exports/returns.csv": table_bytes(trade.return_rows()),
        "exports/sales.csv": table_bytes(trade.sale_rows()),
        "exports/account_health.csv": table_bytes(trade.health_rows(messages)),
        "exports/messages-2025q2.csv.gz": gz_bytes(table_bytes(messages, words.COLUMNS)),
        "exports/activities.csv": table_bytes(deeds.make_activities(figures, rng_of("activities"))),
        "exports/tasks.csv": table_bytes(deeds.make_tasks(figures, rng_of("tasks"))),
        "exports/costs.csv": table_bytes(
            deeds.make_costs(figures, rng_of("costs")), encoding="utf-8-sig", newline="\r\n"
        ),
    }


def rng_of(name: str) -> Random:
    """Each of the later tables has a source of chance of its own, so that one can change without the others."""
    return Random(f"{SEED} {name}")


def write_files(folder: Path) -> None:
    for name, content in make_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    write_files(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
