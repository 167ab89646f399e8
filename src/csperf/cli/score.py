"""`csperf score`: per-agent scores of a period."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from csperf.cli import options
from csperf.cli.errors import PROBLEMS
from csperf.cli.opening import open_session
from csperf.cli.output import (
    choose_format,
    choose_language,
    terminal_width,
    use_color,
    working,
    write_file,
    write_result,
)


def _only(what: str, metavar: str) -> Any:
    """The flag that leaves only some cards."""
    return typer.Option(
        f"--{what}",
        envvar=f"CSPERF_{what.upper()}",
        metavar=metavar,
        show_default=False,
        help=f"Only this {what}; may be given several times. Ranks stay those of all.",
    )


def score(
    month: options.MonthOption = None,
    quarter: options.QuarterOption = None,
    year: options.YearOption = None,
    as_of: options.AsOfOption = None,
    by: options.ByOption = options.By.AGENT,
    workspace: options.WorkspaceOption = None,
    rubric: options.RubricOption = None,
    format: Annotated[
        options.ScoreFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
    ] = options.ScoreFormat.AUTO,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
    agent: Annotated[list[str] | None, _only("agent", "ID|NAME")] = None,
    team: Annotated[list[str] | None, _only("team", "TEAM")] = None,
    role: Annotated[list[str] | None, _only("role", "ROLE")] = None,
    strict: options.StrictOption = False,
    rejects: options.RejectsOption = None,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
) -> int:
    """Scores of a month (or quarter, or year): of agents, teams or the shop."""
    from csperf.render import FORMATS, render_score

    _check_filters(by, agent, team, role)

    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.cli.warnings import Findings, print_findings
        from csperf.pipeline import check_rejects, choose_cards, load_scheme, read_rejected, score_period

        check_rejects(session.workspace, rejects)
        period = options.choose_period(month, quarter, year, session.workspace.content.zone)
        last_day = options.choose_as_of(as_of, period)
        with working(language, quiet):
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
        findings = Findings(scheme.warnings, scored.measured.problems, table.sources, table.warnings)
        failed = strict and findings.are_serious
        if failed or not quiet:
            print_findings(findings, language, in_full=verbose or failed, are_counted=chosen == "table")
        if rejects:
            from csperf.render.rejects import render_rejects

            plan = scored.measured.plan
            rejected = read_rejected(session, plan.opened, plan.aggregates)
            write_file(rejects, render_rejects(rejected, str(rejects)), language, quiet)
        if failed:
            return PROBLEMS
        words = choose_language(lang, session.workspace, is_data=chosen != "table")
        result = render_score(
            table, chosen, words, width=terminal_width(), color=use_color(output), bom=output is not None,
            asked=options.repeat_asked(period, workspace, rubric=rubric, by=by, as_of=as_of),
        )  # fmt: skip
        write_result(result, output, is_data=chosen != "table", lang=language, quiet=quiet)
    return 0


def _check_filters(by: options.By, agents: list[str] | None, teams: list[str] | None, roles: list[str] | None) -> None:
    """Wrong usage for a filter by what the cards are not of."""
    unfit = {options.By.AGENT: {}, options.By.TEAM: {"--agent": agents, "--role": roles},
             options.By.SHOP: {"--agent": agents, "--team": teams, "--role": roles}}  # fmt: skip
    for flag, said in unfit[by].items():
        if said:
            raise typer.BadParameter(f"does not go with --by {by.value}", param_hint=flag)
