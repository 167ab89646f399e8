"""Writes the sample year: `python sample_data/generate_year.py [DIRECTORY]` (default: the folder `year` beside it).

An invented chat team of the sample shop, January to December 2025: the platform's report per agent and day, one
file a month. `TEAM` says for each month what the whole team's average reply and satisfaction have to come to,
`AGENTS` how each agent differs from it. The rows are drawn around that, and then nudged until they add up to
exactly what `TEAM` says. Two days of February are kept back in `late/`, as if they had come after the month was
closed; `TEAM` counts without them.

Everything comes from one seed and nothing from the clock.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from generator.shop import DAY, Person, days_of

SEED = 20250331
EARLY, LATE = "早班组", "晚班组"
SEPTEMBER = tuple(dt.date(2025, 9, 1) + number * DAY for number in range(30))
PEOPLE = (
    Person("C01", "沈一诺", EARLY, "诺诺", "shenyinuo", dt.date(2021, 5, 10), role="组长"),
    Person("C02", "韩子墨", EARLY, "子墨", "hanzimo", dt.date(2022, 8, 1)),
    Person("C03", "董思远", EARLY, "思远", "dongsiyuan", dt.date(2023, 2, 20)),
    Person("C04", "袁梦琪", EARLY, "琪琪", "yuanmengqi", dt.date(2024, 3, 4)),
    Person("C05", "程晓彤", EARLY, "彤彤", "chengxiaotong", dt.date(2022, 11, 14), leave=SEPTEMBER),
    Person("C06", "蒋浩然", LATE, "浩然", "jianghaoran", dt.date(2024, 9, 2)),
    Person("C07", "卢佳怡", LATE, "佳怡", "lujiayi", dt.date(2023, 6, 12), left=dt.date(2025, 8, 20)),
    Person("C08", "丁俊杰", LATE, "俊杰", "dingjunjie", dt.date(2025, 6, 9)),
    Person("C09", "谢雨欣", LATE, "雨欣", "xieyuxin", dt.date(2022, 4, 18), role="组长"),
    Person("C10", "魏子轩", LATE, "子轩", "weizixuan", dt.date(2023, 9, 25)),
    Person("B01", "机器人小助", "", "小助", "xiaozhu-bot", is_bot=True, role="机器人"),
)
AWAITED = ("C03", {dt.date(2025, 2, 25), dt.date(2025, 2, 26)})
"""Whose days come late, and which."""
OUTAGE = ("C02", {dt.date(2025, 1, 12), dt.date(2025, 1, 15)})
"""Whose customers could not see their parcels, and when: the exemption that is approved."""

# Month → the team's average reply in seconds and satisfied customers in percent, exactly. The response time weighs
# more from April on: 45 s and 82 % in March are 22 s and 93 % three months later.
TEAM = {
    1: (46, 81), 2: (47, 82), 3: (45, 82), 4: (37, 86), 5: (29, 90), 6: (22, 93),
    7: (22, 92), 8: (23, 93), 9: (21, 94), 10: (22, 93), 11: (25, 91), 12: (21, 93),
}  # fmt: skip


@dataclass(frozen=True)
class Habit:
    """How an agent differs from the team: reply time as a share of the team's, the others in percent."""

    reply: float = 1.0
    satisfied: int = 0
    complaints: float = 1.5
    conversion: float = 21
    order: int = 332


AGENTS = {
    "C01": Habit(0.58, 5, 0.8, 24, 335),
    "C02": Habit(0.82, 3, 1.2, 22, 332),
    "C03": Habit(1.0, 0, 1.8, 20.5, 330),
    "C04": Habit(1.3, -3, 2.2, 19.5, 331),
    "C05": Habit(0.9, 1, 1.5, 21, 328),
    "C06": Habit(1.35, -7, 3, 18, 322),
    "C07": Habit(1.1, -3, 2.1, 19, 327),
    "C08": Habit(1.15, -4, 2.2, 18, 325),
    "C09": Habit(0.75, 4, 1.2, 14, 313),
    "C10": Habit(0.95, -1, 1.9, 20.5, 329),
}

HEADER = (
    "日期", "客服昵称", "咨询人数", "接待人数", "客服消息数", "平均响应(秒)", "评价量", "满意量", "好评量", "投诉量",
    "询单人数", "最终付款人数", "最终付款金额", "在线时长",
)  # fmt: skip


@dataclass
class Shift:
    """One agent's day in the report. reply: seconds on average."""

    person: Person
    day: dt.date
    asked: int
    messages: int
    reply: int
    rated: int
    satisfied: int
    positive: int
    complaints: int
    inquiries: int
    buyers: int
    sales: int

    def cells(self) -> list[str]:
        numbers = (
            self.asked, self.asked - self.asked // 50, self.messages, self.reply, self.rated, self.satisfied,
            self.positive, self.complaints, self.inquiries, self.buyers, self.sales, 8,
        )  # fmt: skip
        return [self.day.isoformat(), self.person.nickname, *map(str, numbers)]


def draw_shift(person: Person, day: dt.date, rng: Random) -> Shift:
    habit, (reply, satisfied) = AGENTS[person.agent_id], TEAM[day.month]
    asked, rated, inquiries = rng.randint(160, 240), rng.randint(14, 26), rng.randint(26, 44)
    pleased = count(satisfied + habit.satisfied, rated, rng)
    buyers = count(habit.conversion, inquiries, rng)
    return Shift(
        person, day, asked, 10 * rng.randint(60, 90), max(5, round(reply * habit.reply * rng.uniform(0.88, 1.12))),
        rated, pleased, pleased + count(45, rated - pleased, rng), count(habit.complaints, asked, rng),
        inquiries, buyers, buyers * habit.order + rng.randint(-9, 9) * (buyers > 0),
    )  # fmt: skip


def count(percent: float, of: int, rng: Random) -> int:
    """How many of so many, each with that chance."""
    return sum(rng.random() < percent / 100 for _ in range(of))


def nudge_replies(shifts: Sequence[Shift], wanted: int, rng: Random) -> None:
    """Make the average reply by messages exactly what is wanted."""
    while (excess := sum((shift.reply - wanted) * shift.messages for shift in shifts)) != 0:
        sign = 1 if excess > 0 else -1
        shift = rng.choice(shifts)
        if abs(excess) >= shift.messages:
            shift.reply -= sign
        elif shift.reply - wanted == sign:
            shift.messages -= min(abs(excess), 40)


def nudge_ratings(shifts: Sequence[Shift], percent: int, rng: Random) -> None:
    """Make exactly that share of the rated satisfied: rated in whole hundreds, so that it can be had."""
    while sum(shift.rated for shift in shifts) % 100:
        shift = rng.choice(shifts)
        shift.rated, shift.satisfied, shift.positive = shift.rated + 1, shift.satisfied + 1, shift.positive + 1
    wanted = percent * sum(shift.rated for shift in shifts) // 100
    while (short := wanted - sum(shift.satisfied for shift in shifts)) != 0:
        shift = rng.choice(shifts)
        if short > 0 and shift.satisfied < shift.rated:
            shift.satisfied += 1
            shift.positive = max(shift.positive, shift.satisfied)
        elif short < 0 and shift.satisfied > 0:
            shift.satisfied -= 1


def make_month(month: dt.date) -> tuple[list[list[str]], list[list[str]]]:
    """The lines of the month's report, and those that come late."""
    rng = Random(f"{SEED} {month:%Y-%m}")
    people = [person for person in PEOPLE if not person.is_bot]
    shifts = [
        draw_shift(person, day, rng)
        for day in days_of(month)
        for person in people
        if person.works_on(day) and day not in person.leave
    ]
    late = [shift for shift in shifts if shift.person.agent_id == AWAITED[0] and shift.day in AWAITED[1]]
    for shift in late:  # two good days, so that they are missed
        shift.satisfied = shift.positive = shift.rated
    for shift in shifts:
        if shift.person.agent_id == OUTAGE[0] and shift.day in OUTAGE[1]:
            shift.satisfied //= 2
    there = [shift for shift in shifts if shift not in late]
    reply, satisfied = TEAM[month.month]
    nudge_replies(there, reply, rng)
    nudge_ratings(there, satisfied, rng)
    (bot,) = (person for person in PEOPLE if person.is_bot)
    unknown = ["-"] * (len(HEADER) - 4)
    bots = [
        [day.isoformat(), bot.nickname, asked, asked, *unknown]
        for day in days_of(month)
        for asked in [str(rng.randint(500, 700))]
    ]
    lines = sorted([*(shift.cells() for shift in there), *bots], key=lambda line: line[0])
    return lines, [shift.cells() for shift in late]


def make_roster() -> list[list[str]]:
    lines = [["agent_id", "name", "team", "role", "joined_on", "left_on", "leave", "is_bot", "aliases"]]
    for person in PEOPLE:
        leave = f"{person.leave[0]}..{person.leave[-1]}" if person.leave else ""
        left = person.left.isoformat() if person.left else ""
        lines.append(
            [
                person.agent_id, person.name, person.team, person.role, person.joined.isoformat(), left, leave,
                "是" if person.is_bot else "否", f"{person.nickname};{person.mail}",
            ]
        )  # fmt: skip
    return lines


def make_pay() -> list[list[str]]:
    """Base pay for all but the one who left; C02 has had more since July."""
    pay = {"C01": 7200, "C02": 6300, "C03": 5800, "C04": 5200, "C05": 6000, "C06": 5300, "C08": 5000, "C09": 6650}
    lines = [["agent_id", "base_pay", "valid_from"]]
    lines += [[agent_id, str(amount), "2025-01-01"] for agent_id, amount in [*pay.items(), ("C10", 5900)]]
    return [*lines, ["C02", "6555", "2025-07-01"]]


def csv_bytes(lines: Sequence[Sequence[str]]) -> bytes:
    """As Excel writes it: with a BOM."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def make_files() -> dict[str, bytes]:
    files = {"roster.csv": csv_bytes(make_roster()), "pay.csv": csv_bytes(make_pay())}
    for number in TEAM:
        month = dt.date(2025, number, 1)
        lines, late = make_month(month)
        files[f"exports/daily-{month:%Y-%m}.csv"] = csv_bytes([HEADER, *lines])
        if late:
            files[f"late/daily-{month:%Y-%m}-late.csv"] = csv_bytes([HEADER, *late])
    return files


def write_files(folder: Path) -> None:
    for name, content in make_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    write_files(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "year")
