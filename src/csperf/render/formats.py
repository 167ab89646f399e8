"""The formats that a workspace knows: the output of `csperf data formats`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from csperf.render.json import write_json
from csperf.render.terminal import Column, build_grid, fit_columns, print_text
from csperf.render.words import label, title_of

if TYPE_CHECKING:
    from csperf.exports.format_file import FormatFile


def render_formats(formats: Mapping[str, FormatFile], lang: str, width: int = 80, color: bool = False) -> str:
    """One line per format; names and titles always stand, the rest where `width` cells have room."""
    known = formats.values()
    templates = [label("format-template", lang) if format_.template is not None else "" for format_ in known]
    columns = [
        Column("format", (label("head-format", lang),), list(formats)),
        Column("title", (label("head-title", lang),), [title_of(format_.title, lang, "") for format_ in known]),
        Column("table", (label("head-table", lang),), [format_.table for format_ in known], importance=1),
        Column("template", ("",), templates, importance=2),
    ]
    shown, _ = fit_columns(columns, width)
    return print_text([build_grid(shown)], color)


def render_formats_json(formats: Mapping[str, FormatFile], lang: str) -> str:
    """The same as data; `template` says why a format is none yet, and is null for the finished."""
    listed = [
        {"name": name, "title": title_of(format_.title, lang, "") or None, "table": format_.table,
         "template": format_.template}
        for name, format_ in formats.items()
    ]  # fmt: skip
    return write_json({"schema": "csperf/formats/v1", "formats": listed}) + "\n"
