"""`csperf seal`: a month kept for good, or corrected beside what was kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from csperf.cli import options
from csperf.cli.opening import open_session
from csperf.cli.output import choose_format, choose_language, terminal_width, use_color, working, write_result


class LedgerFormat(StrEnum):
    """The formats of what is said of the ledger."""

    AUTO = "auto"
    TABLE = "table"
    JSON = "json"


LedgerFormatOption = Annotated[
    LedgerFormat,
    typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
]


def seal(
    month: options.MonthOption = None,
    adjust: Annotated[
        bool,
        typer.Option("--adjust", envvar="CSPERF_ADJUST", help="Correct a sealed month: today's scores beside it."),
    ] = False,
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason", envvar="CSPERF_REASON", metavar="TEXT", show_default=False, help="Why it is adjusted."
        ),
    ] = None,
    approved_by: Annotated[
        str | None,
        typer.Option(
            "--approved-by", envvar="CSPERF_APPROVED_BY", metavar="NAME", show_default=False,
            help="Who approved the adjustment.",
        ),
    ] = None,
    workspace: options.WorkspaceOption = None,
    rubric: options.RubricOption = None,
    format: LedgerFormatOption = LedgerFormat.AUTO,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
) -> int:  # fmt: skip
    """Keep a month's scores for good: sealed months can be verified and are never rewritten."""
    from csperf.render.ledger import FORMATS, render_sealing

    why = _check_reasons(adjust, reason, approved_by)
    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.cli.warnings import Findings, print_findings
        from csperf.closing import adjust_month, seal_month
        from csperf.pipeline import load_scheme

        period = options.choose_period(month, None, None, session.workspace.content.zone)
        with working(language, quiet):
            scheme = load_scheme(session.workspace, rubric)
            keep = rubric is None
            if why:
                done = adjust_month(session, scheme, period, *why, keep_rubric=keep)
            else:
                done = seal_month(session, scheme, period, keep_rubric=keep)
        if not quiet:
            found = Findings(scheme.warnings, done.set_aside, done.table.sources, done.table.warnings)
            print_findings(found, language, in_full=verbose)
        words = choose_language(lang, session.workspace, is_data=chosen != "table")
        result = render_sealing(done, chosen, words, width=terminal_width(), color=use_color(output))
        write_result(result, output, is_data=chosen != "table", lang=language, quiet=quiet)
    return 0


def _check_reasons(adjust: bool, reason: str | None, approved_by: str | None) -> tuple[str, str] | None:
    """(reason, who approved) of an adjustment; wrong usage where either is missing, or said of none."""
    for flag, said in (("--reason", reason), ("--approved-by", approved_by)):
        if adjust and not (said or "").strip():
            raise typer.BadParameter("an adjustment says why, and who approved it", param_hint=flag)
        if said and not adjust:
            raise typer.BadParameter("goes with --adjust only", param_hint=flag)
    return (reason.strip(), approved_by.strip()) if reason and approved_by else None
