"""Orders, who served them, what was sent back and sold, and what the platform says of the whole account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from generator.figures import FigurePlans
from generator.shop import BOT, DAY, MONTHS, PERSON, STRANGER, Row, at, days_of, next_month, seconds, spread, strew

ORDER_COLUMNS = (
    "order_id", "item_id", "customer_id", "ordered_at", "updated_at", "status", "fulfilment", "currency", "amount",
    "negative_feedback", "guarantee_claim", "chargeback", "returned",
)  # fmt: skip
DEFECTS = ("negative_feedback", "guarantee_claim", "chargeback")
SECOND, HOUR, TWO_DAYS = dt.timedelta(seconds=1), dt.timedelta(hours=1), 2 * DAY
EDGE = ("A006", MONTHS[2])  # answers a request a second too late
REASONS = ("不喜欢", "尺寸不符", "破损", "缺件", "色差")


@dataclass
class Order:
    """An order before it is written: cents and defects for each of its items."""

    ordered: dt.datetime
    agents: list[str]
    items: list[int]
    fulfilment: str = "seller"
    defects: list[set[str]] = field(default_factory=list)
    returned: bool = False
    order_id: str = ""
    customer: str = ""


@dataclass
class Return:
    """A request to send an order back. answered: None where nobody has answered."""

    order: Order
    requested: dt.datetime
    answered: dt.datetime | None
    kind: str
    reason: str
    is_valid: bool = True
    negative: bool = False
    rejected: bool = False

    def dissatisfied(self) -> bool:
        late = self.answered is None or self.answered - self.requested > TWO_DAYS
        return self.negative or self.rejected or late


OwnOrders = dict[tuple[str, dt.date], list[Order]]


def month_of(order: Order) -> dt.date:
    return order.ordered.date().replace(day=1)


class Trade:
    """Three months of orders and what became of them."""

    def __init__(self, figures: FigurePlans, rng: Random) -> None:
        self.figures, self.rng = figures, rng
        self.own: OwnOrders = {}
        self.sold: list[tuple[str, Order]] = []
        for key, plan in figures.items():
            self.own[key] = self._orders_of(*key, plan.orders)
        self._sell()
        self._spoil()
        self._share()
        others = [Order(at(rng.choice(days_of(month)), rng), [], [rng.randint(3900, 39900)])
                  for month in MONTHS for _ in range(14)]  # fmt: skip
        others[-1].defects = [{"negative_feedback"}]
        others += [Order(at(rng.choice(days_of(month)), rng), [BOT.agent_id], [rng.randint(3900, 39900)])
                   for month in MONTHS for _ in range(8)]  # fmt: skip
        self.orders = sorted([*(order for mine in self.own.values() for order in mine), *others, *self._edges()],
                             key=lambda order: (order.ordered, order.agents))  # fmt: skip
        for number, order in enumerate(self.orders, 1):
            order.order_id, order.customer = f"D{number:05}", f"K{rng.randint(1, 1500):04}"
        self.returns = sorted(self._send_back(), key=lambda case: (case.requested, case.order.order_id))

    def _orders_of(self, agent_id: str, month: dt.date, count: int) -> list[Order]:
        # May counts from the 2nd, where the 60 days that end with June begin
        days = [day for day in days_of(month) if PERSON[agent_id].works_on(day) and day != dt.date(2025, 5, 1)]
        orders = []
        for _ in range(count):
            by = "platform" if agent_id != "A003" and self.rng.random() < 0.08 else "seller"
            items = [self.rng.randint(3900, 59900) for _ in range(self.rng.choice((1, 1, 1, 1, 2)))]
            orders.append(Order(at(self.rng.choice(days), self.rng), [agent_id], items, by))
        return sorted(orders, key=lambda order: order.ordered)

    def _sell(self) -> None:
        for (agent_id, month), plan in self.figures.items():
            chosen = self.rng.sample(self.own[agent_id, month], plan.sales)
            values = spread(100 * plan.sales * plan.order_value, plan.sales, self.rng)
            for order, cents in zip(chosen, values, strict=True):
                order.items = spread(cents, len(order.items), self.rng)
                self.sold.append((agent_id, order))

    def _spoil(self) -> None:
        """Defects; of A003 one order of the first second of the 60 days with two, and one with a chargeback."""
        for (agent_id, month), plan in self.figures.items():
            for place, order in enumerate(self.rng.sample(self.own[agent_id, month], plan.defects)):
                order.defects = [{DEFECTS[(place + month.month) % 3]}]
                order.fulfilment = "seller"
        spoiled = next(order for order in self.own["A003", MONTHS[1]] if order.defects)
        spoiled.ordered, spoiled.items = dt.datetime(2025, 5, 2), [12900, 8900]
        spoiled.defects = [{"negative_feedback"}, {"guarantee_claim"}]
        next(order for order in self.own["A003", MONTHS[2]] if order.defects).defects = [{"chargeback"}]

    def _share(self) -> None:
        """Some orders of June are served by two: of one team, or of both; one of them has a defect."""
        pairs = (("A003", "A004"), ("A003", "A008"), ("A001", "A004"), ("A009", "A010"), ("A006", "A011"))
        sold = {id(order) for _, order in self.sold}
        for first, second in pairs:
            spare = [order for order in self.own[first, MONTHS[2]] if not order.defects and id(order) not in sold]
            self.rng.choice(spare).agents.append(second)
        next(order for order in self.own["A005", MONTHS[2]] if order.defects).agents.append("A006")

    def _edges(self) -> Iterator[Order]:
        claim: list[set[str]] = [{"guarantee_claim"}]
        yield Order(dt.datetime(2025, 5, 1, 23, 59, 59), ["A003"], [18800], defects=claim)  # the 61st day back
        yield Order(dt.datetime(2025, 7, 1), ["A003"], [21900], defects=claim)
        yield Order(dt.datetime(2025, 6, 12, 15, 40, 8), [STRANGER], [9900])

    def _send_back(self) -> Iterator[Return]:
        """Requests: of dissatisfied customers one is late and bad, one without an answer, one wrongly rejected, …"""
        rng = self.rng
        for (agent_id, month), plan in self.figures.items():
            end = dt.datetime.combine(next_month(month), dt.time())
            mine = [order for order in self.own[agent_id, month] if len(order.agents) == 1 and order.ordered.day <= 20]
            before = self.own.get((agent_id, MONTHS[max(0, MONTHS.index(month) - 1)]), [])
            back = rng.sample(mine, min(plan.returned, len(mine)))
            older = [order for order in before if not order.returned and not any(order is other for other in back)]
            chosen = [(order, rng.choice(("return", "repair"))) for order in back]
            kinds = ("refund", "exchange") if month == MONTHS[0] else ("return", "refund", "exchange", "repair")
            rest = rng.sample(older, plan.requests + 1 - len(back))
            chosen += [(order, rng.choice(kinds)) for order in rest]
            for place, (order, kind) in enumerate(chosen):
                begin = max(order.ordered + DAY, dt.datetime.combine(month, dt.time(8)))
                requested = (begin + rng.random() * (end - 4 * DAY - begin)).replace(microsecond=0)
                answered: dt.datetime | None = requested + rng.uniform(0.5, 40) * HOUR
                case = Return(order, requested, answered and answered.replace(microsecond=0), kind, rng.choice(REASONS))
                trouble = place % 3 if place < plan.dissatisfied else None
                if trouble == 0:
                    on_edge = (agent_id, month) == EDGE
                    case.negative = not on_edge
                    case.answered = requested + TWO_DAYS + (SECOND if on_edge else rng.randint(1, 20) * HOUR)
                elif trouble == 1:
                    case.answered = None
                elif trouble == 2:
                    case.rejected = True
                elif place == plan.dissatisfied and (agent_id, month) == ("A002", MONTHS[2]):
                    case.answered = requested + TWO_DAYS  # to the second
                elif place == len(chosen) - 1:
                    case.is_valid, case.negative = False, True  # counts nowhere
                order.returned = order.returned or kind in ("return", "repair")
                yield case
        asked = next(order for order in self.own["A009", MONTHS[2]] if not order.returned)
        yield Return(asked, dt.datetime(2025, 6, 30, 9, 30), None, "refund", REASONS[0])  # nobody can say yet
        yield Return(asked, dt.datetime(2025, 7, 1), None, "refund", REASONS[0])

    # ── rows ──────────────────────────────────────────────────────────────────────────────────────

    def order_rows(self) -> list[Row]:
        rows: list[Row] = []
        for order in self.orders:
            for place, cents in enumerate(order.items):
                defects = order.defects[place] if place < len(order.defects) else set()
                unsaid = "" if order.fulfilment == "platform" else "false"  # the platform marks only what came back
                row = {
                    "order_id": order.order_id, "item_id": str(place + 1), "customer_id": order.customer,
                    "ordered_at": seconds(order.ordered), "updated_at": seconds(order.ordered + 20 * DAY),
                    "status": "completed", "fulfilment": order.fulfilment, "currency": "CNY",
                    "amount": f"{cents / 100:.2f}", "returned": "true" if order.returned else unsaid,
                }  # fmt: skip
                rows.append(row | {name: "true" if name in defects else "false" for name in DEFECTS})
        mine = {order.order_id for order in self.own["A003", MONTHS[2]] if not order.defects}
        june = [row for row in rows if row["order_id"] in mine]
        strew(rows, dict(june[0]), self.rng)
        withdrawn = june[1] | {"guarantee_claim": "true", "updated_at": june[1]["ordered_at"]}
        strew(rows, withdrawn, self.rng)  # the claim was withdrawn later
        strew(rows, june[2] | {"order_id": "", "chargeback": "true"}, self.rng)
        strew(rows, june[2] | {"order_id": "D90001", "ordered_at": "2025-06-31 10:00:00"}, self.rng)
        strew(rows, june[2] | {"order_id": "D90002", "chargeback": "perhaps"}, self.rng)
        strew(rows, june[2] | {"order_id": "D90003", "amount": "-1.00"}, self.rng)
        return rows

    def order_agent_rows(self) -> list[Row]:
        rows: list[Row] = []
        for order in self.orders:
            for agent in order.agents:
                account = PERSON[agent].account if agent in PERSON else agent
                rows.append({"order_id": order.order_id, "agent_id": account, "served_at": seconds(order.ordered)})
        strew(rows, dict(rows[40]), self.rng)
        strew(rows, rows[50] | {"agent_id": ""}, self.rng)
        strew(rows, rows[60] | {"order_id": ""}, self.rng)
        rows.append({"order_id": "D99999", "agent_id": "zhangwei", "served_at": ""})  # of an order nobody knows
        return rows

    def return_rows(self) -> list[Row]:
        rows = []
        for number, case in enumerate(self.returns, 1):
            closed = case.answered + 3 * DAY if case.answered else None
            rows.append(
                {
                    "return_id": f"R{number:04}", "order_id": case.order.order_id,
                    "requested_at": seconds(case.requested), "answered_at": seconds(case.answered),
                    "closed_at": seconds(closed), "kind": case.kind,
                    "is_valid": flag(case.is_valid), "negative_feedback": flag(case.negative),
                    "wrongly_rejected": flag(case.rejected), "reason": case.reason,
                    "amount": f"{sum(case.order.items) / 100:.2f}",
                }
            )  # fmt: skip
        june = [row for row in rows if row["requested_at"] > "2025-06" and row["answered_at"]]
        strew(rows, dict(june[3]), self.rng)
        strew(rows, june[5] | {"return_id": "R9001", "order_id": "D90009", "kind": "gift"}, self.rng)
        strew(rows, june[5] | {"return_id": "R9002", "answered_at": "2025-05-30 08:00:00"}, self.rng)  # before asked
        strew(rows, june[5] | {"return_id": "R9003", "requested_at": ""}, self.rng)
        return rows

    def sale_rows(self) -> list[Row]:
        rows: list[Row] = []
        for agent_id, order in sorted(self.sold, key=lambda pair: (pair[1].ordered, pair[0])):
            refund = f"{sum(order.items) / 100:.2f}" if order.returned and agent_id != "A003" else ""
            rows.append(
                {
                    "order_id": order.order_id, "agent_id": PERSON[agent_id].nickname,
                    "sold_at": seconds(order.ordered), "customer_id": order.customer,
                    "amount": f"{sum(order.items) / 100:.2f}", "refund_amount": refund, "currency": "CNY",
                    "item_count": str(len(order.items)),
                }
            )  # fmt: skip
        mine = [row for row in rows if row["agent_id"] == PERSON["A003"].nickname and row["sold_at"] > "2025-06"]
        strew(rows, dict(mine[4]), self.rng)
        strew(rows, mine[5] | {"order_id": "D90004", "amount": "三百"}, self.rng)
        strew(rows, mine[5] | {"order_id": "D90005", "amount": ""}, self.rng)
        strew(rows, mine[5] | {"order_id": "D90006", "agent_id": ""}, self.rng)
        rows.append(mine[5] | {"order_id": "D90007", "sold_at": "2025-07-01 00:00:00"})
        rows.append(mine[5] | {"order_id": "D90008", "agent_id": STRANGER})
        return rows

    def health_rows(self, messages: Sequence[Row]) -> list[Row]:
        """One report a month: orders that the seller sent over 60 days, requests and messages of the month."""
        rows = []
        for month in MONTHS:
            end = dt.datetime.combine(next_month(month), dt.time())
            begin = dt.datetime.combine(month, dt.time())
            orders = [order for order in self.orders if end - 60 * DAY <= order.ordered < end]
            found = [set().union(*order.defects) for order in orders if order.fulfilment == "seller"]
            requests = [case for case in self.returns if begin <= case.requested < end and case.is_valid]
            asked = [row for row in messages if row["needs_answer"] == "true" and row["sender"] == "customer"]
            asked = [row for row in asked if seconds(begin) <= row["sent_at"] < seconds(end)]
            late = [row for row in asked if is_late(row, end)]
            bad = sum(map(bool, found))
            rows.append(
                {
                    "date": str(next_month(month) - DAY), "fulfilment": "seller", "order_count": str(len(found)),
                    "defective_order_count": str(bad),
                    "negative_feedback_count": str(sum("negative_feedback" in defects for defects in found)),
                    "claim_count": str(sum("guarantee_claim" in defects for defects in found)),
                    "chargeback_count": str(sum("chargeback" in defects for defects in found)),
                    "order_defect_rate": f"{bad / len(found):.4f}",
                    "return_request_count": str(len(requests)),
                    "dissatisfied_return_count": str(sum(case.dissatisfied() for case in requests)),
                    "contact_count": str(len(asked)), "late_contact_count": str(len(late)),
                    "mean_response_seconds": str(14_400 + 600 * month.month),
                }
            )  # fmt: skip
        return [*rows, dict(rows[1]), rows[2] | {"date": "2025-06-31"}]


def is_late(message: Row, end: dt.datetime) -> bool:
    sent = dt.datetime.fromisoformat(message["sent_at"])
    answered = dt.datetime.fromisoformat(message["answered_at"]) if message["answered_at"] else end
    return answered - sent > DAY


def flag(value: bool) -> str:
    return "true" if value else "false"
