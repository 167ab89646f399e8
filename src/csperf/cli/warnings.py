"""What is said on stderr about the data of a scored period."""

from __future__ import annotations

from collections.abc import Sequence

from csperf.cli.errors import print_problems
from csperf.cli.output import say_aside
from csperf.pipeline import Scored
from csperf.problems import Problem
from csperf.render.words import label, say

_SERIOUS = {"source-missing", "column-missing"}


def print_warnings(
    rubric_warnings: Sequence[Problem], scored: Scored, lang: str, strict: bool, quiet: bool, verbose: bool,
    counted: bool = False,
) -> bool:  # fmt: skip
    """Say what a person should know; True where --strict makes an error of it.

    Rows that were set aside take one line per source (one in all where the result itself counts
    them by source), or with -v every reason with its rows.
    """
    serious = [warning for warning in scored.table.warnings if warning.code in _SERIOUS]
    failed = strict and bool(serious or scored.problems)
    if quiet and not failed:
        return failed
    if verbose or failed:
        print_problems([*rubric_warnings, *scored.problems])
    else:
        if rubric_warnings:
            print_problems(rubric_warnings)
        rejected = sum(source.rejected for source in scored.table.sources)
        if counted and rejected:
            say_aside(label("rows-set-aside-in-all", lang, rejected=rejected))
        for source in scored.table.sources:
            if source.rejected and not counted:
                codes = sorted(
                    {
                        problem.code.removeprefix("data-")
                        for problem in scored.problems
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
    for warning in scored.table.warnings:
        say_aside(say(warning, lang))
    return failed
