"""`csperf data …`: check the sources, inspect a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from csperf.cli.errors import FINE, PROBLEMS, print_problems
from csperf.cli.opening import open_session
from csperf.cli.options import LangOption, QuietOption, RejectsOption, StrictOption, WorkspaceOption
from csperf.cli.output import choose_format, terminal_width, use_color, working, write_file, write_result

app = typer.Typer(
    help="Check the sources of a workspace, look into a file.", no_args_is_help=True, rich_markup_mode=None
)


class CheckFormat(StrEnum):
    """The formats of the counts."""

    AUTO = "auto"
    TABLE = "table"
    JSON = "json"


@app.command()
def check(
    workspace: WorkspaceOption = None,
    format: Annotated[
        CheckFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
    ] = CheckFormat.AUTO,
    lang: LangOption = None,
    strict: StrictOption = False,
    rejects: RejectsOption = None,
    quiet: QuietOption = False,
) -> int:
    """Read every source with all its columns; print where the rows went and what is wrong with some."""
    chosen = choose_format(format.value, None, ("table", "json"))
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.pipeline import check_data, read_rejected
        from csperf.render.check import render_check, render_check_json, render_rejects

        with working(language, quiet):
            found, problems = check_data(session)
        if not quiet:
            print_problems(problems)
        counts = [(raw.name, result.counts) for raw, result in found.values()]
        if chosen == "json":
            result = render_check_json(counts)
        else:
            result = render_check(counts, language, terminal_width(), use_color())
        write_result(result, is_data=chosen == "json", lang=language)
        if rejects:
            rejected = read_rejected(session, {table: raw for table, (raw, _) in found.items()})
            write_file(rejects, render_rejects(rejected), language, quiet)
    return PROBLEMS if strict and problems else FINE


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="A CSV, TSV or Excel file, also .gz.")],
    workspace: WorkspaceOption = None,
    lang: LangOption = None,
) -> int:
    """What a file is: encoding, layout, columns, the format or table it fits."""
    with open_session(workspace, lang, quiet=True) as (session, language):
        from csperf.pipeline import inspect_file
        from csperf.render.check import render_inspection

        inspection = inspect_file(session, file)
        result = render_inspection(inspection, language, terminal_width(), use_color())
        write_result(result, is_data=False, lang=language)
    return FINE
