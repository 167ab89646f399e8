"""`csperf simulate`: the same period under another rubric, who gains and who loses."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from csperf.cli.opening import open_session
from csperf.cli.options import (
    LangOption,
    MonthOption,
    OutputOption,
    QuarterOption,
    QuietOption,
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
    month: MonthOption = None,
    quarter: QuarterOption = None,
    year: YearOption = None,
    workspace: WorkspaceOption = None,
    format: Annotated[
        SimulateFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
    ] = SimulateFormat.AUTO,
    output: OutputOption = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """The same period under another rubric: who gains, who loses, and by which indicator."""
    from csperf.render.simulate import FORMATS, render_simulation

    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.cli.warnings import print_warnings
        from csperf.pipeline import load_scheme, simulate_period
        from csperf.render.words import label

        period = choose_period(month, quarter, year, session.workspace.content.zone)
        with working(label("working", language), quiet):
            before, after = load_scheme(session.workspace, against), load_scheme(session.workspace, rubric)
            found = simulate_period(session, before, after, period, choose_as_of(None, period))
        rubric_warnings = dict.fromkeys([*before.warnings, *after.warnings])
        print_warnings(list(rubric_warnings), found.after, found.facts.problems, language, quiet=quiet, verbose=verbose)
        words = choose_language(lang, session.workspace, is_data=chosen != "table")
        color = use_color() and output is None
        result = render_simulation(
            found.before, found.after, found.comparison, chosen, words,
            width=terminal_width(), color=color, bom=output is not None,
        )  # fmt: skip
        write_result(result, output, is_data=chosen != "table")
        if output is not None:
            say_aside(label("file-written", language, file=output), quiet)
    return 0
