"""The canonical tables: what every export is turned into, one pydantic class per table."""

from csperf.tables.agent_metrics import AgentMetric
from csperf.tables.complaints import Complaint
from csperf.tables.events import Event
from csperf.tables.exams import Exam
from csperf.tables.kinds import Table
from csperf.tables.qa_reviews import QaReview
from csperf.tables.roster import RosterEntry
from csperf.tables.surveys import Survey
from csperf.tables.tickets import Ticket
from csperf.tables.worktime import Worktime

TABLES: dict[str, type[Table]] = {
    cls.table: cls for cls in (Ticket, Survey, Complaint, Event, Exam, QaReview, Worktime, AgentMetric, RosterEntry)
}
"""Table name → its class, in the order they are shown."""

__all__ = ["TABLES", "Table"]
