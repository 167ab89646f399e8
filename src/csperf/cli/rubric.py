"""`csperf rubric …`: validate, show, list, review, schema."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from csperf.cli.errors import FINE, PROBLEMS, print_problems
from csperf.cli.looking_back import LastMonthOption, MonthsOption, choose_months, print_month_findings
from csperf.cli.opening import open_session
from csperf.cli.options import LangOption, OutputOption, QuietOption, RubricOption, VerboseOption, WorkspaceOption
from csperf.cli.output import (
    choose_format,
    choose_language,
    say_aside,
    terminal_width,
    use_color,
    working,
    write_result,
)

app = typer.Typer(help="Check, show and list scoring schemes.", no_args_is_help=True, rich_markup_mode=None)


class ShowFormat(StrEnum):
    """The formats of a scheme in words."""

    AUTO = "auto"
    TABLE = "table"
    MD = "md"
    JSON = "json"


SHOW_FORMATS: tuple[Literal["table", "md", "json"], ...] = ("table", "md", "json")


class ReviewFormat(StrEnum):
    """The formats of a review."""

    AUTO = "auto"
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


class SchemaOf(StrEnum):
    """The files that have a JSON Schema."""

    RUBRIC = "rubric"
    MEASURES = "measures"
    WORKSPACE = "workspace"
    EXEMPTIONS = "exemptions"
    FORMAT = "format"
    SCORE = "score"
    SIMULATE = "simulate"
    OUTCOMES = "outcomes"
    SEAL = "seal"
    VERIFY = "verify"
    COACH = "coach"
    TREND = "trend"
    REVIEW = "review"


@app.command()
def validate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", show_default=False, help="Rubric files; default: all known rubrics."),
    ] = None,
    workspace: WorkspaceOption = None,
    lang: LangOption = None,
    verbose: VerboseOption = False,
) -> int:
    """Find everything that is wrong with rubrics, without touching data; silent when all is fine."""
    from csperf.pipeline import check_rubrics, list_rubrics
    from csperf.render.words import label
    from csperf.workspace import load_workspace

    found = load_workspace(workspace)
    paths = files or list(list_rubrics(found).values())
    problems, checked = check_rubrics(found, paths)
    if verbose:
        for what in checked:
            say_aside(label("checked", choose_language(lang, found), what=what))
    print_problems(problem for problem in problems if problem.severity == "error" or files or verbose)
    return PROBLEMS if any(problem.severity == "error" for problem in problems) else FINE


@app.command()
def show(
    rubric: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|FILE]", show_default=False, help="Default: the workspace's rubric."),
    ] = None,
    workspace: WorkspaceOption = None,
    format: Annotated[
        ShowFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: words on a terminal, md elsewhere."),
    ] = ShowFormat.AUTO,
    output: OutputOption = None,
    lang: LangOption = None,
) -> int:
    """The scheme in words for the team: what counts, how it is computed, what it is worth."""
    from csperf.pipeline import load_scheme
    from csperf.render.rubric import render_rubric
    from csperf.workspace import load_workspace

    chosen = choose_format(format.value, output, SHOW_FORMATS)
    found = load_workspace(workspace)
    language = choose_language(lang, found)
    scheme = load_scheme(found, rubric)
    print_problems(scheme.warnings)
    color = use_color(output)
    result = render_rubric(scheme.rubric, scheme.measures, language, chosen, terminal_width(), color, scheme.origins)
    write_result(result, output, is_data=chosen != "table", lang=language)
    return FINE


@app.command("list")
def list_(workspace: WorkspaceOption = None, lang: LangOption = None) -> int:
    """The rubrics that ship with csperf and those of the workspace."""
    from csperf.pipeline import list_rubrics
    from csperf.problems import cell_width
    from csperf.render.words import label, title_of
    from csperf.rubric.extend import read_extended
    from csperf.workspace import load_workspace, show_path

    found = load_workspace(workspace)
    language = choose_language(lang, found)
    rows = []
    known = list_rubrics(found)
    for name, path in known.items():
        data = read_extended(path, known, show_path(path)).data
        data = data if isinstance(data, dict) else {}
        is_own = path.parent == found.folder / "rubrics"
        title, origin = title_of(data.get("title"), language, ""), str(data.get("source") or "")
        base = label("rubric-extends", language, base=data["extends"]) if data.get("extends") else ""
        rows.append((name, title, origin, base, show_path(path) if is_own else ""))
    widths = [max((cell_width(row[column]) for row in rows), default=0) for column in range(5)]
    for row in rows:
        shown = (cell + " " * (width - cell_width(cell)) for cell, width in zip(row, widths, strict=True) if width)
        print("  ".join(shown).rstrip())
    return FINE


@app.command()
def review(
    months: MonthsOption = 6,
    month: LastMonthOption = None,
    satisfaction: Annotated[
        str | None,
        typer.Option(
            "--satisfaction", envvar="CSPERF_SATISFACTION", metavar="INDICATOR", show_default=False,
            help="The indicator that says how satisfied customers are; default: the first that is called so, "
            "or that reads surveys.",
        ),
    ] = None,
    rubric: RubricOption = None,
    workspace: WorkspaceOption = None,
    format: Annotated[
        ReviewFormat,
        typer.Option("--format", envvar="CSPERF_FORMAT", help="auto: table on a terminal, json elsewhere."),
    ] = ReviewFormat.AUTO,
    output: OutputOption = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:  # fmt: skip
    """Whether each indicator still tells anything: spread, full marks, gaps, rank correlation, what it decides."""
    from csperf.render.review import FORMATS, render_review

    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.months import load_history
        from csperf.pipeline import load_scheme
        from csperf.render.commands import write_flags
        from csperf.scoring.review import review_indicators
        from csperf.scoring.trend import check_history

        asked = choose_months(month, months, session.workspace.content.zone)
        labels = [one.label for one in asked]
        with working(language, quiet):
            scheme = load_scheme(session.workspace, rubric)
            history = load_history(session, scheme, asked, ignore_ledger=rubric is not None)
            check_history(history, labels)
            found = review_indicators(history, labels, asked[0].zone, scheme, satisfaction)
        if not quiet:
            print_month_findings(scheme, history, language, in_full=verbose)
        flags = {"-C": workspace, "--months": months, "--month": labels[-1], "--satisfaction": satisfaction,
                 "--rubric": rubric}  # fmt: skip
        result = render_review(
            found, chosen, choose_language(lang, session.workspace, is_data=chosen != "table"),
            width=terminal_width(), color=use_color(output), bom=output is not None,
            asked=write_flags(flags.items()),
        )  # fmt: skip
        write_result(result, output, is_data=chosen != "table", lang=language, quiet=quiet)
    return FINE


@app.command()
def schema(
    of: Annotated[SchemaOf, typer.Argument(help="Which file's schema.")] = SchemaOf.RUBRIC,
    output: OutputOption = None,
) -> int:
    """A JSON Schema, for editors that complete and check YAML."""
    from csperf.pipeline import find_schema

    result = json.dumps(find_schema(of.value), ensure_ascii=False, indent=2) + "\n"
    write_result(result, output, is_data=True, lang=choose_language(None, None))
    return FINE
