"""`csperf simulate`: the same period under another rubric, who gains and who loses."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

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


class SimulateFormat(StrEnum):
    """The formats of a comparison."""

    AUTO = "auto"
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


def simulate(
    rubric: Annotated[
        str,
        typer.Option(
            "--rubric", envvar="CSPERF_RUBRIC", metavar="NAME|FILE", show_default=False, help="The rubric to try."
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            envvar="CSPERF_AGAINST",
            metavar="NAME|FILE",
            show_default=False,
            help="The rubric to compare with; default: the workspace's.",
        ),
    ] = None,
    month: options.MonthOption = None,
    quarter: options.QuarterOption = None,
    year: options.YearOption = None,
    workspace: options.WorkspaceOption = None,
    format: Annotated[
        SimulateFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
    ] = SimulateFormat.AUTO,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
) -> int:
    """The same period under another rubric: who gains, who loses, and by which indicator."""
    from csperf.render.simulate import FORMATS, render_simulation

    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.cli.warnings import Findings, print_findings
        from csperf.months import simulate_span
        from csperf.pipeline import load_scheme

        period = options.choose_period(month, quarter, year, session.workspace.content.zone)
        with working(language, quiet):
            before, after = load_scheme(session.workspace, against), load_scheme(session.workspace, rubric)
            found = simulate_span(session, before, after, period, options.choose_as_of(None, period))
        if not quiet:
            of_rubrics = list(dict.fromkeys([*before.warnings, *after.warnings]))
            set_aside, warnings = found.problems, found.comparison.warnings
            print_findings(Findings(of_rubrics, set_aside, found.after.sources, warnings), language, in_full=verbose)
        words = choose_language(lang, session.workspace, is_data=chosen != "table")
        result = render_simulation(
            found.before, found.after, found.comparison, chosen, words,
            width=terminal_width(), color=use_color(output), bom=output is not None,
            asked=options.repeat_asked(period, workspace, rubric=rubric, against=against),
        )  # fmt: skip
        write_result(result, output, is_data=chosen != "table", lang=language, quiet=quiet)
    return 0
