"""The flags that commands share, each defined once."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from csperf.period import Period


class Lang(StrEnum):
    """The languages of the output."""

    EN = "en"
    ZH_CN = "zh-CN"


class ScoreFormat(StrEnum):
    """The formats of a score table."""

    AUTO = "auto"
    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    MD = "md"
    XLSX = "xlsx"


class By(StrEnum):
    """Whom a card is of."""

    AGENT = "agent"
    TEAM = "team"
    SHOP = "shop"


WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "-C",
        "--workspace",
        envvar="CSPERF_WORKSPACE",
        metavar="DIR",
        show_default=False,
        help="The folder with csperf.yaml; else the nearest one upward, else the bundled sample.",
    ),
]
RubricOption = Annotated[
    str | None,
    typer.Option(
        "--rubric",
        envvar="CSPERF_RUBRIC",
        metavar="NAME|FILE",
        show_default=False,
        help="Score with another rubric than the workspace's.",
    ),
]
MonthOption = Annotated[
    str | None,
    typer.Option(
        "--month",
        envvar="CSPERF_MONTH",
        metavar="YYYY-MM|this|last",
        show_default=False,
        help="The month to score; last (the default) is the last complete one, this the running one.",
    ),
]
QuarterOption = Annotated[
    str | None,
    typer.Option(
        "--quarter",
        envvar="CSPERF_QUARTER",
        metavar="YYYYQn",
        show_default=False,
        help="A whole quarter instead, made of its months as the rubric says.",
    ),
]
YearOption = Annotated[
    str | None,
    typer.Option(
        "--year", envvar="CSPERF_YEAR", metavar="YYYY", show_default=False, help="A whole year instead, likewise."
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        envvar="CSPERF_AS_OF",
        metavar="YYYY-MM-DD",
        show_default=False,
        help="Count up to this day only, and say what targets still take; default: today, while the period runs.",
    ),
]
FreshOption = Annotated[
    bool,
    typer.Option(
        "--fresh", envvar="CSPERF_FRESH",
        help="Compute sealed months from today's files, too, as --rubric and --as-of do.",
    ),
]  # fmt: skip
ByOption = Annotated[
    By,
    typer.Option(
        "--by",
        envvar="CSPERF_BY",
        help="Whom to score; teams and the shop from all their rows, never from averages.",
    ),
]
LangOption = Annotated[
    Lang | None,
    typer.Option(
        "--lang",
        envvar="CSPERF_LANG",
        show_default=False,
        help="Language of the output; default: the workspace's, then the locale's.",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        envvar="CSPERF_OUTPUT",
        metavar="FILE",
        show_default=False,
        help="Write to a file, whole or not at all; its suffix chooses the format.",
    ),
]
StrictOption = Annotated[
    bool,
    typer.Option("--strict", envvar="CSPERF_STRICT", help="Rejected rows or missing sources are an error (exit 1)."),
]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        envvar="CSPERF_REJECTS",
        metavar="FILE",
        show_default=False,
        help="Write the rejected rows to a .csv or .xlsx file: where, why, and the original cells, to be mended.",
    ),
]
AnonymousOption = Annotated[
    bool,
    typer.Option(
        "--anonymous", envvar="CSPERF_ANONYMOUS", help="Agents under pseudonyms, for all to see; keeps a key file.",
    ),
]  # fmt: skip
QuietOption = Annotated[
    bool,
    typer.Option("-q", "--quiet", envvar="CSPERF_QUIET", help="No warnings and no progress on stderr."),
]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", envvar="CSPERF_VERBOSE", help="Say more on stderr.")]


class DateOrder(StrEnum):
    """The order of numbers in dates such as 03/04/2025."""

    YEAR_FIRST = "year-first"
    MONTH_FIRST = "month-first"
    DAY_FIRST = "day-first"


def check_zone(name: str | None) -> str | None:
    """The name of a zone; wrong usage for one that is not known."""
    try:
        return name and ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise typer.BadParameter(f'unknown zone "{name}"; write an IANA name such as Asia/Shanghai') from error


ZoneOption = Annotated[
    str | None,
    typer.Option(
        "--zone", envvar="CSPERF_ZONE", metavar="ZONE", show_default=False, callback=check_zone,
        help="Zone of the files' times that say none, such as Asia/Shanghai.",
    ),
]  # fmt: skip
DatesOption = Annotated[
    DateOrder | None,
    typer.Option(
        "--dates", envvar="CSPERF_DATES", show_default=False, help="Order of the files' dates such as 03/04/2025.",
    ),
]  # fmt: skip


def _check_encoding(name: str | None) -> str | None:
    try:
        " ".encode(name or "utf-8")
    except LookupError as error:
        raise typer.BadParameter(f'unknown encoding "{name}"; write one such as cp1252, cp932 or gb18030') from error
    return name


EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding", envvar="CSPERF_ENCODING", metavar="NAME", show_default=False, callback=_check_encoding,
        help="Encoding of the files that are not UTF-8, such as cp1252 or cp932.",
    ),
]  # fmt: skip
MarketplaceOption = Annotated[
    str | None,
    typer.Option(
        "--marketplace", envvar="CSPERF_MARKETPLACE", metavar="CODE", show_default=False,
        help="Country code of the marketplace that the files are from, such as US.",
    ),
]  # fmt: skip


def choose_period(month: str | None, quarter: str | None, year: str | None, zone: str) -> Period:
    """The one period that was asked for; wrong usage if it is several, none, or not begun yet."""
    from csperf.period import parse_month, parse_quarter, parse_year

    said = [name for name, value in (("--month", month), ("--quarter", quarter), ("--year", year)) if value]
    if len(said) > 1:
        raise typer.BadParameter(f"choose one of {' and '.join(said)}")
    today = _today(zone)
    try:
        if quarter:
            period = parse_quarter(quarter, zone)
        elif year:
            period = parse_year(year, zone)
        else:
            period = parse_month(month or "last", zone, today)
        if period.first_day > today:
            raise ValueError(f"{period.label} has not begun yet")
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=said[0] if said else "--month") from error
    return period


def repeat_asked(
    period: Period, workspace: Path | None, *,
    rubric: str | None = None, against: str | None = None, by: By = By.AGENT, as_of: str | None = None,
    fresh: bool = False,
) -> str:  # fmt: skip
    """The flags that ask for the same again, tomorrow too, as they stand after a command: ` --month 2025-06`."""
    from csperf.render.commands import write_flags

    length = "--year" if period.label.isdigit() else "--quarter" if "Q" in period.label else "--month"
    flags = {
        "-C": workspace and str(workspace), length: period.label, "--as-of": as_of, "--rubric": rubric,
        "--against": against, "--by": by.value if by != By.AGENT else None,
    }  # fmt: skip
    return write_flags(flags.items()) + " --fresh" * fresh


def choose_as_of(asked: str | None, period: Period) -> dt.date | None:
    """The last day that counts in a period that is cut or not over; None where all of it counts.

    Wrong usage for a day before the period.
    """
    from csperf.period import parse_day

    today = _today(period.zone)
    try:
        day = min(parse_day(asked), today) if asked else today
        if day < period.first_day:
            raise ValueError(f"{day} is before {period.label} begins")
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--as-of") from error
    is_over = day > period.last_day or (day == period.last_day and day < today)
    return None if is_over else day


def _today(zone: str) -> dt.date:
    return dt.datetime.now(ZoneInfo(zone)).date()
