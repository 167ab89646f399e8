"""Writes a help desk's tickets of June 2025 as canonical CSV: the file that the engines are compared on.

Each cell is a fixed function of its row's number and its column, so that the same rows come out on every
machine, with every version of Polars, and whatever the chunk size.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

CHUNK = 250_000
AGENTS = 200
START = int(dt.datetime(2025, 5, 28, tzinfo=dt.UTC).timestamp())
SPAN_SECONDS = 36 * 86_400
STATUSES = ("closed",) * 6 + ("solved",) * 2 + ("pending", "open")
CHANNELS = ("chat", "mail", "phone")
RATINGS = (5,) * 6 + (4,) * 2 + (3, 2, 1)


def generate_tickets(path: Path, rows: int, wide: bool = False) -> None:
    """Write `rows` tickets to `path`, a chunk at a time, so that memory does not grow with the rows.

    wide: with the columns that only the shipped schemes read.
    """
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        for first in range(0, rows, CHUNK):
            tickets = generate_chunk(first, min(CHUNK, rows - first), wide)
            tickets.write_csv(file, include_header=first == 0, datetime_format="%Y-%m-%d %H:%M:%S")
    unfinished.replace(path)


def generate_chunk(first: int, rows: int, wide: bool) -> pl.DataFrame:
    """The tickets numbered `first` to `first + rows - 1`, with ids that rise and times in no order."""
    row = pl.int_range(first, first + rows, dtype=pl.UInt64, eager=True)
    created = START + draw(row, 1, SPAN_SECONDS)
    status = pick(STATUSES, row, 2)
    tickets = pl.select(
        ticket_id="T" + row.cast(pl.String).str.zfill(10),
        agent_id="A" + draw(row, 3, AGENTS).cast(pl.String).str.zfill(4),
        created_at=pl.from_epoch(created),
        resolved_at=pl.when(status.is_in(["solved", "closed"])).then(pl.from_epoch(created + draw(row, 4, 5 * 86_400))),
        first_reply_seconds=pl.when(draw(row, 5, 50) > 0).then(draw(row, 6, 3_600)),
        handling_seconds=60 + draw(row, 7, 7_200),
        status=status,
        channel=pick(CHANNELS, row, 8),
        complexity=pick(("simple", "simple", "complex"), row, 9),
        reopen_count=pl.when(draw(row, 10, 20) == 0).then(1 + draw(row, 11, 3)).otherwise(0),
        reply_count=1 + draw(row, 12, 12),
        escalated=draw(row, 13, 25) == 0,
        rating=pl.when(draw(row, 14, 3) == 0).then(pick(RATINGS, row, 15)),
    )
    if not wide:
        return tickets
    return tickets.with_columns(
        first_responder_id="A" + draw(row, 16, AGENTS).cast(pl.String).str.zfill(4),
        average_reply_seconds=pl.when(draw(row, 17, 50) > 0).then(draw(row, 18, 120)),
        group_count=pl.when(draw(row, 19, 10) == 0).then(2 + draw(row, 20, 2)).otherwise(1),
        interim_update_count=draw(row, 21, 4),
        first_contact_resolved=pl.when(draw(row, 22, 20) > 0).then(draw(row, 23, 10) > 1),
        solution_accepted=pl.when(draw(row, 24, 4) > 0).then(draw(row, 25, 25) > 0),
    )


def pick(choices: Sequence[str | int], row: pl.Series, column: int) -> pl.Series:
    """One of `choices` for each row, all equally likely."""
    return pl.Series(choices).gather(draw(row, column, len(choices)))


def draw(row: pl.Series, column: int, below: int) -> pl.Series:
    """A whole number from 0 to below − 1 for each row, evenly spread and independent of the other columns.

    This is the finaliser of SplitMix64, as Polars' own hash may change from one version to the next.
    """
    mixed = (row + (column << 40)) * 0x9E3779B97F4A7C15
    mixed = (mixed ^ (mixed // 2**30)) * 0xBF58476D1CE4E5B9
    mixed = (mixed ^ (mixed // 2**27)) * 0x94D049BB133111EB
    return ((mixed ^ (mixed // 2**31)) % below).cast(pl.Int64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), required=True, help="such as 10e6")
    parser.add_argument("--wide", action="store_true", help="with the columns that only the shipped schemes read")
    parser.add_argument("path", type=Path, metavar="OUT.csv")
    arguments = parser.parse_args()
    if arguments.rows < 1:
        parser.error("--rows must be at least 1")
    generate_tickets(arguments.path, arguments.rows, arguments.wide)


if __name__ == "__main__":
    main()
