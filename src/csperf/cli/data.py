"""`csperf data …`: check the sources, inspect a file, list the formats."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csperf.cli.errors import FINE, PROBLEMS, print_problems
from csperf.cli.opening import open_session
from csperf.cli.options import (
    DatesOption,
    EncodingOption,
    LangOption,
    MarketplaceOption,
    OutputOption,
    QuietOption,
    RejectsOption,
    StrictOption,
    WorkspaceOption,
    ZoneOption,
)
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
    from csperf.intake.file_report import FileReport
    from csperf.session import Session

app = typer.Typer(
    help="Check the sources of a workspace, look into a file, list the formats.",
    no_args_is_help=True,
    rich_markup_mode=None,
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
        from csperf.pipeline import check_data, check_rejects, read_rejected
        from csperf.render.check import render_check, render_check_json
        from csperf.render.words import say

        check_rejects(session.workspace, rejects)
        with working(language, quiet):
            checked = check_data(session)
        if not quiet:
            print_problems(checked.problems)
            for warning in checked.warnings:
                say_aside(say(warning, language))
        counts = [(name, result.counts) for name, (_, result) in checked.found.items()]
        if chosen == "json":
            result = render_check_json(counts)
        else:
            result = render_check(counts, language, terminal_width(), use_color())
        write_result(result, is_data=chosen == "json", lang=language)
        if rejects:
            from csperf.render.rejects import render_rejects

            rejected = read_rejected(session, {name: raw for name, (raw, _) in checked.found.items()})
            write_file(rejects, render_rejects(rejected, str(rejects)), language, quiet)
    return PROBLEMS if strict and checked.problems else FINE


@app.command()
def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Exports: CSV, TSV, Excel, JSON; also .gz.")],
    workspace: WorkspaceOption = None,
    format: Annotated[
        CheckFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table, also where the output is piped."),
    ] = CheckFormat.AUTO,
    write: Annotated[
        bool,
        typer.Option(
            "--write", envvar="CSPERF_WRITE", help="Add each file to csperf.yaml that is known and leaves nothing open."
        ),
    ] = False,
    zone: ZoneOption = None,
    dates: DatesOption = None,
    marketplace: MarketplaceOption = None,
    encoding: EncodingOption = None,
    lang: LangOption = None,
) -> int:
    """What a file is, how its columns would be read, what it can feed, and what is still to be said."""
    said = {"zone": zone, "dates": dates and dates.value, "marketplace": marketplace, "encoding": encoding}
    with open_session(workspace, lang, quiet=True) as (session, language):
        from csperf.examination import check_writable
        from csperf.pipeline import inspect_files
        from csperf.render.inspection import render_inspection, render_inspection_json

        if write:
            check_writable(session.workspace)
        once = list({file.resolve(): file for file in files}.values())
        reports = inspect_files(session, once, {name: word for name, word in said.items() if word})
        is_data = format is CheckFormat.JSON
        if is_data:
            result = render_inspection_json(reports)
        else:
            result = render_inspection(reports, language, terminal_width(), use_color())
        write_result(result, is_data=is_data, lang=language)
        return _add(session, reports, language) if write else FINE


@app.command()
def formats(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", show_default=False, help="Print this format's file, to copy and to complete."),
    ] = None,
    workspace: WorkspaceOption = None,
    format: Annotated[
        CheckFormat,
        typer.Option(
            "--format", envvar="CSPERF_FORMAT", help="Of the list; auto: table on a terminal, json elsewhere."
        ),
    ] = CheckFormat.AUTO,
    output: OutputOption = None,
    lang: LangOption = None,
) -> int:
    """The formats and templates that ship with csperf and those of the workspace, or one format file as it is."""
    from csperf.exports.format_file import find_format, load_formats
    from csperf.render.formats import render_formats, render_formats_json
    from csperf.workspace import load_workspace

    found = load_workspace(workspace)
    language = choose_language(lang, found)
    if name is not None:
        if output:
            output.parent.mkdir(exist_ok=True)
        write_result(find_format(found.folder, name).read_bytes(), output, is_data=True, lang=language)
        return FINE
    chosen = choose_format(format.value, output, ("table", "json"))
    known = load_formats(found.folder)
    if chosen == "json":
        result = render_formats_json(known, choose_language(lang, found, is_data=True))
    else:
        result = render_formats(known, language, terminal_width(), use_color(output))
    write_result(result, output, is_data=chosen == "json", lang=language)
    return FINE


def _add(session: Session, reports: list[FileReport], lang: str) -> int:
    from csperf.examination import add_files
    from csperf.render.inspection import say_addition

    written, additions = add_files(session.workspace, reports)
    for path, content in written.items():
        path.parent.mkdir(exist_ok=True)
        write_file(path, content, lang, quiet=False)
    for addition in additions:
        say_aside(say_addition(addition, lang))
    return FINE if all(addition.is_done for addition in additions) else PROBLEMS
