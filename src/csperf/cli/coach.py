"""`csperf coach`: a plan for one agent or a team, from scores and the rows behind them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from csperf.cli import options
from csperf.cli.opening import open_session
from csperf.cli.output import choose_format, choose_language, terminal_width, use_color, working, write_result


class CoachFormat(StrEnum):
    """The formats of a plan."""

    AUTO = "auto"
    TABLE = "table"
    MD = "md"
    JSON = "json"


def coach(
    agent: Annotated[
        str | None,
        typer.Argument(
            metavar="[AGENT]", show_default=False, help="The agent: id, name, or any alias of the roster."
        ),
    ] = None,
    team: Annotated[
        str | None,
        typer.Option(
            "--team", envvar="CSPERF_TEAM", metavar="NAME", show_default=False,
            help="A whole team instead: each member in short, and what they have in common.",
        ),
    ] = None,
    month: options.MonthOption = None,
    workspace: options.WorkspaceOption = None,
    rubric: options.RubricOption = None,
    format: Annotated[
        CoachFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: words on a terminal, md elsewhere."),
    ] = CoachFormat.AUTO,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
) -> int:  # fmt: skip
    """Strengths, what cost points and where within it, what to learn, and what came of the last plan."""
    from csperf.render.coach import FORMATS, render_coaching

    if (agent is None) == (team is None):
        raise typer.BadParameter("name one agent, or a team with --team")
    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.cli.warnings import Findings, print_findings
        from csperf.coaching import plan_agent, plan_team
        from csperf.pipeline import load_scheme

        period = options.choose_period(month, None, None, session.workspace.content.zone)
        as_of, is_other = options.choose_as_of(None, period), rubric is not None
        with working(language, quiet):
            scheme = load_scheme(session.workspace, rubric)
            if agent is not None:
                found = plan_agent(session, scheme, period, agent, as_of=as_of, ignore_ledger=is_other)
            else:
                found = plan_team(session, scheme, period, team or "", as_of=as_of, ignore_ledger=is_other)
        if not quiet:
            said = Findings(found.scheme.warnings, found.problems, found.table.sources, found.table.warnings)
            print_findings(said, language, in_full=verbose)
        words = choose_language(lang, session.workspace, is_data=chosen == "json")
        result = render_coaching(
            found.table, found.plans, found.team, found.is_sealed, chosen, words,
            width=terminal_width(), color=use_color(output),
        )  # fmt: skip
        write_result(result, output, is_data=chosen != "table", lang=language, quiet=quiet)
    return 0
