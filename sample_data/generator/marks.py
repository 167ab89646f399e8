"""Quality reviews: cases that a supervisor samples, sheets by records, colleagues, mystery shoppers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from random import Random

from generator.figures import FigurePlans, Figures
from generator.shop import MONTHS, PERSON, Row, around, at, days_of, seconds

COLUMNS = (
    "review_id", "agent_id", "reviewed_at", "criterion", "mark", "weight", "critical_failed", "kind", "reviewer_id",
)  # fmt: skip
Mark = tuple[str, int, str, bool]
"""(criterion, mark, weight, whether that fails the whole review)"""


def case_reviews(plan: Figures, solving: tuple[int, ...], rng: Random) -> list[list[Mark]]:
    """Of the first cases, the supervisor also marks how well the agent solved the problem alone."""
    solved, count = plan.solved_at_once
    marks = [around(mean, count, rng) for mean in plan.case_marks]
    at_once = [100] * solved + [0] * (count - solved)
    rng.shuffle(at_once)
    reviews: list[list[Mark]] = []
    for number, (communication, judgement, solution, first) in enumerate(zip(*marks, at_once, strict=True)):
        review = [("communication", communication, "30", False), ("judgement", judgement, "30", False)]
        review += [("solution", solution, "40", False), ("first_contact", first, "0", False)]
        if number < len(solving):
            review.append(("problem_solving", solving[number], "0", False))
        reviews.append(review)
    return reviews


def sheets(plan: Figures, count: int, rng: Random) -> list[list[Mark]]:
    marks = [around(mean, count, rng) for mean in plan.sheet_marks]
    breached = [True] * plan.breaches + [False] * (count - plan.breaches)
    rng.shuffle(breached)
    return [
        [
            ("language", language, "30", False), ("attitude", attitude, "30", False),
            ("expertise", expertise, "40", False), ("compliance", 0 if breach else 100, "0", breach),
        ]
        for language, attitude, expertise, breach in zip(*marks, breached, strict=True)
    ]  # fmt: skip


def make_reviews(
    figures: FigurePlans, solving: Mapping[tuple[str, dt.date], tuple[int, ...]], rng: Random
) -> list[Row]:
    reviews: list[list[Row]] = []

    def add(agent_id: str, moment: dt.datetime, kind: str, reviewer: str, marks: list[Mark]) -> None:
        reviews.append(
            [
                {
                    "agent_id": agent_id, "reviewed_at": seconds(moment)[:16], "criterion": criterion,
                    "mark": str(mark), "weight": weight, "kind": kind, "reviewer_id": reviewer,
                    "critical_failed": ("true" if failed else "false") if kind == "supervisor" else "",
                }
                for criterion, mark, weight, failed in marks
            ]
        )  # fmt: skip

    for (agent_id, month), plan in figures.items():
        days = [day for day in days_of(month) if PERSON[agent_id].works_on(day)]
        others = [who for who, when in figures if when == month and who != agent_id]
        cases = case_reviews(plan, solving[agent_id, month], rng)
        if (agent_id, month) == ("A008", MONTHS[-1]):  # gave a customer's address away
            cases[2][2] = ("solution", cases[2][2][1], "40", True)
        for kind_of_review in (cases, sheets(plan, 2 if len(days) < 15 or month != MONTHS[-1] else 4, rng)):
            for number, marks in enumerate(kind_of_review):
                day = days[number * len(days) // len(kind_of_review)]
                add(agent_id, at(day, rng, 9, 18), "supervisor", "S01", marks)
        for place, (reviewer, mark) in enumerate(zip(rng.sample(others, len(plan.peers)), plan.peers, strict=True)):
            criterion = "overall" if place else "problem_solving"  # one colleague marks what the supervisor does, too
            add(agent_id, at(days[-1], rng, 9, 18), "peer", reviewer, [(criterion, mark, "", False)])
        for mark in plan.mystery:
            add(agent_id, at(rng.choice(days), rng, 9, 18), "mystery", "M01", [("overall", mark, "", False)])
    reviews.sort(key=lambda review: (review[0]["reviewed_at"], review[0]["agent_id"], review[0]["criterion"]))
    for number, review in enumerate(reviews, 1):
        for row in review:
            row["review_id"] = f"Q{number:04}"
    rows = [row for review in reviews for row in review]
    june = [row for row in rows if row["criterion"] == "problem_solving" and row["reviewed_at"] > "2025-06"]
    rows.append(june[0])
    bad = june[1] | {"mark": "95"}
    rows.append(bad | {"review_id": "Q9001", "mark": "101"})
    rows.append(bad | {"review_id": "Q9002", "agent_id": ""})
    rows.append(bad | {"review_id": "Q9003", "mark": ""})
    return rows
