"""What people earn, read where a change of pay is to be told as an amount."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from csperf.period import Period
from csperf.problems import Location, Problem, ProblemsFound
from csperf.rejections import explain_rejections
from csperf.session import Session

TABLE = "pay"
_SHOWN = 3


def read_base_pay(session: Session, period: Period, currency: str) -> dict[str, Decimal]:
    """By agent, a month's pay as it holds on the last day of the period; empty where no source tells.

    Raises ProblemsFound for a row that cannot be read, and for one in another currency than the rubric's.
    """
    if TABLE not in session.sources_by_table:
        return {}
    table = session.open_table(TABLE)
    problems = [
        replace(problem, severity="error", hint="mend these rows: each says what somebody is paid")
        for problem in explain_rejections(table, session.engine.check_source(table, session.roster.resolve))
    ]
    rows: list[dict[str, Any]] = session.engine.read_facts(table)
    foreign = [row for row in rows if (row.get("currency") or currency) != currency]
    if foreign:
        said = "row is" if len(foreign) == 1 else "rows are"
        message = f"{len(foreign)} {said} not in {currency}, the currency of the rubric's pay"
        samples = tuple(f"agent_id={row['agent_id']}: currency={row['currency']}" for row in foreign[:_SHOWN])
        hint = f"give base_pay in {currency}, or name another currency under pay: in the rubric"
        problems.append(Problem("pay-currency", message, Location(table.name), samples=samples, hint=hint))
    if problems:
        raise ProblemsFound(problems)
    found: dict[str, tuple[dt.date, Decimal]] = {}
    for row in rows:
        since: dt.date = row.get("valid_from") or dt.date.min
        agent_id = session.roster.resolve(row["agent_id"])
        if since <= period.last_day and (agent_id not in found or since >= found[agent_id][0]):
            found[agent_id] = since, Decimal(repr(row["base_pay"]))
    return {agent_id: pay for agent_id, (_, pay) in found.items()}
