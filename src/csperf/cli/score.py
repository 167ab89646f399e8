"""`csperf score`: per-agent scores of a period."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csperf.cli import options
from csperf.cli.errors import PROBLEMS
from csperf.cli.opening import open_session
from csperf.cli.output import (
    choose_format,
    choose_language,
    say_aside,
    terminal_width,
    use_color,
    working,
    write_file,
    write_result,
)

if TYPE_CHECKING:
    from csperf.scoring.cards import ScoreTable
    from csperf.session import Session


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
    fresh: options.FreshOption = False,
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
    anonymous: options.AnonymousOption = False,
    strict: options.StrictOption = False,
    rejects: options.RejectsOption = None,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
) -> int:
    """Scores of a month (or quarter, or year): of agents, teams or the shop."""
    from csperf.render import FORMATS, render_score

    _check_filters(by, agent, team, role)
    if anonymous:
        _check_anonymous({"--by": by != options.By.AGENT, "--agent": agent, "--team": team, "--role": role,
                          "--rejects": rejects, "--verbose": verbose})  # fmt: skip

    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.cli.warnings import Findings, print_findings
        from csperf.months import read_span
        from csperf.pipeline import check_rejects, choose_cards, load_scheme, read_rejected
        from csperf.pseudonyms import without_people

        check_rejects(session.workspace, rejects)
        period = options.choose_period(month, quarter, year, session.workspace.content.zone)
        last_day = options.choose_as_of(as_of, period)
        with working(language, quiet):
            scheme = load_scheme(session.workspace, rubric)
            span = read_span(
                session,
                scheme,
                period,
                by=by.value,
                as_of=last_day,
                with_hashes=chosen in ("json", "ndjson"),
                with_words=chosen not in ("csv", "table"),
                ignore_ledger=fresh or bool(rubric) or bool(as_of),
            )
        scored = span.record.agents.table
        cards = choose_cards(scored, session.roster, agent or [], team or [], role or [])
        table = replace(scored, cards=cards)
        # What a sealed month set aside was said when it was sealed.
        findings = Findings(scheme.warnings, span.problems, table.sources if span.measured else (), table.warnings)
        failed = strict and findings.are_serious
        if anonymous or agent:
            table = replace(table, warnings=without_people(table.warnings))
        if anonymous:
            table = _hide_people(session, table, language)
        if anonymous or (agent and not verbose and not failed):
            findings = findings.without_people()
        if failed or not quiet:
            in_full = (verbose or failed) and not anonymous
            print_findings(findings, language, in_full=in_full, are_counted=chosen == "table")
        if rejects:
            from csperf.render.rejects import render_rejects

            # Of several months the same rows are set aside in each.
            plans = [measured.plan for measured in span.measured[:1]]
            rejected = (row for plan in plans for row in read_rejected(session, plan.opened, plan.aggregates))
            write_file(rejects, render_rejects(rejected, str(rejects)), language, quiet)
        if failed:
            return PROBLEMS
        words = choose_language(lang, session.workspace, is_data=chosen != "table")
        asked = options.repeat_asked(period, workspace, rubric=rubric, by=by, as_of=as_of, fresh=fresh)
        result = render_score(
            table, chosen, words, width=terminal_width(), color=use_color(output), bom=output is not None,
            asked=asked + " --anonymous" * anonymous,
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


def _check_anonymous(said: dict[str, Any]) -> None:
    """Wrong usage for a flag that tells who somebody is."""
    for flag, value in said.items():
        if value:
            raise typer.BadParameter("does not go with --anonymous, as it tells who somebody is", param_hint=flag)


def _hide_people(session: Session, table: ScoreTable, language: str) -> ScoreTable:
    from csperf.pseudonyms import hide_people, open_key
    from csperf.render.words import label
    from csperf.workspace import show_path

    key, made = open_key(session.workspace)
    if made is not None:
        say_aside(label("key-made", language, file=show_path(made)))
    return hide_people(table, key)
