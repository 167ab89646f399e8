"""What agents do besides cases, and what it costs: activities, tasks with a due time, bookings."""

from __future__ import annotations

import datetime as dt
from random import Random

from generator.figures import FigurePlans
from generator.shop import (
    DAY,
    MONTHS,
    PERSON,
    STRANGER,
    Person,
    Row,
    at,
    days_of,
    is_workday,
    next_month,
    seconds,
    spread,
    strew,
)

TOPICS = ("退换货新规", "物流异常处理", "话术与情绪管理", "隐私合规", "大促预案")
HOLIDAYS = {4: dt.date(2025, 4, 4), 5: dt.date(2025, 5, 1), 6: dt.date(2025, 6, 2)}
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)


def number(rows: list[Row], key: str, prefix: str, *by: str) -> None:
    """Sort the rows and give each its id."""
    rows.sort(key=lambda row: tuple(row[name] for name in by))
    for position, row in enumerate(rows, 1):
        row[key] = f"{prefix}{position:04}"


def was_here(person: Person, day: dt.date) -> bool:
    return person.joined <= day <= (person.left or dt.date.max)


def trainings_of(month: dt.date) -> list[tuple[dt.date, str]]:
    """One a week, five a month."""
    return [(month + (2 + 6 * week) * DAY, topic) for week, topic in enumerate(TOPICS)]


def make_activities(figures: FigurePlans, rng: Random) -> list[Row]:
    rows: list[Row] = []
    empty = dict.fromkeys(("activity_id", "topic", "required", "attended", "accepted", "hours"), "")

    def add(agent_id: str, moment: dt.datetime, kind: str, **cells: str) -> None:
        rows.append(empty | {"agent_id": agent_id, "occurred_at": seconds(moment)[:16], "kind": kind} | cells)

    for (agent_id, month), plan in figures.items():
        person = PERSON[agent_id]
        days = [day for day in days_of(month) if person.works_on(day)]
        accepted, sent = plan.knowledge
        for place in range(sent):
            answer = "true" if place < accepted else rng.choice(("false", ""))  # empty: nobody has looked at it yet
            add(agent_id, at(rng.choice(days), rng, 9, 18), "knowledge", topic=rng.choice(TOPICS), accepted=answer)
        trainings = [(day, topic) for day, topic in trainings_of(month) if was_here(person, day)]
        missed = rng.sample(trainings, min(plan.missed_trainings, len(trainings)))
        for day, topic in trainings:
            there = "false" if (day, topic) in missed else "true"
            add(agent_id, dt.datetime.combine(day, dt.time(17)), "training",
                topic=topic, required="true", attended=there, hours="1.5")  # fmt: skip
        if agent_id in ("A001", "A003", "A010"):  # who liked came
            add(agent_id, at(days[-1], rng, 18, 19), "training", topic="英语客服", required="false", attended="true")
        for _ in range(plan.overtime):
            shift = dt.datetime.combine(HOLIDAYS[month.month], dt.time(9))
            add(agent_id, shift, "overtime", topic="节假日值班", hours="8")
        for _ in range(plan.urgent):
            add(agent_id, at(rng.choice(days), rng), "urgent_case", topic="加急投诉", hours="2")
    number(rows, "activity_id", "H", "occurred_at", "agent_id", "kind")
    example = next(row for row in rows if row["agent_id"] == "A003" and row["occurred_at"] > "2025-06")
    strew(rows, dict(example), rng)
    strew(rows, example | {"activity_id": "H9001", "kind": "party"}, rng)
    strew(rows, example | {"activity_id": "H9002", "occurred_at": "2025-06-31 17:00"}, rng)
    strew(rows, example | {"activity_id": "H9003", "agent_id": ""}, rng)
    edge = empty | {"agent_id": "A003", "kind": "knowledge", "topic": TOPICS[0], "accepted": "true"}
    rows.append(edge | {"activity_id": "H9004", "occurred_at": "2025-07-01 00:00"})
    rows.append(edge | {"activity_id": "H9005", "occurred_at": "2025-06-12 10:00", "agent_id": STRANGER})
    return rows


def make_tasks(figures: FigurePlans, rng: Random) -> list[Row]:
    """Small tasks test trust: a point for each that is delivered in time, two lost where nobody was warned."""
    rows: list[Row] = []
    for (agent_id, month), plan in figures.items():
        days = [day for day in days_of(month) if PERSON[agent_id].works_on(day)]
        on_time, due_count = plan.tasks
        for place in range(due_count):
            due = dt.datetime.combine(rng.choice(days), dt.time(18))
            given = due - rng.randint(2, 5) * DAY - rng.randint(0, 8) * HOUR
            delivered = due - rng.randint(0, 40) * HOUR if place else due  # one in the last second
            reported, trial, points = None, place < plan.trials, "1" if place < plan.trials else ""
            if place >= on_time:
                delivered = due + (rng.randint(1, 40) * HOUR if place > on_time else SECOND)
                if place < on_time + plan.reported:
                    reported = due - rng.randint(2, 10) * HOUR
                else:
                    trial, points = True, "-2"
            rows.append(
                {
                    "task_id": "", "agent_id": PERSON[agent_id].mail, "assigned_at": seconds(given)[:16],
                    "due_at": seconds(due), "delivered_at": seconds(delivered), "reported_at": seconds(reported)[:16],
                    "updated_at": seconds(delivered), "kind": rng.choice(("回访", "资料整理", "案例复盘")),
                    "is_trial": "true" if trial else "false", "trust_points": points,
                }
            )  # fmt: skip
    number(rows, "task_id", "W", "due_at", "agent_id", "delivered_at")
    june = [row for row in rows if row["due_at"] > "2025-06"]
    mine = [row for row in june if row["agent_id"] == PERSON["A003"].mail]
    strew(rows, dict(june[7]), rng)
    strew(rows, mine[3] | {"delivered_at": "", "updated_at": mine[3]["assigned_at"]}, rng)  # before it was delivered
    strew(rows, mine[4] | {"task_id": "W9001", "due_at": ""}, rng)
    strew(rows, mine[4] | {"task_id": "W9002", "delivered_at": "2025-06-31 12:00", "trust_points": ""}, rng)
    strew(rows, mine[4] | {"task_id": "", "trust_points": "50"}, rng)
    late = {"delivered_at": "", "reported_at": "", "updated_at": "2025-06-30 18:00:00", "trust_points": ""}
    rows.append(mine[4] | late | {"task_id": "W9003", "due_at": "2025-07-01 00:00:00"})  # due when June is over
    rows.append(june[2] | {"task_id": "W9004", "agent_id": STRANGER})
    return rows


def make_costs(figures: FigurePlans, rng: Random) -> list[Row]:
    rows: list[Row] = []

    def add(agent_id: str, day: dt.date, kind: str, cents: int) -> None:
        cells = {"cost_id": "", "agent_id": agent_id, "date": str(day), "kind": kind}
        rows.append(cells | {"amount": f"{cents / 100:.2f}", "currency": "CNY"})

    for (agent_id, month), plan in figures.items():
        labour, *others = plan.costs
        days = [day for day in days_of(month) if was_here(PERSON[agent_id], day)]
        add(agent_id, days[-1], "labour", 100 * labour)
        for kind, amount in zip(("material", "transport", "warranty"), others, strict=True):
            for cents in spread(100 * amount, 2, rng):
                add(agent_id, rng.choice(days), kind, cents)
    for month in MONTHS:  # shared by all
        add("", next_month(month) - DAY, "labour", 900_000)
        add("", next(day for day in days_of(month) if is_workday(day)), "material", 120_000)
    number(rows, "cost_id", "F", "date", "agent_id", "kind", "amount")
    mine = [row for row in rows if row["agent_id"] == "A003" and row["date"] > "2025-06"]
    example = next(row for row in mine if row["kind"] == "warranty")
    strew(rows, dict(example), rng)
    strew(rows, example | {"cost_id": "F9001", "kind": "rent"}, rng)
    strew(rows, example | {"cost_id": "F9002", "amount": "-80.00"}, rng)
    strew(rows, example | {"cost_id": "F9003", "amount": ""}, rng)
    rows.append(example | {"cost_id": "F9004", "date": "2025-07-01"})
    rows.append(example | {"cost_id": "F9005", "agent_id": STRANGER})
    return rows
