"""What each agent's month has to come to in the tables of the other four schemes; the rows are made to add up to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from random import Random

from generator.shop import MONTHS, PEOPLE


@dataclass(frozen=True)
class Figures:
    """One agent's month. Shares are of that month's cases or customers; pairs are (those that count, all)."""

    # cases: shares of those with a complexity; `informed` of the complex ones, `crossed` went through two teams
    first_contact: float
    transferred: float
    crossed: float
    informed: float
    accepted: float
    returning: float
    average_reply: int
    # orders of the month, and what became of them
    orders: int
    defects: int
    returned: int
    requests: int
    dissatisfied: int
    sales: int
    order_value: int
    # what the agent did besides
    knowledge: tuple[int, int]
    missed_trainings: int
    overtime: int
    urgent: int
    costs: tuple[int, int, int, int]  # labour, material, transport, warranty
    tasks: tuple[int, int]
    reported: int
    trials: int
    # words: own messages with a polite phrase, customers' messages answered late
    polite: tuple[int, int]
    late: tuple[int, int]
    # marks out of 100
    case_marks: tuple[int, int, int]  # communication, judgement, solution
    solved_at_once: tuple[int, int]
    sheet_marks: tuple[int, int, int]  # language, attitude, expertise
    breaches: int
    peers: tuple[int, ...]
    mystery: tuple[int, ...]
    # the platform's report: seconds, sessions per hour, shares of sessions, ratings and inquiries
    first_reply: int
    report_reply: int
    sessions: int
    unanswered: float
    satisfied: float
    positive: float
    complaints: float
    conversion: float


FigurePlans = dict[tuple[str, dt.date], Figures]

# How good each one is, more or less. A007 was here for less than half of June.
LEVELS = {
    "A001": 0.97, "A002": 0.95, "A003": 0.87, "A004": 0.95, "A005": 0.88, "A006": 0.83,
    "A007": 0.88, "A008": 0.74, "A009": 0.92, "A010": 0.90, "A011": 0.80,
}  # fmt: skip
DEFECTS = {  # April, May from the 2nd, June
    "A002": (0, 1, 2), "A003": (0, 1, 1), "A005": (0, 0, 1), "A006": (1, 1, 1),
    "A008": (1, 2, 2), "A009": (0, 0, 1), "A011": (1, 1, 1),
}  # fmt: skip

# A003's June is the example of the documentation, so it is planned in full.
EXAMPLE = Figures(
    first_contact=0.84, transferred=0.05, crossed=0.10, informed=0.90, accepted=0.92, returning=0.045,
    average_reply=36,
    orders=50, defects=1, returned=3, requests=20, dissatisfied=3, sales=25, order_value=324,
    knowledge=(1, 3), missed_trainings=1, overtime=1, urgent=2, costs=(5600, 260, 180, 160),
    tasks=(18, 20), reported=1, trials=5,
    polite=(102, 120), late=(3, 50),
    case_marks=(82, 80, 85), solved_at_once=(8, 10), sheet_marks=(85, 90, 80), breaches=0,
    peers=(92, 84, 30, 88, 86), mystery=(80, 84),
    first_reply=24, report_reply=36, sessions=20, unanswered=0,
    satisfied=0.91, positive=0.94, complaints=0.025, conversion=0.19,
)  # fmt: skip


def figures_at(level: float, size: float, rng: Random) -> Figures:
    """A month at a level between 0 and 1, of somebody who is here for that share of it."""

    def near(width: float = 0.03) -> float:
        return min(0.99, level + rng.uniform(-width, width))

    def mark() -> int:
        return round(100 * near())

    def part(count: float) -> int:
        return max(1, round(count * size))

    short = 1 - level
    answered, sent, due, reviews = part(16), part(40), part(8), part(4)
    late_tasks = round(due * short)
    requests = part(12)
    outlier = rng.choice((30, 100))
    return Figures(
        first_contact=near(), transferred=short * 0.4, crossed=0.08, informed=near(), accepted=near(),
        returning=short * 0.3, average_reply=round(18 + 200 * short),
        orders=part(46), defects=0, returned=part(3), requests=requests, dissatisfied=round(requests * short * 0.8),
        sales=part(14), order_value=round(270 + 90 * near()),
        knowledge=(round(3 * size * near()), part(3)), missed_trainings=round(size * short * 8),
        overtime=rng.randint(0, 1), urgent=rng.randint(0, 2),
        costs=(part(5200), part(rng.randint(120, 400)), part(rng.randint(80, 260)), part(rng.randint(60, 240))),
        tasks=(due - late_tasks, due), reported=late_tasks // 2, trials=part(4),
        polite=(round(sent * near()), sent), late=(round(answered * short * 0.7), answered),
        case_marks=(mark(), mark(), mark()), solved_at_once=(round(reviews * near()), reviews),
        sheet_marks=(mark(), mark(), mark()), breaches=0,
        peers=(mark(), outlier, mark()), mystery=(mark(),),
        first_reply=round(14 + 100 * short), report_reply=round(20 + 200 * short), sessions=rng.randint(19, 27),
        unanswered=0.008,
        satisfied=near(), positive=near(), complaints=short * 0.18, conversion=0.12 + 0.12 * near(),
    )  # fmt: skip


def plan_figures(rng: Random) -> FigurePlans:
    """(agent, first of month) → figures, for everybody with work of their own."""
    april, may, june = MONTHS
    plans: FigurePlans = {}
    for who, level in LEVELS.items():
        for number, month in enumerate(MONTHS):
            size = 0.45 if (who, month) == ("A007", june) else 1
            figures = figures_at(level + rng.uniform(-0.02, 0.02), size, rng)
            plans[who, month] = replace(figures, defects=DEFECTS.get(who, (0, 0, 0))[number])
            if month == june:  # looked at more closely than the months before: 2 to 3 cases a week, five colleagues
                cases = max(2, round(10 * size))
                peers = (*figures.peers, *(round(100 * level) + rng.randint(-5, 5) for _ in range(2)))
                solved = min(cases, round(cases * figures.first_contact))
                plans[who, june] = replace(plans[who, june], solved_at_once=(solved, cases), peers=peers)
                plans[who, june] = replace(plans[who, june], mystery=(*figures.mystery, round(100 * level)))
    # quick; quality full but for its orders; a breach of privacy beside good marks, and another
    for month in MONTHS:
        plans["A001", month] = replace(plans["A001", month], report_reply=14, average_reply=14)
    plans["A002", june] = replace(
        plans["A002", june], orders=50, dissatisfied=0, late=(0, 16), case_marks=(95, 94, 96), solved_at_once=(10, 10),
        average_reply=20, first_contact=0.97,
    )  # fmt: skip
    plans["A002", may] = replace(plans["A002", may], orders=50)
    plans["A003", april] = replace(plans["A003", april], tasks=(8, 8), reported=0, trials=4)
    plans["A003", may] = replace(plans["A003", may], orders=50, tasks=(8, 8), reported=0, trials=5)
    plans["A003", june] = EXAMPLE
    plans["A004", june] = replace(plans["A004", june], breaches=1)
    plans["A008", june] = replace(plans["A008", june], breaches=1)
    return plans


assert LEVELS.keys() <= {person.agent_id for person in PEOPLE}
