"""`csperf explain`: every point of one agent, and the rows behind it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from csperf.cli import options
from csperf.cli.opening import open_session
from csperf.cli.output import choose_format, say_aside, terminal_width, use_color, working, write_result

if TYPE_CHECKING:
    from csperf.pipeline import Measured
    from csperf.scoring.cards import ScoreTable
    from csperf.session import Session


class ExplainFormat(StrEnum):
    """The formats of a scorecard."""

    AUTO = "auto"
    TABLE = "table"
    JSON = "json"


def explain(
    agent: Annotated[
        str, typer.Argument(help="The agent: id, name, or any alias of the roster; with --by a team, or shop.")
    ],
    month: options.MonthOption = None,
    quarter: options.QuarterOption = None,
    year: options.YearOption = None,
    as_of: options.AsOfOption = None,
    fresh: options.FreshOption = False,
    by: options.ByOption = options.By.AGENT,
    indicator: Annotated[
        str | None,
        typer.Option(
            "--indicator",
            envvar="CSPERF_INDICATOR",
            metavar="NAME",
            show_default=False,
            help="Only this indicator.",
        ),
    ] = None,
    rows: Annotated[
        bool,
        typer.Option(
            "--rows",
            envvar="CSPERF_ROWS",
            help="List the rows behind the indicator; of a rate, those that cost points first.",
        ),
    ] = False,
    workspace: options.WorkspaceOption = None,
    rubric: options.RubricOption = None,
    format: Annotated[
        ExplainFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
    ] = ExplainFormat.AUTO,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
    quiet: options.QuietOption = False,
) -> int:
    """Every point of one agent: value, target, and step by step to the points."""
    if rows and indicator is None:
        raise typer.BadParameter("--rows needs --indicator, such as --indicator csat")
    chosen = choose_format(format.value, output, ("table", "json"))
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.months import read_span
        from csperf.period import length_of
        from csperf.pipeline import check_indicator_name, find_card, load_scheme, measure_sources
        from csperf.render.explain import render_explain, render_explain_json
        from csperf.render.words import label, say

        period = options.choose_period(month, quarter, year, session.workspace.content.zone)
        last_day = options.choose_as_of(as_of, period)
        with working(language, quiet):
            scheme = load_scheme(session.workspace, rubric)
            if rows and length_of(period.label) != "month" and scheme.rubric.rollup.method == "mean":
                said = f"{period.label} is the mean of its months, each with rows of its own; name one with --month"
                raise typer.BadParameter(said, param_hint="--rows")
            span = read_span(
                session, scheme, period, by=by.value, as_of=last_day,
                ignore_ledger=fresh or bool(rubric) or bool(as_of),
            )  # fmt: skip
            if indicator:
                check_indicator_name(span.record.scheme, indicator)
        table = span.record.agents.table
        card = find_card(table, session.roster, agent)
        agent_id = card.agent.agent_id
        width, color = terminal_width(), use_color(output)
        for later in () if quiet else span.later:
            say_aside(say(later, language))
        if rows and indicator:
            if span.measured:
                (measured,) = span.measured
            else:
                measured = measure_sources(session, [span.record.scheme], period, by.value, None)
                if not quiet:
                    say_aside(label("rows-not-sealed", language))
            result = _render_rows_behind(session, table, measured, agent_id, indicator, chosen, language, width, color)
            if chosen == "table":
                result = render_explain(table, card, language, width, color, indicator) + "\n" + result
        elif chosen == "json":
            result = render_explain_json(table, card, language, indicator)
        else:
            result = render_explain(table, card, language, width, color, indicator)
        write_result(result, output, is_data=chosen == "json", lang=language, quiet=quiet)
    return 0


def _render_rows_behind(
    session: Session, table: ScoreTable, measured: Measured, agent_id: str, indicator: str, chosen: str,
    language: str, width: int, color: bool,
) -> str:  # fmt: skip
    from csperf.pipeline import counts_against, read_rows_behind
    from csperf.render.explain import render_rows
    from csperf.render.json import write_json
    from csperf.render.titles import part_titles
    from csperf.render.words import label
    from csperf.scoring.cards import Number

    scheme = measured.plan.schemes[0]
    found = read_rows_behind(session, scheme, measured, agent_id, indicator)
    if chosen == "json":
        rows = [{"table": term.table, "kind": term.kind, **row} for term, rows in found for row in rows]
        head = {"schema": "csperf/rows/v1", "agent_id": agent_id, "indicator": indicator}
        return write_json({**head, "rows": rows}) + "\n"
    title = part_titles(table, language)[indicator]
    parts = []
    for term, rows in found:
        # What cost points comes first, then what did not count either way.
        is_bad = counts_against(scheme, indicator, term)
        order = {"hit": 0, "miss": 2} if is_bad else {"miss": 0, "hit": 2}
        rows = sorted(rows, key=lambda row: order.get(row["counted"] or "", 1))
        columns = list(rows[0]) if rows else []
        parts.append(label("rows-behind", language, indicator=title, part=term.table, count=Number(len(rows))))
        parts.append(render_rows(rows, columns, language, width, color, hits_count_against=is_bad))
    return "\n".join(parts)
