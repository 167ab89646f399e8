"""The platform's daily report per agent: counts, sums, means and rates, with its own totals."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from random import Random

from generator.figures import FigurePlans, figures_at
from generator.shop import BOT, PEOPLE, Row, hand_out, mirrored, opposed, spread

HEADER = (
    "日期", "客服昵称", "咨询人数", "接待人数", "未回复人数", "首次响应时长（秒)", "平均响应时长", "旺旺回复率",
    "评价量", "满意量", "客户满意率", "询单人数", "下单人数", "销售额",
    "转出人数", "客服消息数", "买家消息数", "好评量", "投诉量", "销售订单数", "出勤工时",
)  # fmt: skip
UNCOUNTED = "2025-06-30"  # the platform has not counted that day's ratings yet
Day = dict[str, float]


def in_words(whole: int) -> str:
    return f"{whole // 60}分{whole % 60}秒" if whole >= 60 else f"{whole}秒"


def make_report(worktime: Sequence[Row], figures: FigurePlans, rng: Random) -> list[list[str]]:
    """Title lines, header, one line per agent and day worked, and the totals."""
    worked: dict[tuple[str, dt.date], list[Row]] = defaultdict(list)
    agent = {person.account: person.agent_id for person in PEOPLE}
    for shift in worktime:
        month = dt.date.fromisoformat(shift["date"]).replace(day=1)
        worked[agent[shift["agent_id"]], month].append(shift)
    lines: list[tuple[str, str, Day, list[str]]] = []
    nickname = {person.agent_id: person.nickname for person in PEOPLE}
    for (agent_id, month), shifts in worked.items():
        plan = figures.get((agent_id, month)) or figures_at(0.85, 0.25, rng)
        count = len(shifts)
        hours = [float(shift["hours"]) for shift in shifts]
        asked = mirrored(2 * round(plan.sessions * sum(hours) / 2), count, rng)
        silent = mirrored(2 * round(plan.unanswered * sum(asked) / 2), count, rng)
        sent = [4 * sessions for sessions in asked]
        rated_days = [number for number, shift in enumerate(shifts) if shift["date"] != UNCOUNTED]
        ratings = spread(20 * len(rated_days), len(rated_days), rng)
        pleased = hand_out(round(plan.satisfied * sum(ratings)), ratings, rng)
        starred = hand_out(round(plan.positive * sum(ratings)), ratings, rng)
        wanted = spread(25 * len(rated_days), count, rng)
        bought = hand_out(round(plan.conversion * sum(wanted)), wanted, rng)
        blamed = hand_out(round(plan.complaints * sum(asked)), asked, rng)
        paid = iter(spread(100 * plan.order_value * sum(bought), sum(bought), rng))
        first = opposed(count, 50, rng)
        average = opposed(count, plan.report_reply // 2, rng)
        for number, shift in enumerate(shifts):
            day: Day = {
                "asked": asked[number], "silent": silent[number], "served": asked[number] - silent[number],
                "sent": sent[number], "got": 3 * asked[number] + rng.randint(0, 60), "moved": rng.randint(0, 9),
                "enquired": wanted[number], "bought": bought[number], "blamed": blamed[number],
                "ordered": bought[number] + rng.randint(0, 2), "hours": hours[number],
                "sales": sum(islice(paid, bought[number])),
            }  # fmt: skip
            if number in rated_days:
                place = rated_days.index(number)
                day |= {"rated": ratings[place], "pleased": pleased[place], "starred": starred[place]}
            replies = [f"{plan.first_reply + first[number] / 10:.1f}", in_words(plan.report_reply + average[number])]
            lines.append((shift["date"], nickname[agent_id], day, replies))
    lines.sort(key=lambda line: line[0])
    totals: Counter[str] = Counter()
    for *_, day, _ in lines:
        totals.update(day)
    means = {name: round(total / len(lines), 1) for name, total in totals.items()}
    rows = [cells(*line) for line in lines]
    good = rows[20]
    rows.append(good)
    rows.append(["2025-06-31", *good[1:]])
    rows.append(["2025-06-29", BOT.nickname, "-3", *good[3:]])
    rows.append(["2025-06-29", BOT.nickname, *good[2:10], "120.00%", *good[11:]])
    rows.append(cells("", "汇总值", totals, ["-", "-"]))
    rows.append(cells("", "平均值", means, ["-", "-"]))
    blank = [""] * (len(HEADER) - 1)
    title = [["客服接待日报", *blank], ["统计周期：2025-04-01 至 2025-06-30", *blank], ["", *blank]]
    return [*title, list(HEADER), *rows]


def cells(day: str, who: str, n: Mapping[str, float], replies: list[str]) -> list[str]:
    def whole(*names: str) -> list[str]:
        return [f"{n[name]:.10g}" for name in names]

    ratings, stars = ["延迟统计"] * 3, ["延迟统计"]
    if "rated" in n:
        ratings, stars = [*whole("rated", "pleased"), f"{100 * n['pleased'] / n['rated']:.2f}%"], whole("starred")
    return [
        day, who, *whole("asked", "served", "silent"), *replies, f"{100 * n['served'] / n['asked']:.2f}%", *ratings,
        *whole("enquired", "bought"), f"{n['sales'] / 100:,.2f}", *whole("moved", "sent", "got"), *stars,
        *whole("blamed", "ordered", "hours"),
    ]  # fmt: skip
