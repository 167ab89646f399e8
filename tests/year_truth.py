"""The sample year counted a second time, in plain Python and without csperf: what csperf must come to.

The rubric is written down here once more, as a person would read it aloud from `rubrics/chat-team.yaml`.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

YEAR = Path(__file__).parents[1] / "sample_data" / "year"
MONTHS = [f"2025-{number:02}" for number in range(1, 13)]
BOT = "B01"
OLD_WEIGHTS = ("2025-01", "2025-02", "2025-03")
DIMENSIONS = {"response": ("reply",), "quality": ("satisfied", "positive", "complaints"), "sales": ("bought", "order")}
# The one exemption that is approved and was not over when its month ended.
EXEMPTED = ("2025-01", "C02", "satisfied", ("2025-01-11", "2025-01-15"))

Row = dict[str, str]


@dataclass(frozen=True)
class Card:
    """What one agent came to in a period; all null but the parts where there was nothing to score."""

    score: Decimal | None
    grade: str | None = None
    rank: int | None = None
    points: tuple[tuple[str, Decimal], ...] = ()

    def dimension(self, name: str) -> Decimal:
        points = dict(self.points)
        return sum((points[part] for part in DIMENSIONS[name]), Decimal(0))


def read_csv(path: Path) -> list[Row]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def roster() -> list[Row]:
    return read_csv(YEAR / "roster.csv")


def read_month(month: str, *, with_late: bool = False) -> dict[str, list[Row]]:
    """agent → the rows of the month's report; of persons alone."""
    names = {alias: row["agent_id"] for row in roster() for alias in row["aliases"].split(";")}
    rows = read_csv(YEAR / f"exports/daily-{month}.csv")
    late = YEAR / f"late/daily-{month}-late.csv"
    if with_late and late.exists():
        rows += read_csv(late)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[names[row["客服昵称"]]].append(row)
    found.pop(BOT, None)
    return found


def half_up(number: Fraction, digits: int = 2) -> Decimal:
    scaled = number * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-digits)


def total(rows: Iterable[Row], column: str, times: str | None = None) -> int:
    return sum(int(row[column]) * (int(row[times]) if times else 1) for row in rows)


def reply_seconds(rows: Iterable[Row]) -> Fraction:
    rows = list(rows)
    return Fraction(total(rows, "平均响应(秒)", "客服消息数"), total(rows, "客服消息数"))


def satisfaction(rows: Iterable[Row]) -> Fraction:
    rows = list(rows)
    return Fraction(total(rows, "满意量"), total(rows, "评价量"))


def between(value: Fraction, nothing: Fraction, everything: Fraction) -> Fraction:
    """The share of the points that a value on a straight line from nothing to everything earns."""
    return min(max((value - nothing) / (everything - nothing), Fraction(0)), Fraction(1))


def less_steps(missed: Fraction, step: Fraction, weight: int) -> Fraction:
    """The share of the points that is left when each whole step missed costs one point of the weight."""
    return max(Fraction(weight - max(missed, Fraction(0)) // step, weight), Fraction(0))


def score_rows(month: str, rows: Sequence[Row], exempted: Mapping[str, Collection[str]]) -> dict[str, Decimal]:
    """Points by indicator. exempted: indicator → the days that do not count for it."""

    def counted(name: str) -> list[Row]:
        kept = [row for row in rows if row["日期"] not in exempted.get(name, ())]
        assert total(kept, "评价量") >= 10
        return kept

    percent = Fraction(1, 100)
    old = month in OLD_WEIGHTS
    bought, order = counted("bought"), counted("order")
    shares = {
        "reply": (20 if old else 30, between(reply_seconds(counted("reply")), Fraction(70), Fraction(15))),
        "satisfied": (36 if old else 30, between(satisfaction(counted("satisfied")), 70 * percent, 95 * percent)),
        "positive": (
            Fraction("14.4") if old else 12,
            between(
                Fraction(total(counted("positive"), "好评量"), total(counted("positive"), "评价量")),
                80 * percent, 98 * percent,
            ),
        ),
        "complaints": (
            Fraction("9.6") if old else 8,
            less_steps(
                Fraction(total(counted("complaints"), "投诉量"), total(counted("complaints"), "咨询人数"))
                - 2 * percent,
                percent / 2, 8,
            ),
        ),
        "bought": (
            12,
            less_steps(
                20 * percent - Fraction(total(bought, "最终付款人数"), total(bought, "询单人数")), percent, 12
            ),
        ),
        "order": (
            8,
            less_steps(
                11 * Fraction(1, 10) - Fraction(total(order, "最终付款金额"), total(order, "最终付款人数")) / 300,
                percent, 8,
            ),
        ),
    }  # fmt: skip
    return {name: half_up(weight * share) for name, (weight, share) in shares.items()}


def presence(member: Row, month: str) -> Fraction:
    """The share of the month's days that somebody was here."""
    first = dt.date.fromisoformat(f"{month}-01")
    days = [day for offset in range(31) if (day := first + dt.timedelta(days=offset)).month == first.month]
    away = member["leave"].split("..") if member["leave"] else ["9999", "9999"]
    here = [
        day
        for day in map(str, days)
        if member["joined_on"] <= day <= (member["left_on"] or "9999") and not away[0] <= day <= away[1]
    ]
    return Fraction(len(here), len(days))


def grade_of(score: Decimal) -> str:
    return "excellent" if score >= 90 else "qualified" if score >= 70 else "unqualified"


def with_ranks(scores: Mapping[str, Decimal | None], ranked: Collection[str]) -> dict[str, int]:
    """Rank by score among those who are ranked; equal scores share the better rank."""
    placed = {who: score for who, score in scores.items() if who in ranked and score is not None}
    return {who: 1 + sum(other > score for other in placed.values()) for who, score in placed.items()}


def month_cards(month: str, *, with_late: bool = False, with_exemptions: bool = True) -> dict[str, Card]:
    """agent → card, for whoever was here on any day of the month's report."""
    rows = read_month(month, with_late=with_late)
    points = {}
    for who in rows:
        exempted: dict[str, set[str]] = {}
        if with_exemptions and EXEMPTED[:2] == (month, who):
            first, last = EXEMPTED[3]
            exempted[EXEMPTED[2]] = {row["日期"] for row in rows[who] if first <= row["日期"] <= last}
        points[who] = score_rows(month, rows[who], exempted)
    scores = {who: sum(parts.values(), Decimal(0)) for who, parts in points.items()}
    members = {row["agent_id"]: row for row in roster()}
    ranks = with_ranks(scores, {who for who in scores if presence(members[who], month) >= Fraction(1, 2)})
    return {
        who: Card(score, grade_of(score), ranks.get(who), tuple(points[who].items())) for who, score in scores.items()
    }


def mean_cards(cards: Mapping[str, Mapping[str, Card]]) -> dict[str, Card]:
    """The cards of several months as one: the mean of the months in which an agent has a score.

    Whoever has one in fewer than half of the months is in no rank.
    """
    found: dict[str, list[Card]] = defaultdict(list)
    for month in cards.values():
        for who, card in month.items():
            found[who].append(card)
    scores: dict[str, Decimal | None] = {
        who: half_up(sum((Fraction(card.score or 0) for card in own), Fraction(0)) / len(own))
        for who, own in found.items()
    }
    ranks = with_ranks(scores, {who for who, own in found.items() if 2 * len(own) >= len(cards)})
    return {who: Card(score, grade_of(score), ranks.get(who)) for who, score in scores.items() if score is not None}


def mean_dimension(cards: Mapping[str, Mapping[str, Card]], who: str, name: str) -> Fraction:
    """The mean of an agent's points in a dimension over the months with a score, not rounded."""
    own = [month[who].dimension(name) for month in cards.values() if who in month]
    return sum(map(Fraction, own), Fraction(0)) / len(own)
