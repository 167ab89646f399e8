"""What is said on stderr about the data of a scored period."""

from __future__ import annotations

from collections.abc import Sequence

from csperf.cli.errors import print_problems
from csperf.cli.output import say_aside
from csperf.problems import Problem
from csperf.render.words import label, say
from csperf.scoring.cards import ScoreTable

_SERIOUS = {"source-missing", "column-missing", "nobody-named"}


def print_warnings(
    rubric_warnings: Sequence[Problem], table: ScoreTable, set_aside: Sequence[Problem], lang: str,
    strict: bool = False, quiet: bool = False, verbose: bool = False, counted: bool = False,
) -> bool:  # fmt: skip
    """Say what a person should know of the rubric, the data and the rows set aside; True where --strict minds it.

    Rows that were set aside take one line per source (one in all where the result itself counts
    them by source), or with -v every reason with its rows.
    """
    serious = [warning for warning in table.warnings if warning.code in _SERIOUS]
    failed = strict and bool(serious or set_aside)
    if quiet and not failed:
        return failed
    if verbose or failed:
        print_problems([*rubric_warnings, *set_aside])
    else:
        if rubric_warnings:
            print_problems(rubric_warnings)
        rejected = sum(source.rejected for source in table.sources)
        if counted and rejected:
            say_aside(label("rows-set-aside-in-all", lang, rejected=rejected))
        for source in table.sources:
            if source.rejected and not counted:
                codes = sorted(
                    {
                        problem.code.removeprefix("data-")
                        for problem in set_aside
                        if problem.at and problem.at.file == source.name
                    }
                )
                say_aside(
                    label(
                        "rows-set-aside",
                        lang,
                        source=source.name,
                        rejected=source.rejected,
                        rows=source.rows,
                        reasons=", ".join(codes),
                    )
                )
    for warning in table.warnings:
        say_aside(say(warning, lang))
    return failed
