"""The command line: parses, calls the pipeline, renders, sets the exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from csperf.cli import coach, data, explain, init, outcomes, rubric, score, seal, simulate, trend, verify
from csperf.cli import run as unattended
from csperf.cli.errors import exit_code_of

app = typer.Typer(
    name="csperf", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Monthly customer-service scores from a shop's exports, defensible point by point.",
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
app.command("score")(score.score)
app.command("explain")(explain.explain)
app.command("simulate")(simulate.simulate)
app.command("outcomes")(outcomes.outcomes)
app.command("trend")(trend.trend)
app.command("coach")(coach.coach)
app.command("seal")(seal.seal)
app.command("verify")(verify.verify)
app.command("run")(unattended.run)
app.add_typer(rubric.app, name="rubric")
app.add_typer(data.app, name="data")
app.command("init")(init.init)


def _print_version(asked: bool) -> None:
    if asked:
        from csperf import __version__

        typer.echo(f"csperf {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """The `csperf` command: `main`, then out at once.

    Taking the loaded libraries apart again takes as long as scoring a small shop.
    """
    gc.disable()  # nothing here lives long enough to be worth collecting; saves a tenth of the start
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 fine, 1 problems, 2 wrong usage, 3 a bug of ours, 4 a ledger that was altered or differs, 75 one in use,
    130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal in GBK cannot show every sign we print; a question mark is better than a crash.
            stream.reconfigure(errors="replace")
    try:
        arguments = list(sys.argv[1:] if argv is None else argv)
        result = app(args=arguments, prog_name="csperf", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except BrokenPipeError:
        # The reader has seen enough (`| head`). Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:
        return exit_code_of(error)
