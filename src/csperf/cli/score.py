"""`csperf score`: per-agent scores of a period."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from csperf.cli.errors import PROBLEMS
from csperf.cli.opening import open_session
from csperf.cli.options import (
    AsOfOption,
    By,
    ByOption,
    LangOption,
    MonthOption,
    OutputOption,
    QuarterOption,
    QuietOption,
    RejectsOption,
    RubricOption,
    ScoreFormat,
    StrictOption,
    VerboseOption,
    WorkspaceOption,
    YearOption,
    choose_as_of,
    choose_period,
)
from csperf.cli.output import (
    choose_format,
    choose_language,
    say_aside,
    terminal_width,
    use_color,
    working,
    write_result,
)


def score(
    month: MonthOption = None,
    quarter: QuarterOption = None,
    year: YearOption = None,
    as_of: AsOfOption = None,
    by: ByOption = By.AGENT,
    workspace: WorkspaceOption = None,
    rubric: RubricOption = None,
    format: Annotated[
        ScoreFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
    ] = ScoreFormat.AUTO,
    output: OutputOption = None,
    lang: LangOption = None,
    agent: Annotated[
        list[str] | None,
        typer.Option(
            "--agent",
            envvar="CSPERF_AGENT",
            metavar="ID|NAME",
            show_default=False,
            help="Only this agent; may be given several times. Ranks stay those of all.",
        ),
    ] = None,
    team: Annotated[
        list[str] | None,
        typer.Option(
            "--team",
            envvar="CSPERF_TEAM",
            metavar="TEAM",
            show_default=False,
            help="Only this team; may be given several times. Ranks stay those of all.",
        ),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            envvar="CSPERF_ROLE",
            metavar="ROLE",
            show_default=False,
            help="Only this role; may be given several times. Ranks stay those of all.",
        ),
    ] = None,
    strict: StrictOption = False,
    rejects: RejectsOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Per-agent scores of a month (or quarter, or year)."""
    from csperf.render import FORMATS, render_score

    _check_filters(by, agent, team, role)

    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.cli.warnings import print_warnings
        from csperf.pipeline import choose_cards, load_scheme, score_period
        from csperf.render.words import label

        period = choose_period(month, quarter, year, session.workspace.content.zone)
        last_day = choose_as_of(as_of, period)
        with working(label("working", language), quiet):
            scheme = load_scheme(session.workspace, rubric)
            scored = score_period(
                session,
                scheme,
                period,
                by=by.value,
                as_of=last_day,
                with_hashes=chosen in ("json", "ndjson"),
                with_words=chosen not in ("csv", "table"),
            )
        cards = choose_cards(scored.table, session.roster, agent or [], team or [], role or [])
        table = replace(scored.table, cards=cards)
        failed = print_warnings(
            scheme.warnings, scored.table, scored.facts.problems, language, strict, quiet, verbose, chosen == "table"
        )
        if rejects:
            from csperf.cli.data import write_rejects

            write_rejects(session, scored.facts.opened, rejects, scored.facts.plans)
            say_aside(label("file-written", language, file=rejects), quiet)
        if failed:
            return PROBLEMS
        color = use_color() and output is None
        words = choose_language(lang, session.workspace, is_data=chosen != "table")
        result = render_score(table, chosen, words, width=terminal_width(), color=color, bom=output is not None)
        write_result(result, output, is_data=chosen != "table")
        if output is not None:
            say_aside(label("file-written", language, file=output), quiet)
    return 0


def _check_filters(by: By, agents: list[str] | None, teams: list[str] | None, roles: list[str] | None) -> None:
    """Wrong usage for a filter by what the cards are not of."""
    unfit = {By.AGENT: {}, By.TEAM: {"--agent": agents, "--role": roles},
             By.SHOP: {"--agent": agents, "--team": teams, "--role": roles}}  # fmt: skip
    for flag, said in unfit[by].items():
        if said:
            raise typer.BadParameter(f"does not go with --by {by.value}", param_hint=flag)
