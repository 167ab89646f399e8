"""The sample shop itself: who works there, its calendar, and numbers drawn so that they add up to a plan."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import TypeVar

SEED = 20250601
MONTHS = (dt.date(2025, 4, 1), dt.date(2025, 5, 1), dt.date(2025, 6, 1))
SHOP = "样例家居"
DAY = dt.timedelta(days=1)

# The official holidays of these months that fall on weekdays, and the Sunday worked in exchange.
DAYS_OFF = {dt.date(2025, *day) for day in ((4, 4), (5, 1), (5, 2), (5, 5), (6, 2))}
MAKE_UP_DAYS = {dt.date(2025, 4, 27)}

Row = dict[str, str]


@dataclass(frozen=True)
class Person:
    """One line of the roster. Each export knows people by another of these names."""

    agent_id: str
    name: str
    team: str
    nick: str
    account: str
    joined: dt.date = dt.date(2023, 3, 1)
    left: dt.date | None = None
    is_bot: bool = False
    role: str = "客服"
    leave: tuple[dt.date, ...] = ()  # days of leave in June

    @property
    def nickname(self) -> str:
        return f"{SHOP}:{self.nick}"

    @property
    def mail(self) -> str:
        return f"{self.account}@shop.example"

    def works_on(self, day: dt.date) -> bool:
        """Five days of seven, turning through the week from agent to agent."""
        turn = (day.toordinal() + 2 * int(self.agent_id[1:])) % 7
        return self.joined <= day <= (self.left or dt.date.max) and turn < 5


def june(first: int, last: int) -> tuple[dt.date, ...]:
    return tuple(dt.date(2025, 6, day) for day in range(first, last + 1))


ONE, TWO = "售后一组", "售后二组"
PEOPLE = (
    Person("A001", "李娜", ONE, "娜娜", "lina", dt.date(2021, 6, 15), role="组长"),
    Person("A002", "王强", ONE, "强子", "wangqiang", dt.date(2022, 3, 1)),
    Person("A003", "张伟", ONE, "小伟", "zhangwei", dt.date(2022, 9, 13)),
    Person("A004", "刘洋", ONE, "洋洋", "liuyang", dt.date(2023, 2, 6), leave=june(19, 20)),
    Person("A005", "陈静", ONE, "静静", "chenjing", dt.date(2023, 7, 10)),
    Person("A006", "杨帆", ONE, "帆帆", "yangfan", dt.date(2024, 3, 18)),
    Person("A007", "赵敏", TWO, "敏敏", "zhaomin", dt.date(2021, 11, 22), left=dt.date(2025, 6, 13)),
    Person("A008", "黄磊", TWO, "石头", "huanglei", dt.date(2024, 12, 2)),
    Person("A009", "周婷", TWO, "婷婷", "zhouting", dt.date(2022, 5, 16), role="组长"),
    Person("A010", "吴昊", TWO, "昊昊", "wuhao", dt.date(2023, 10, 9), leave=june(16, 22)),
    Person("A011", "孙丽", TWO, "丽丽", "sunli", dt.date(2024, 8, 5), leave=june(9, 9)),
    Person("A012", "林悦", TWO, "悦悦", "linyue", dt.date(2025, 6, 25), role="实习客服"),
    Person("B001", "机器人小蜜", "", "小蜜", "xiaomi-bot", is_bot=True, role="机器人"),
)
PERSON = {person.agent_id: person for person in PEOPLE}
BOT = PERSON["B001"]
STRANGER = f"{SHOP}:小棠"  # a nickname that nobody in the roster has


# ── time ──────────────────────────────────────────────────────────────────────────────────────────


def next_month(month: dt.date) -> dt.date:
    return (month + 31 * DAY).replace(day=1)


def days_of(month: dt.date) -> list[dt.date]:
    return [month + i * DAY for i in range((next_month(month) - month).days)]


def is_workday(day: dt.date) -> bool:
    return day in MAKE_UP_DAYS or (day.weekday() < 5 and day not in DAYS_OFF)


def add_workdays(start: dt.datetime, days: float) -> dt.datetime:
    """The instant at which that much time has passed on working days."""
    left, now = dt.timedelta(days=days), start
    while True:
        midnight = dt.datetime.combine(now.date() + DAY, dt.time())
        if is_workday(now.date()):
            if left <= midnight - now:
                return (now + left).replace(microsecond=0)
            left -= midnight - now
        now = midnight


def at(day: dt.date, rng: Random, first: int = 8, last: int = 22) -> dt.datetime:
    """Some second of the opening hours."""
    return dt.datetime.combine(day, dt.time(rng.randint(first, last), rng.randint(0, 59), rng.randint(0, 59)))


def in_opening_hours(draw: Callable[[], dt.datetime]) -> dt.datetime:
    while not 8 <= (moment := draw()).hour <= 23:
        pass
    return moment


def seconds(moment: dt.datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def unpadded(moment: dt.datetime) -> str:
    """As Excel shows it in China: 2025/6/3 14:05."""
    return f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment.minute:02}"


# ── cases ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Ticket:
    """A ticket before it is written. counts: True in time, False late, None counts nowhere."""

    agent_id: str
    created: dt.datetime
    resolved: dt.datetime | None
    complexity: str
    counts: bool | None
    ticket_id: str = ""
    row: Row = field(default_factory=dict)


Tickets = dict[dt.date, list[Ticket]]
"""First of month → the good tickets of that month's export."""


# ── numbers that add up ───────────────────────────────────────────────────────────────────────────

T = TypeVar("T")


def spread(total: int, parts: int, rng: Random) -> list[int]:
    """The total in so many parts of about one size."""
    shares = [rng.uniform(0.75, 1.25) for _ in range(parts)]
    edges = [round(total * sum(shares[:n]) / sum(shares)) for n in range(parts + 1)]
    return [high - low for low, high in pairwise(edges)]


def mirrored(total: int, parts: int, rng: Random) -> list[int]:
    """The same, but the last part is as large as the first, and so on (the total must be even or the parts odd)."""
    middle = [total // parts + (total // parts + total) % 2] if parts % 2 else []
    half = spread((total - sum(middle)) // 2, parts // 2, rng)
    return [*half, *middle, *reversed(half)]


def opposed(parts: int, most: int, rng: Random) -> list[int]:
    """Offsets of which the first and the last cancel out, and so on: with mirrored weights they are 0 on average."""
    half = [rng.randint(-most, most) for _ in range(parts // 2)]
    return [*half, *[0] * (parts % 2), *(-offset for offset in reversed(half))]


def hand_out(count: int, places: Sequence[int], rng: Random) -> list[int]:
    """So many things over places that hold only so many each."""
    seats = [place for place, size in enumerate(places) for _ in range(size)]
    taken = Counter(rng.sample(seats, count))
    return [taken[place] for place in range(len(places))]


def around(mean: int, count: int, rng: Random, width: int = 9) -> list[int]:
    """So many marks out of 100 with exactly that mean."""
    marks = [max(0, min(100, mean + rng.randint(-width, width))) for _ in range(count)]
    while (short := mean * count - sum(marks)) != 0:
        place = rng.randrange(count)
        marks[place] = max(0, min(100, marks[place] + (1 if short > 0 else -1)))
    return marks


def strew(rows: list[T], row: T, rng: Random) -> None:
    """Put a row somewhere among the others."""
    rows.insert(rng.randrange(len(rows)), row)
