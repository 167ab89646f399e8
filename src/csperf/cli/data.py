"""`csperf data …`: check the sources, inspect a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csperf.cli.errors import FINE, PROBLEMS, print_problems
from csperf.cli.opening import open_session
from csperf.cli.options import LangOption, QuietOption, RejectsOption, StrictOption, WorkspaceOption
from csperf.cli.output import say_aside, terminal_width, use_color, working, write_result, write_whole

if TYPE_CHECKING:
    from csperf.exports.reader import RawTable
    from csperf.rubric.measures import Aggregate
    from csperf.session import Session

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
    from csperf.cli.output import choose_format

    chosen = choose_format(format.value, None, ("table", "json"))
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.pipeline import check_data
        from csperf.render.check import render_check, render_check_json
        from csperf.render.words import label

        with working(label("working", language), quiet):
            found, problems = check_data(session)
        if not quiet:
            print_problems(problems)
        counts = [(raw.name, result.counts) for raw, result in found.values()]
        if chosen == "json":
            result = render_check_json(counts)
        else:
            result = render_check(counts, language, terminal_width(), use_color())
        write_result(result, None, is_data=chosen == "json")
        if rejects:
            write_rejects(session, {table: raw for table, (raw, _) in found.items()}, rejects)
            say_aside(label("file-written", language, file=rejects), quiet)
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
        write_result(result, None, is_data=False)
    return FINE


def write_rejects(
    session: Session,
    opened: Mapping[str, RawTable],
    path: Path,
    plans: Mapping[str, Sequence[Aggregate]] | None = None,
) -> None:
    """Write the rows that scoring by `plans` (or a full check) rejects as CSV: where and why, then the cells."""
    from csperf.pipeline import read_rejected
    from csperf.render.csv import neutralise

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["source", "file", "row", "column", "value", "code", "cells"])
    for source, row in read_rejected(session, opened, plans):
        place = [source, row.file, str(row.row), row.column, row.value or "", row.code]
        cells = [f"{header}={cell or ''}" for header, cell in zip(row.headers, row.cells, strict=True)]
        writer.writerow([neutralise(cell) for cell in [*place, *cells]])
    write_whole(path, ("\ufeff" + text.getvalue()).encode("utf-8"))
