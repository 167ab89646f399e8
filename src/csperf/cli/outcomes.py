"""`csperf outcomes`: what follows from a period's scores."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from csperf.cli import options
from csperf.cli.opening import open_session
from csperf.cli.output import (
    choose_format,
    choose_language,
    terminal_width,
    use_color,
    working,
    write_result,
)

if TYPE_CHECKING:
    from csperf.period import Period
    from csperf.rubric.load import LoadedRubric
    from csperf.scoring.payroll import Outcomes
    from csperf.session import Session


class OutcomesFormat(StrEnum):
    """The formats of outcomes."""

    AUTO = "auto"
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"
    XLSX = "xlsx"


def outcomes(
    month: options.MonthOption = None,
    quarter: options.QuarterOption = None,
    year: options.YearOption = None,
    workspace: options.WorkspaceOption = None,
    rubric: options.RubricOption = None,
    format: Annotated[
        OutcomesFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
    ] = OutcomesFormat.AUTO,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
    quiet: options.QuietOption = False,
) -> int:
    """What follows from a period's scores: the payroll table, awards, promotions, who is listed for coaching."""
    from csperf.render.payroll import FORMATS, render_outcomes

    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.cli.warnings import Findings, print_findings
        from csperf.pipeline import load_scheme

        period = options.choose_period(month, quarter, year, session.workspace.content.zone)
        with working(language, quiet):
            scheme = load_scheme(session.workspace, rubric)
            found = _find(session, scheme, period, ignore_ledger=rubric is not None)
        if not quiet:
            table = found.record.agents.table
            print_findings(Findings(scheme.warnings, (), table.sources, table.warnings), language, in_full=False,
                           are_counted=True)  # fmt: skip
        words = choose_language(lang, session.workspace, is_data=chosen != "table")
        result = render_outcomes(
            found, chosen, words, width=terminal_width(), color=use_color(output), bom=output is not None,
            asked=options.repeat_asked(period, workspace, rubric=rubric),
        )  # fmt: skip
        write_result(result, output, is_data=chosen != "table", lang=language, quiet=quiet)
    return 0


def _find(session: Session, scheme: LoadedRubric, period: Period, *, ignore_ledger: bool) -> Outcomes:
    """What follows; raises ProblemsFound where the period has no results."""
    from csperf.base_pay import read_base_pay
    from csperf.ledger.folder import list_sealed
    from csperf.months import PeriodFinder
    from csperf.problems import Problem, ProblemsFound
    from csperf.scoring.payroll import changes_pay, find_outcomes

    # Where months are sealed, the rubric that decides may be another than today's, and have awards of teams.
    may_be_sealed = not ignore_ledger and bool(list_sealed(session.workspace.ledger))
    has_team_awards = any(rule.of == "team" for rule in scheme.rubric.awards.values())
    finder = PeriodFinder(session, scheme, with_teams=has_team_awards or may_be_sealed, ignore_ledger=ignore_ledger)
    record = finder.find(period.label)
    if record is None:
        message = f"nothing follows from {period.label}: no month of it is over and has data"
        hint = "pay follows from whole months; csperf score --month this shows how the running one stands"
        raise ProblemsFound([Problem("outcomes-no-month", message, hint=hint)])
    pay = record.scheme.rubric.pay
    base_pay = read_base_pay(session, period, pay.currency) if pay and changes_pay(record) else {}
    return find_outcomes(record, finder.find, base_pay)
