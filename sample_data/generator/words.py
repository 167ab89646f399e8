"""Messages: agents' own and canned ones, and customers' that wait for an answer."""

from __future__ import annotations

import datetime as dt
from random import Random

from generator.cases import own_cases
from generator.figures import FigurePlans
from generator.shop import BOT, DAY, MONTHS, PERSON, STRANGER, Row, Ticket, Tickets, is_workday, seconds, strew

COLUMNS = (
    "message_id", "ticket_id", "agent_id", "sent_at", "sender", "text", "is_canned", "needs_answer", "answered_at",
    "reply_seconds",
)  # fmt: skip
CANNED = ("您好，很高兴为您服务，请问有什么可以帮您？", "您好，您的问题已经记录，稍后回复您，谢谢。")
POLITE = (
    "您好，已经为您查到物流，明天送达。", "请您提供一下订单号。", "谢谢您的理解，退款三天内到账。",
    "抱歉让您久等了，请稍等，正在核实。", "您好，换货地址发给您了，感谢支持。", "请放心，师傅今天会联系您。",
)  # fmt: skip
# Two of these hold the character 请 and are not polite for it.
PLAIN = (
    "明天发货。", "退款已经处理了。", "这个改不了。", "等着吧，到了会通知的。", "安装师傅下午到。", "单号是多少？",
    "已为买家申请退款。", "已邀请维修同事协助。",
)  # fmt: skip
ASKING = ("我的快递到哪了？", "怎么还没退款？", "柜门装不上怎么办？", "能换颜色吗？", "几时开发票？", "师傅没来。")
CLOSING = ("好的，谢谢。", "收到了。", "嗯嗯。")


def make_messages(tickets: Tickets, figures: FigurePlans, rng: Random) -> list[Row]:
    rows: list[Row] = []

    def add(case: Ticket, moment: dt.datetime, sender: str, text: str, **cells: str) -> dt.datetime:
        who = PERSON[case.agent_id].account
        row = dict.fromkeys(COLUMNS, "") | {"ticket_id": case.ticket_id, "agent_id": who, "sender": sender}
        rows.append(row | {"sent_at": seconds(moment), "text": text} | cells)
        return moment

    def soon(moment: dt.datetime, most: int = 600) -> dt.datetime:
        return moment + dt.timedelta(seconds=rng.randint(10, most))

    for (agent_id, month), plan in figures.items():
        cases = [case for case in own_cases(tickets, agent_id, month) if case.created.day <= 26]
        polite, written = plan.polite
        late, asked = plan.late
        texts = rng.choices(POLITE, k=polite) + rng.choices(PLAIN, k=written - polite)
        rng.shuffle(texts)
        for text in texts:
            case, wait = rng.choice(cases), str(rng.randint(8, 90))
            add(case, soon(case.created), "agent", text, is_canned="false", reply_seconds=wait)
        for case in rng.sample(cases, written // 6):
            add(case, case.created + dt.timedelta(seconds=1), "agent", rng.choice(CANNED), is_canned="true")
        fridays = [case for case in cases if case.created.weekday() == 4 and is_workday(case.created.date())]
        for place in range(asked):
            case = rng.choice((fridays or cases) if place < late else cases)
            moment = soon(case.created)
            answered: dt.datetime | None = soon(moment)
            if place < late:  # over a weekend, never, some day
                weekend = dt.datetime.combine(moment.date() + 3 * DAY, dt.time(9, 5))
                answered = (weekend, None, moment + DAY + dt.timedelta(hours=rng.randint(1, 30)))[place % 3]
            add(case, moment, "customer", rng.choice(ASKING), needs_answer="true", answered_at=seconds(answered))
        for case in rng.sample(cases, 2 + asked // 12):
            add(case, soon(case.created, 9000), "customer", rng.choice(CLOSING), needs_answer="false")
    for month in MONTHS:
        for case in rng.sample([case for case in tickets[month] if case.agent_id == BOT.agent_id], 12):
            asked_at = add(case, case.created, "customer", rng.choice(ASKING), needs_answer="false")
            add(case, asked_at + dt.timedelta(seconds=1), "bot", CANNED[0], is_canned="true")
    june = MONTHS[-1]
    waiting = rng.choice(own_cases(tickets, "A010", june))
    add(waiting, dt.datetime(2025, 6, 30, 20, 14, 5), "customer", ASKING[1], needs_answer="true")  # not late yet
    add(waiting, dt.datetime(2025, 7, 1), "customer", ASKING[5], needs_answer="true")
    rows.sort(key=lambda row: (row["sent_at"], row["agent_id"], row["sender"], row["text"]))
    for position, row in enumerate(rows, 1):
        row["message_id"] = f"M{position:05}"
    mine = [row for row in rows if row["agent_id"] == PERSON["A003"].account and row["sent_at"] > "2025-06"]
    example = next(row for row in mine if row["is_canned"] == "false")
    strew(rows, dict(example), rng)
    strew(rows, example | {"message_id": "M90001", "sender": "robot"}, rng)
    strew(rows, example | {"message_id": "M90002", "sent_at": "2025-06-18 24:10:00"}, rng)
    strew(rows, example | {"message_id": "M90003", "is_canned": "maybe"}, rng)
    rows.append(example | {"message_id": "M90004", "agent_id": STRANGER})
    return rows
