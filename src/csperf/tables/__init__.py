"""The canonical tables: what every export is turned into, one pydantic class per table."""

from csperf.tables.account_health import AccountHealth
from csperf.tables.activities import Activity
from csperf.tables.agent_metrics import AgentMetric
from csperf.tables.complaints import Complaint
from csperf.tables.costs import Cost
from csperf.tables.events import Event
from csperf.tables.exams import Exam
from csperf.tables.kinds import Table
from csperf.tables.messages import Message
from csperf.tables.order_agents import OrderAgent
from csperf.tables.orders import Order
from csperf.tables.pay import BasePay
from csperf.tables.qa_reviews import QaReview
from csperf.tables.returns import Return
from csperf.tables.roster import RosterEntry
from csperf.tables.sales import Sale
from csperf.tables.surveys import Survey
from csperf.tables.tasks import Task
from csperf.tables.tickets import Ticket
from csperf.tables.worktime import Worktime

TABLES: dict[str, type[Table]] = {
    cls.table: cls
    for cls in (
        Ticket, Survey, Complaint, Event, Exam, QaReview, Message, Order, OrderAgent, Return, Sale, Activity, Task,
        Cost, AccountHealth, Worktime, AgentMetric, RosterEntry, BasePay,
    )
}  # fmt: skip
"""Table name → its class, in the order they are shown."""

__all__ = ["TABLES", "Table"]
