"""`csperf trend`: how an agent, a team or the shop went, month by month, and around an event."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csperf.cli import options
from csperf.cli.looking_back import (
    LastMonthOption,
    MonthsOption,
    choose_months,
    choose_months_around,
    choose_since,
    print_month_findings,
)
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
    from csperf.scoring.trend import Trend


class TrendFormat(StrEnum):
    """The formats of a trend."""

    AUTO = "auto"
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


def trend(
    agent: Annotated[
        list[str] | None,
        typer.Option(
            "--agent", envvar="CSPERF_AGENT", metavar="ID|NAME", show_default=False,
            help="An agent instead of the shop, by id, name or alias; several to see them side by side.",
        ),
    ] = None,
    team: Annotated[
        list[str] | None,
        typer.Option("--team", envvar="CSPERF_TEAM", metavar="NAME", show_default=False, help="A team; or several."),
    ] = None,
    indicator: Annotated[
        list[str] | None,
        typer.Option(
            "--indicator", envvar="CSPERF_INDICATOR", metavar="NAME", show_default=False,
            help="Only this indicator; or several. Default: the score, and where one is asked for, each indicator.",
        ),
    ] = None,
    months: MonthsOption = 12,
    month: LastMonthOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", envvar="CSPERF_SINCE", metavar="YYYY-MM", show_default=False,
            help="Compare the months before this one with those from it on; without --month, --months begin three "
            "before it.",
        ),
    ] = None,
    event: Annotated[
        str | None,
        typer.Option(
            "--event", envvar="CSPERF_EVENT", metavar="TEXT", show_default=False, help="What was new from --since on.",
        ),
    ] = None,
    rubric: options.RubricOption = None,
    workspace: options.WorkspaceOption = None,
    format: Annotated[
        TrendFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
    ] = TrendFormat.AUTO,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
) -> int:  # fmt: skip
    """How an agent, a team or the shop went, month by month: sealed months as sealed, others computed."""
    from csperf.render.trend import FORMATS, render_trend

    if agent and team:
        raise typer.BadParameter("choose one of --agent and --team")
    if event and not since:
        raise typer.BadParameter("say from which month on, with --since", param_hint="--event")
    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.months import load_history
        from csperf.pipeline import load_scheme
        from csperf.scoring.trend import check_history, check_indicators, find_agents, find_teams, trace_months

        zone = session.workspace.content.zone
        asked = choose_months_around(since, months, zone) if since and not month else choose_months(month, months, zone)
        begun = since and choose_since(since, asked)
        labels = [one.label for one in asked]
        with working(language, quiet):
            scheme = load_scheme(session.workspace, rubric)
            history = load_history(
                session, scheme, asked, with_teams=bool(team), ignore_ledger=rubric is not None
            )  # fmt: skip
            check_history(history, labels)
            check_indicators(history, scheme, indicator or ())
            who = find_teams(history, team) if team else find_agents(history, agent or (), session.roster.resolve)
            found = trace_months(
                history, labels, asked[0].zone, scheme, "team" if team else "agent" if agent else "shop", who,
                list(dict.fromkeys(indicator or ())), begun, event,
            )  # fmt: skip
        if not quiet:
            print_month_findings(scheme, history, language, in_full=verbose)
        result = render_trend(
            found, chosen, choose_language(lang, session.workspace, is_data=chosen != "table"),
            width=terminal_width(), color=use_color(output), bom=output is not None,
            asked=_repeat_asked(found, workspace, indicator or (), rubric),
        )  # fmt: skip
        write_result(result, output, is_data=chosen != "table", lang=language, quiet=quiet)
    return 0


def _repeat_asked(found: Trend, workspace: Path | None, indicators: Sequence[str], rubric: str | None) -> str:
    """The flags that ask for the same again, tomorrow too, as they stand after `csperf trend`."""
    from csperf.render.commands import write_flags

    labels = list(found.months)
    whose = [(f"--{found.by}", who.agent_id) for who in dict.fromkeys(line.who for line in found.lines) if who]
    flags = [
        ("-C", workspace and str(workspace)), *whose, *(("--indicator", name) for name in indicators),
        ("--months", str(len(labels))), ("--month", labels[-1]), ("--since", found.since), ("--event", found.event),
        ("--rubric", rubric),
    ]  # fmt: skip
    return write_flags(flags)
