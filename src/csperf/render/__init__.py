"""Scorecards → what people and programs read: one file per output format."""

from __future__ import annotations

from typing import Literal

from csperf.scoring.cards import ScoreTable

Format = Literal["table", "json", "ndjson", "csv", "md", "xlsx"]
FORMATS: tuple[Format, ...] = ("table", "json", "ndjson", "csv", "md", "xlsx")


def render_score(
    table: ScoreTable, format: Format, lang: str, *,
    width: int = 80, color: bool = False, bom: bool = False, asked: str = "",
) -> str | bytes:  # fmt: skip
    """The score table in one format; bytes for xlsx, text for the others.

    width (cells), color and asked (the flags, quoted, that its commands repeat) matter to the terminal table only,
    bom to CSV only.
    """
    # Each format brings its own library, so only the one that is asked for is imported.
    match format:
        case "table":
            from csperf.render.table import render_table

            return render_table(table, lang, width, color, asked)
        case "json":
            from csperf.render.json import render_json

            return render_json(table, lang)
        case "ndjson":
            from csperf.render.ndjson import render_ndjson

            return render_ndjson(table, lang)
        case "csv":
            from csperf.render.csv import render_csv

            return render_csv(table, bom=bom)
        case "md":
            from csperf.render.md import render_md

            return render_md(table, lang)
        case "xlsx":
            from csperf.render.xlsx import render_xlsx

            return render_xlsx(table, lang)
