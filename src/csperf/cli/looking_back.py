"""What commands that look at several months share: their flags, the months meant, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from csperf.cli import options

if TYPE_CHECKING:
    from csperf.period import Period
    from csperf.rubric.load import LoadedRubric
    from csperf.scoring.history import History

MOST_MONTHS = 120
_BEFORE = 3

MonthsOption = Annotated[
    int, typer.Option("--months", envvar="CSPERF_MONTHS", min=1, max=MOST_MONTHS, help="How many months to look at.")
]
LastMonthOption = Annotated[
    str | None,
    typer.Option(
        "--month", envvar="CSPERF_MONTH", metavar="YYYY-MM|last", show_default=False,
        help="The last of them; default: the last complete one.",
    ),
]  # fmt: skip


def choose_months(last: str | None, count: int, zone: str) -> list[Period]:
    """`count` months up to and with the one asked for; wrong usage for what is no month, or has not begun."""
    from csperf.months import months_before

    return months_before(options.choose_period(last, None, None, zone), count)


def choose_months_around(since: str, count: int, zone: str) -> list[Period]:
    """`count` months from three before `since` on, as far as they are complete; wrong usage for what is no month."""
    last = options.choose_period(None, None, None, zone)
    first = _parse_since(since, last)
    between = 12 * (last.first_day.year - first.first_day.year) + last.first_day.month - first.first_day.month
    return choose_months(None, max(between, 0) + 1 + min(_BEFORE, count - 1), zone)[:count]


def choose_since(asked: str, months: list[Period]) -> str:
    """The label of a month with at least one of the months before it; wrong usage for another."""
    labels = [month.label for month in months]
    label = _parse_since(asked, months[-1]).label
    if label not in labels[1:]:
        said = f"{label} is not after {labels[0]} and up to {labels[-1]}; --month and --months say which to look at"
        raise typer.BadParameter(said, param_hint="--since")
    return label


def _parse_since(asked: str, last: Period) -> Period:
    from csperf.period import parse_month

    try:
        return parse_month(asked, last.zone, last.last_day)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from error


def print_month_findings(scheme: LoadedRubric, history: History, lang: str, *, in_full: bool) -> None:
    """What is said of the rubric and, each sentence once, of months that were computed; of these in full only if so."""
    from csperf.cli.warnings import Findings, print_findings
    from csperf.notes import SERIOUS

    said = [one for month in history.months if month.record == "open" for one in month.agents.table.warnings]
    shown = [one for one in dict.fromkeys(said) if in_full or one.code in SERIOUS]
    print_findings(Findings(scheme.warnings, (), (), shown), lang, in_full=in_full)
