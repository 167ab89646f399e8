"""`csperf run`: the month's work for cron, each step one line of a log."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csperf.cli import options
from csperf.cli.errors import ALTERED, FINE, LOCKED, PROBLEMS
from csperf.cli.opening import open_session
from csperf.cli.output import choose_language

if TYPE_CHECKING:
    from csperf.unattended import Ending, Level

CODES: dict[Ending, int] = {"done": FINE, "problems": PROBLEMS, "differs": ALTERED, "locked": LOCKED}


def run(
    month: Annotated[
        str,
        typer.Option(
            "--month",
            envvar="CSPERF_MONTH",
            metavar="YYYY-MM|last",
            help="A month that is over; with last, earlier ones that still wait to be sealed, too.",
        ),
    ] = "last",
    workspace: options.WorkspaceOption = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log",
            envvar="CSPERF_LOG",
            metavar="FILE",
            show_default=False,
            help="Add the lines to this file, too.",
        ),
    ] = None,
    lang: options.LangOption = None,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", envvar="CSPERF_QUIET", help="Only warnings and errors on stderr.")
    ] = False,
) -> int:
    """The month's work for cron: check, score, write and, after some days of grace, seal."""
    from csperf.months import is_running
    from csperf.problems import ProblemsFound
    from csperf.unattended import Log, run_month

    with _open_log(log, quiet) as write:
        said = Log(write)
        try:
            with open_session(workspace, lang, quiet=True) as (session, _):
                said.zone = session.workspace.content.zone
                period = options.choose_period(month, None, None, said.zone)
                if is_running(period):
                    raise typer.BadParameter(f"{period.label} is not over yet", param_hint="--month")
                words = choose_language(lang, session.workspace, is_data=True)
                return CODES[run_month(session, period, words, said, with_earlier=month == "last")]
        except (ProblemsFound, OSError) as error:
            said.say_problems(month, "open", error)
            return PROBLEMS
        except Exception as error:
            if not isinstance(error, typer.TyperException):
                said.say(month, "run", "failed", f"{type(error).__name__}: {error}", "ERROR")
            raise


@contextlib.contextmanager
def _open_log(path: Path | None, quiet: bool) -> Iterator[Callable[[Level, str], None]]:
    """Writes lines to stderr, with quiet only what is wrong, and all of them to the file."""
    with path.open("a", encoding="utf-8", buffering=1) if path else contextlib.nullcontext() as file:

        def write(level: Level, line: str) -> None:
            if not quiet or level != "INFO":
                print(line, file=sys.stderr)
            if file is not None:
                print(line, file=file)

        yield write
