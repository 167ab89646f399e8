"""Exceptions → what a person reads on stderr, and the exit code. The only place that decides either."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable
from dataclasses import replace

import typer

from csperf.problems import Location, Problem, ProblemsFound

FINE, PROBLEMS, USAGE, BUG, ALTERED, LOCKED, INTERRUPTED = 0, 1, 2, 3, 4, 75, 130


def exit_code_of(error: BaseException) -> int:
    """Say what happened and return the exit code."""
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return INTERRUPTED
    if isinstance(error, ProblemsFound):
        print_problems(error.problems)
        return ALTERED if any(problem.code == "ledger-damaged" for problem in error.problems) else PROBLEMS
    if isinstance(error, typer.TyperException):
        show = getattr(error, "show", None)
        if show:
            show(file=sys.stderr)
        else:
            print(error.format_message(), file=sys.stderr)
        return USAGE
    if isinstance(error, OSError):
        place = None if error.filename is None else Location(str(error.filename))
        print_problems(
            [
                Problem(
                    "file-error",
                    error.strerror or str(error),
                    place,
                    hint="check the path, the permissions and the space on the disk",
                )
            ]
        )
        return PROBLEMS
    if os.environ.get("CSPERF_DEBUG"):
        traceback.print_exception(error)
    print(
        f"csperf: this is a bug of ours, not of your data: {type(error).__name__}: {error}\n"
        "hint: run the command again with CSPERF_DEBUG=1 set and send us what it prints, with the command",
        file=sys.stderr,
    )
    return BUG


def print_problems(problems: Iterable[Problem]) -> None:
    """Every problem on stderr; a hint that several in a row share is said once, after the last of them."""
    listed = list(problems)
    for problem, following in zip(listed, [*listed[1:], None], strict=False):
        is_shared = following is not None and following.hint == problem.hint
        print(replace(problem, hint=None) if is_shared else problem, file=sys.stderr)
