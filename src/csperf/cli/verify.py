"""`csperf verify`: whether sealed months, and what they were made of, are as they were sealed."""

from __future__ import annotations

from typing import Annotated

import typer

from csperf.cli import options
from csperf.cli.errors import ALTERED, FINE
from csperf.cli.opening import open_session
from csperf.cli.output import choose_format, choose_language, terminal_width, use_color, working, write_result
from csperf.cli.seal import LedgerFormat, LedgerFormatOption


def verify(
    month: Annotated[
        list[str] | None,
        typer.Option(
            "--month", envvar="CSPERF_MONTH", metavar="YYYY-MM", show_default=False,
            help="Only this month; may be given several times. Default: every sealed month.",
        ),
    ] = None,
    workspace: options.WorkspaceOption = None,
    format: LedgerFormatOption = LedgerFormat.AUTO,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
    quiet: options.QuietOption = False,
) -> int:  # fmt: skip
    """Check sealed months: every file of the ledger, the exports behind it, and the scores computed anew.

    Exit code 4: something is not as it was sealed.
    """
    from csperf.render.ledger import FORMATS, render_verification

    chosen = choose_format(format.value, output, FORMATS)
    with open_session(workspace, lang, quiet) as (session, language):
        from csperf.closing import verify_months

        zone = session.workspace.content.zone
        labels = [options.choose_period(one, None, None, zone).label for one in month or []]
        with working(language, quiet):
            found = verify_months(session, labels or None)
        words = choose_language(lang, session.workspace, is_data=chosen != "table")
        result = render_verification(found, chosen, words, width=terminal_width(), color=use_color(output))
        write_result(result, output, is_data=chosen != "table", lang=language, quiet=quiet)
    return ALTERED if found.findings else FINE
