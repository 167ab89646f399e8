"""The sample shop counted a second time, in plain Python and without csperf: what csperf must come to.

It reads the raw files its own way, applies the rules of the canonical tables (a row that breaks one is
not counted, repeats count once, the newest version of a ticket counts), and works in naive local time:
everything is in Asia/Shanghai, which has no summer time.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import holidays

SAMPLE = Path(__file__).parents[1] / "sample_data"
MONTHS = ("2025-04", "2025-05", "2025-06")
STRANGER = "样例家居:小棠"

Row = dict[str, str]
Value = tuple[Fraction, int] | int | None
"""(numerator, denominator) of a rate or mean; a count; None where there is nothing to measure."""


# ── reading ───────────────────────────────────────────────────────────────────────────────────────


def read_csv(name: str, encoding: str = "utf-8", skip: int = 0) -> list[Row]:
    content = (SAMPLE / name).read_bytes()
    lines = (gzip.decompress(content) if name.endswith(".gz") else content).decode(encoding).splitlines()
    return list(csv.DictReader(lines[skip:]))


def read_xlsx(name: str) -> list[Row]:
    """The first sheet as text, date cells as YYYY-MM-DD HH:MM:SS."""
    ns = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(SAMPLE / name) as book:
        texts = ["".join(si.itertext()) for si in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))

    def text(cell: ElementTree.Element) -> str:
        raw = cell.findtext("x:v", "", ns)
        if cell.get("t") == "s":
            return texts[int(raw)]
        minutes = round(Fraction(raw) * 1440)
        return str(dt.datetime(1899, 12, 30) + dt.timedelta(minutes=minutes))

    table = []
    for line in sheet.iterfind(".//x:row", ns):
        cells = {re.sub(r"\d", "", cell.get("r", "")): text(cell) for cell in line}
        table.append([cells.get(column, "") for column in "ABCDEFGH"])
    return [dict(zip(table[0], line, strict=True)) for line in table[1:]]


@cache
def when(text: str) -> dt.datetime | None:
    """An instant in one of the forms of these files, else None."""
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def time_or_empty(text: str) -> bool:
    return text == "" or when(text) is not None


def number(text: str, low: str, high: str) -> bool:
    try:
        return Fraction(low) <= Fraction(text) <= Fraction(high)
    except ValueError:
        return False


# ── what counts ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Facts:
    """The rows of one source that count, and how many did not.

    spoilt: of the rejected rows those with a key and a time, each with its wrong cells.
    """

    rows: tuple[Row, ...]
    total: int
    rejected: int
    duplicates: int
    spoilt: tuple[tuple[Row, frozenset[str]], ...] = ()

    def sound_in(self, *columns: str) -> list[Row]:
        """The rows that count for what reads these columns: what else is wrong with a row is nothing to it."""
        return [*self.rows, *(row for row, wrong in self.spoilt if wrong.isdisjoint(columns))]


def settle(rows: Iterable[Row], is_good: Callable[[Row], bool], key: tuple[str, ...], version: str = "") -> Facts:
    """Drop bad rows, then keep one row per key: the newest, where there are versions."""
    all_rows = list(rows)
    good = [row for row in all_rows if is_good(row)]
    # A wrong cell is one without which the row would do; without its key or its time it would not.
    wrong = [(row, frozenset(name for name in row if is_good(row | {name: ""}))) for row in all_rows if row not in good]
    kept: dict[tuple[str, ...], Row] = {}
    for row in good:
        name = tuple(row[part] for part in key)
        other = kept.get(name)
        if other is None or (version and row[version] > other[version]):
            kept[name] = row
        else:
            assert row == other or (version and row[version] < other[version]), f"two versions of {name}"
    return Facts(tuple(kept.values()), len(all_rows), len(all_rows) - len(good), len(good) - len(kept), tuple(
        (row, names) for row, names in wrong if names and tuple(row[part] for part in key) not in kept
    ))  # fmt: skip


@cache
def roster() -> tuple[Row, ...]:
    return tuple(read_csv("roster.csv", "utf-8-sig"))


@cache
def agent_of() -> dict[str, str]:
    """Every name in use → agent id."""
    return {alias: row["agent_id"] for row in roster() for alias in (row["agent_id"], *row["aliases"].split(";"))}


def credited(rows: Iterable[Row], column: str) -> list[Row]:
    return [row | {"who": agent_of().get(row[column], row[column])} for row in rows]


@cache
def tickets() -> Facts:
    words = {"", "new", "open", "pending", "hold", "solved", "closed"}
    whole = ("first_reply_seconds", "handling_seconds", "reply_count", "reopen_count")

    def is_good(row: Row) -> bool:
        created, resolved = when(row["created_at"]), when(row["resolved_at"])
        return (
            bool(row["ticket_id"])
            and created is not None
            and time_or_empty(row["resolved_at"])
            and time_or_empty(row["updated_at"])
            and row["complexity"] in ("", "simple", "complex")
            and row["status"] in words
            and all(row[name] == "" or number(row[name], "0", "1e9") for name in whole)
            and row["escalated"] in ("", "true", "false")
            and (resolved is None or resolved >= created)
        )

    months = ("2025-04.csv.gz", "2025-05.csv.gz", "2025-06.csv")
    rows = [row for month in months for row in read_csv(f"exports/tickets-{month}")]
    return settle(credited(rows, "agent_id"), is_good, ("ticket_id",), "updated_at")


RATINGS = {"非常满意": 5, "满意": 4, "一般": 3, "不满意": 2, "很不满意": 1, "未评价": None}


@cache
def surveys() -> Facts:
    def is_good(row: Row) -> bool:
        return bool(row["评价编号"]) and row["满意度"] in ("", *RATINGS) and when(row["评价时间"]) is not None

    rows = read_csv("exports/surveys-2025q2.csv", "gbk")
    return settle(credited(rows, "客服昵称"), is_good, ("评价编号",))


@cache
def complaints() -> Facts:
    def is_good(row: Row) -> bool:
        opened, closed = when(row["投诉时间"]), when(row["结案时间"])
        return (
            bool(row["投诉编号"])
            and opened is not None
            and (row["结案时间"] in ("", "-") or closed is not None)
            and (closed is None or closed >= opened)
            and row["处理结果"] in ("", "处理成功", "处理失败", "处理中")
            and row["是否态度问题"] in ("", "是", "否")
        )

    return settle(credited(read_xlsx("exports/complaints-2025q2.xlsx"), "责任客服"), is_good, ("投诉编号",))


@cache
def events() -> Facts:
    kinds = {"responsibility", "attitude", "communication", "compliance", "praise"}

    def is_good(row: Row) -> bool:
        known = bool(row["event_id"] and row["agent_id"]) and row["kind"] in kinds
        return known and when(row["occurred_at"]) is not None

    return settle(credited(read_csv("exports/events.csv"), "agent_id"), is_good, ("event_id",))


@cache
def exams() -> Facts:
    def is_good(row: Row) -> bool:
        known = bool(row["agent_id"] and row["exam"]) and when(row["taken_at"]) is not None
        return known and (row["score"] == "" or number(row["score"], "0", "100"))

    rows = credited(read_csv("exports/exams.csv"), "agent_id")
    return settle(rows, is_good, ("agent_id", "exam", "taken_at"))


@cache
def qa_reviews() -> Facts:
    def is_good(row: Row) -> bool:
        known = bool(row["review_id"] and row["agent_id"] and row["criterion"])
        marked = number(row["mark"], "0", "100") and (row["weight"] == "" or number(row["weight"], "0", "1e9"))
        return known and marked and when(row["reviewed_at"]) is not None

    rows = credited(read_csv("exports/qa_reviews.csv"), "agent_id")
    return settle(rows, is_good, ("review_id", "criterion"))


@cache
def worktime() -> Facts:
    def is_good(row: Row) -> bool:
        hours = number(row["hours"], "0", "24") and number(row["leave_hours"], "0", "24")
        return bool(row["agent_id"]) and hours and when(row["date"]) is not None

    return settle(credited(read_csv("exports/worktime.csv"), "agent_id"), is_good, ("agent_id", "date"))


@cache
def agent_metrics() -> Facts:
    def is_good(row: Row) -> bool:
        counts = [
            row[name] for name in ("咨询人数", "接待人数", "未回复人数", "评价量", "满意量", "询单人数", "下单人数",
                                   "转出人数", "客服消息数", "买家消息数", "好评量", "投诉量", "销售订单数", "出勤工时")
        ]  # fmt: skip
        shares = [row[name].removesuffix("%") for name in ("旺旺回复率", "客户满意率")]
        return (
            when(row["日期"]) is not None
            and all(text in ("", "延迟统计") or number(text, "0", "1e9") for text in counts)
            and all(text in ("", "延迟统计") or number(text, "0", "100") for text in shares)
        )

    rows = read_csv("exports/daily-report-2025q2.csv", skip=3)
    rows = [row for row in rows if row["客服昵称"] not in ("汇总值", "平均值")]
    return settle(credited(rows, "客服昵称"), is_good, ("客服昵称", "日期"))


def reads(
    row: Row,
    needs: str = "",
    times: str = "",
    amounts: str = "",
    flags: str = "",
    words: dict[str, str] | None = None,
) -> bool:
    """Whether the needed cells are filled, and the cells of each kind are empty or readable."""
    return (
        all(row[name] for name in needs.split())
        and all(time_or_empty(row[name]) for name in times.split())
        and all(row[name] == "" or number(row[name], "0", "1e9") for name in amounts.split())
        and all(row[name] in ("", "true", "false") for name in flags.split())
        and all(row[name] in ("", *known.split()) for name, known in (words or {}).items())
    )


@cache
def messages() -> Facts:
    def is_good(row: Row) -> bool:
        kinds = {"sender": "agent customer bot system"}
        return reads(row, "message_id sent_at", "sent_at answered_at", "", "is_canned needs_answer", kinds)

    rows = read_csv("exports/messages-2025q2.csv.gz")
    return settle(credited(rows, "agent_id"), is_good, ("message_id",))


@cache
def orders() -> Facts:
    flags = "negative_feedback guarantee_claim chargeback returned"

    def is_good(row: Row) -> bool:
        return reads(row, "order_id ordered_at", "ordered_at updated_at", "amount", flags)

    return settle(read_csv("exports/orders-2025q2.csv.gz"), is_good, ("order_id", "item_id"), "updated_at")


@cache
def order_agents() -> Facts:
    rows = credited(read_csv("exports/order_agents.csv"), "agent_id")
    return settle(rows, lambda row: reads(row, "order_id agent_id", "served_at"), ("order_id", "agent_id"))


@cache
def returns() -> Facts:
    def is_good(row: Row) -> bool:
        asked, answered = when(row["requested_at"]), when(row["answered_at"])
        flags, kinds = "is_valid negative_feedback wrongly_rejected", {"kind": "return exchange repair refund"}
        readable = reads(row, "return_id requested_at", "requested_at answered_at closed_at", "amount", flags, kinds)
        return readable and asked is not None and (answered is None or answered >= asked)

    return settle(read_csv("exports/returns.csv"), is_good, ("return_id",))


@cache
def sales() -> Facts:
    def is_good(row: Row) -> bool:
        return reads(row, "order_id agent_id sold_at amount", "sold_at", "amount refund_amount item_count")

    return settle(credited(read_csv("exports/sales.csv"), "agent_id"), is_good, ("order_id", "agent_id"))


@cache
def activities() -> Facts:
    def is_good(row: Row) -> bool:
        kinds = {"kind": "knowledge training meeting overtime urgent_case other"}
        needs, flags = "activity_id agent_id occurred_at kind", "required attended accepted"
        return reads(row, needs, "occurred_at", "hours", flags, kinds)

    return settle(credited(read_csv("exports/activities.csv"), "agent_id"), is_good, ("activity_id", "agent_id"))


@cache
def tasks() -> Facts:
    def is_good(row: Row) -> bool:
        times = "assigned_at due_at delivered_at reported_at updated_at"
        return reads(row, "task_id agent_id due_at", times, "", "is_trial")

    return settle(credited(read_csv("exports/tasks.csv"), "agent_id"), is_good, ("task_id",), "updated_at")


@cache
def costs() -> Facts:
    def is_good(row: Row) -> bool:
        kinds = {"kind": "labour material transport warranty"}
        return reads(row, "cost_id date kind amount", "date", "amount", "", kinds)

    return settle(credited(read_csv("exports/costs.csv", "utf-8-sig"), "agent_id"), is_good, ("cost_id",))


@cache
def account_health() -> Facts:
    def is_good(row: Row) -> bool:
        counts = " ".join(name for name in row if name.endswith(("_count", "_seconds")))
        return reads(row, "date", "date", counts) and number(row["order_defect_rate"], "0", "1")

    return settle(read_csv("exports/account_health.csv"), is_good, ("date", "fulfilment"))


SOURCES: dict[str, Callable[[], Facts]] = {
    "tickets": tickets,
    "surveys": surveys,
    "complaints": complaints,
    "events": events,
    "exams": exams,
    "qa_reviews": qa_reviews,
    "messages": messages,
    "orders": orders,
    "order_agents": order_agents,
    "returns": returns,
    "sales": sales,
    "activities": activities,
    "tasks": tasks,
    "costs": costs,
    "account_health": account_health,
    "worktime": worktime,
    "agent_metrics": agent_metrics,
}


def expected_counts() -> dict[str, tuple[int, int, int]]:
    """Source → (rows, rejected, duplicates); a report's own summary lines are not rows."""
    counts = {"roster": (len(roster()), 0, 0)}
    for name, read in SOURCES.items():
        facts = read()
        counts[name] = (facts.total, facts.rejected, facts.duplicates)
    return counts


# ── the indicators ────────────────────────────────────────────────────────────────────────────────


def bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    start = dt.datetime.strptime(month, "%Y-%m")
    return start, (start + dt.timedelta(days=31)).replace(day=1)


def agents_of(month: str) -> list[str]:
    """Everybody employed for at least a day of the month, bots left out."""
    start, end = bounds(month)
    return [
        row["agent_id"]
        for row in roster()
        if row["is_bot"] != "是"
        and dt.datetime.fromisoformat(row["joined_on"]) < end
        and (not row["left_on"] or dt.datetime.fromisoformat(row["left_on"]) >= start)
    ]


CHINA = holidays.country_holidays("CN", years=[2025])
DAY = dt.timedelta(days=1)


def workdays(start: dt.datetime, end: dt.datetime) -> Fraction:
    """The time between the two that falls on working days, in days."""
    seconds = Fraction(0)
    midnight = start.replace(hour=0, minute=0, second=0)
    while midnight < end:
        if CHINA.is_working_day(midnight.date()):
            passed = min(end, midnight + DAY) - max(start, midnight)
            seconds += Fraction(passed // dt.timedelta(seconds=1))
        midnight += DAY
    return seconds / 86400


def timely(ticket: Row, period_end: dt.datetime) -> bool | None:
    """In time, late, or (None) counted nowhere: of unknown complexity, or open and not yet due."""
    created, resolved = when(ticket["created_at"]), when(ticket["resolved_at"])
    assert created
    until = resolved or period_end
    if ticket["complexity"] == "simple":
        in_time = until - created <= DAY
    elif ticket["complexity"] == "complex":
        in_time = workdays(created, until) <= 3
    else:
        return None
    return None if in_time and resolved is None else in_time


def rate(flags: list[bool]) -> Value:
    return (Fraction(sum(flags)), len(flags)) if flags else None


def mean(texts: list[str]) -> Value:
    return (sum(map(Fraction, texts), Fraction(0)), len(texts)) if texts else None


@cache
def expected_values(month: str) -> dict[str, dict[str, Value]]:
    """Agent → indicator of aftersales-60-20-20 → its value in the month, e.g. "2025-06"."""
    start, end = bounds(month)

    def in_month(facts: Facts, column: str, *reads: str) -> dict[str, list[Row]]:
        mine: dict[str, list[Row]] = defaultdict(list)
        for row in facts.sound_in(column, *reads):
            moment = when(row[column])
            if moment is not None and start <= moment < end:
                mine[row["who"]].append(row)
        return mine

    cases, answers = (
        in_month(tickets(), "created_at", "complexity", "resolved_at"),
        in_month(surveys(), "评价时间", "满意度"),
    )
    settled, rude = (in_month(complaints(), "投诉时间", column) for column in ("处理结果", "是否态度问题"))
    incidents = in_month(events(), "occurred_at")
    marks, reviews = in_month(exams(), "taken_at", "score"), in_month(qa_reviews(), "reviewed_at")

    def values(who: str) -> dict[str, Value]:
        ratings = [rating for row in answers[who] if (rating := RATINGS[row["满意度"]]) is not None]
        verdicts = [verdict for row in cases[who] if (verdict := timely(row, end)) is not None]
        outcomes = [row["处理结果"] for row in settled[who] if row["处理结果"] != "处理中"]
        kinds = [row["kind"] for row in incidents[who]]
        solving = [row for row in reviews[who] if row["criterion"] == "problem_solving"]
        return {
            "csat": rate([rating >= 4 for rating in ratings]),
            "timely_resolution": rate(verdicts),
            "complaint_success": rate([outcome == "处理成功" for outcome in outcomes]),
            "responsibility_events": kinds.count("responsibility"),
            "attitude_complaints": [row["是否态度问题"] for row in rude[who]].count("是"),
            "exam_score": mean([row["score"] for row in marks[who] if row["score"]]),
            "communication_events": kinds.count("communication"),
            "problem_solving": mean([row["mark"] for row in solving if row["kind"] == "supervisor"]),
        }

    return {who: values(who) for who in agents_of(month)}


# ── the scores ────────────────────────────────────────────────────────────────────────────────────

WEIGHTS = {
    "performance": {"csat": 30, "timely_resolution": 15, "complaint_success": 15},
    "attitude": {"responsibility_events": 10, "attitude_complaints": 10},
    "ability": {"exam_score": 10, "communication_events": 5, "problem_solving": 5},
}
DEDUCTIONS = {  # target, points off, for each whole
    "csat": (Fraction(90, 100), 2, Fraction(1, 100)),
    "timely_resolution": (Fraction(95, 100), 1, Fraction(1, 100)),
    "complaint_success": (Fraction(85, 100), 1, Fraction(1, 100)),
    "exam_score": (Fraction(80), 2, Fraction(5)),
}
POINTS_PER_EVENT = {"responsibility_events": 2, "attitude_complaints": 2, "communication_events": 1}


def raw_points(name: str, value: Value, weight: int) -> Fraction | None:
    """Points on the rubric's own weight; None where the indicator's weight passes to others."""
    if name == "complaint_success" and value is None:
        return Fraction(weight)
    if isinstance(value, int):
        return Fraction(max(0, weight - POINTS_PER_EVENT[name] * value))
    if value is None or (name == "csat" and value[1] < 10):
        return None
    measured = value[0] / value[1]
    if name == "problem_solving":
        return weight * measured / 100
    target, off, per = DEDUCTIONS[name]
    return Fraction(max(0, weight - off * max(0, (target - measured) // per)))


def cents(value: Fraction) -> Decimal:
    """Rounded half up to two decimals."""
    return Decimal((value * 100 + Fraction(1, 2)).__floor__()).scaleb(-2)


def share_out(weights: dict[str, Fraction]) -> dict[str, Decimal]:
    """Two-decimal maxima that add up to 100.00: floors first, then the largest remainders."""
    floors = {name: (weight * 100).__floor__() for name, weight in weights.items()}
    order = sorted(weights, key=lambda name: floors[name] - weights[name] * 100)
    for name in order[: 10_000 - sum(floors.values())]:
        floors[name] += 1
    return {name: Decimal(floor).scaleb(-2) for name, floor in floors.items()}


@dataclass(frozen=True)
class Expected:
    """One agent's expected card; score is None below half coverage."""

    score: Decimal | None
    grade: str | None
    coverage: Fraction
    points: dict[str, Decimal]
    max_points: dict[str, Decimal]


@cache
def expected_cards(month: str) -> dict[str, Expected]:
    """Agent → the card by the shipped 60/20/20 scheme."""
    return {who: expected_card(values) for who, values in expected_values(month).items()}


def expected_card(values: dict[str, Value]) -> Expected:
    weight_of = {name: weight for weights in WEIGHTS.values() for name, weight in weights.items()}
    attempts = {name: raw_points(name, values[name], weight) for name, weight in weight_of.items()}
    raw = {name: points for name, points in attempts.items() if points is not None}
    present = {dim: {n: w for n, w in ws.items() if n in raw} for dim, ws in WEIGHTS.items()}
    alive = sum(sum(WEIGHTS[dim].values()) for dim, weights in present.items() if weights)
    scaled = {
        name: Fraction(weight, sum(weights.values())) * Fraction(100 * sum(WEIGHTS[dim].values()), alive)
        for dim, weights in present.items()
        for name, weight in weights.items()
    }
    max_points = share_out(scaled)
    points = {name: cents(Fraction(max_points[name]) * raw[name] / weight_of[name]) for name in raw}
    coverage = Fraction(sum(weight_of[name] for name in raw), 100)
    if coverage < Fraction(1, 2):
        return Expected(None, None, coverage, points, max_points)
    total = sum(points.values(), Decimal("0.00"))
    grade = "excellent" if total >= 90 else "qualified" if total >= 70 else "unqualified"
    return Expected(total, grade, coverage, points, max_points)


def expected_scores(month: str) -> dict[str, Decimal | None]:
    """Agent → total; None where no score can be given."""
    return {who: card.score for who, card in expected_cards(month).items()}


def presence(month: str, who: str) -> Fraction:
    """The share of the month an agent was employed and not on leave, by the hours of the worktime."""
    start, end = bounds(month)
    (member,) = [row for row in roster() if row["agent_id"] == who]
    first = max(start, dt.datetime.fromisoformat(member["joined_on"]))
    last = min(end, dt.datetime.fromisoformat(member["left_on"]) + DAY) if member["left_on"] else end
    rows = [row for row in worktime().rows if row["who"] == who and row["date"].startswith(month)]
    worked, away = (sum((Fraction(row[name]) for row in rows), Fraction(0)) for name in ("hours", "leave_hours"))
    return Fraction((last - first).days, (end - start).days) * (1 - away / (worked + away))


@cache
def expected_ranks(month: str) -> dict[str, int | None]:
    """Agent → place among those who have a score and were here for at least half of the month."""
    scores = {who: score for who, score in expected_scores(month).items() if score is not None}
    ranked = {who: score for who, score in scores.items() if presence(month, who) >= Fraction(1, 2)}
    places = {who: 1 + sum(other > score for other in ranked.values()) for who, score in ranked.items()}
    return {who: places.get(who) for who in expected_scores(month)}
