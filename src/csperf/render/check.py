"""Where the rows of the sources went, and those set aside: the output of `csperf data check`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from csperf.render.json import write_json
from csperf.render.terminal import Column, build_grid, print_text
from csperf.render.words import label

if TYPE_CHECKING:
    from csperf.engines.base import RowCounts


def render_check(counts: Sequence[tuple[str, RowCounts]], lang: str, width: int = 80, color: bool = False) -> str:
    """One line per source: rows, accepted, rejected, duplicates, and what is left out as no data."""
    figures = {
        "rows": [count.rows for _, count in counts],
        "accepted": [count.in_period for _, count in counts],
        "rejected": [count.rejected for _, count in counts],
        "duplicates": [count.duplicates for _, count in counts],
        "left-out": [count.left_out for _, count in counts],
    }
    columns = [Column("source", (label("head-source", lang),), [name for name, _ in counts])]
    columns += [
        Column(name, (label(f"head-{name}", lang),), [str(number) for number in numbers], right=True)
        for name, numbers in figures.items()
    ]
    return print_text([build_grid(columns)], color)


def render_check_json(counts: Sequence[tuple[str, RowCounts]]) -> str:
    """The same as data."""
    sources = [
        {"name": name, "rows": count.rows, "accepted": count.in_period, "rejected": count.rejected,
         "duplicates": count.duplicates, "left_out": count.left_out}
        for name, count in counts
    ]  # fmt: skip
    return write_json({"schema": "csperf/check/v1", "sources": sources}) + "\n"
