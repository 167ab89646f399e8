"""The score table as an Excel workbook: scores, indicators in long form, sources and notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import xlsxwriter

from csperf.problems import cell_width
from csperf.render.numbers import plain_number
from csperf.render.outcomes import exempted_texts, original_text, outcome_text
from csperf.render.titles import grade_place, grade_title, part_titles, rubric_title, who_cells, who_headings
from csperf.render.words import agent_label, label, say, title_of
from csperf.scoring.cards import Scorecard, ScoreTable

_CREATED = datetime(2000, 1, 1)  # a fixed date: the same scores must give the same bytes
_WIDEST = 60
MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
"""What a sheet holds, and a cell."""
_FORMATS = {
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "text": {},
    "count": {"num_format": "0"},
    "points": {"num_format": "0.00"},
    "number": {"num_format": "General"},
    "percent": {"num_format": "0.00%"},
    "money-0": {"num_format": "#,##0"},
    "money-2": {"num_format": "#,##0.00"},
    "money-3": {"num_format": "#,##0.000"},
    "best": {"bg_color": "#C6EFCE", "font_color": "#006100"},
    "middle": {"bg_color": "#FFEB9C", "font_color": "#7F6000"},
    "lowest": {"bg_color": "#FFC7CE", "font_color": "#9C0006"},
}

Cell = tuple[str | Fraction | Decimal | int | None, str]
"""A value and the name of its format; None leaves the cell empty."""


def render_xlsx(table: ScoreTable, lang: str) -> bytes:
    """The bytes of a workbook with three sheets; equal for equal tables."""
    sheets = {"scores": _score_rows, "indicators": _indicator_rows, "sources": _source_rows}
    return write_sheets(
        rubric_title(table, lang),
        [(label(f"sheet-{name}", lang), rows(table, lang), name != "sources") for name, rows in sheets.items()],
    )


def write_sheets(title: str, sheets: Iterable[tuple[str, Sequence[Sequence[Cell]], bool]]) -> bytes:
    """The bytes of a workbook of these sheets: name, cells, whether it is a list, which an empty row ends."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": title, "created": _CREATED})
        formats = {name: workbook.add_format(properties) for name, properties in _FORMATS.items()}
        for name, rows, is_list in sheets:
            _write_sheet(workbook.add_worksheet(name), formats, rows, is_list=is_list)
    return buffer.getvalue()


def write_texts(rows: Sequence[Sequence[str]], sheet: str) -> bytes:
    """The bytes of a workbook whose one sheet has these cells, all of them texts and shown as such."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _CREATED})
        text = workbook.add_format({"num_format": "@"})
        page = workbook.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write_string(number, column, cell, text)
        page.freeze_panes(1, 0)
    return buffer.getvalue()


def _write_sheet(sheet: Any, formats: dict[str, Any], rows: Sequence[Sequence[Cell]], is_list: bool) -> None:
    widths: dict[int, int] = {}
    for row_number, row in enumerate(rows):
        for column, (value, format_name) in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                # Always as text: a name may begin with "=" and must not become a formula.
                sheet.write_string(row_number, column, value, formats[format_name])
            else:
                sheet.write_number(row_number, column, float(value), formats[format_name])
            widths[column] = max(widths.get(column, 0), min(cell_width(_shown(value, format_name)), _WIDEST))
    for column, width in widths.items():
        sheet.set_column(column, column, width + 2)
    if is_list:
        sheet.freeze_panes(1, 2)
        end = next((number for number, row in enumerate(rows) if not row), len(rows))
        sheet.autofilter(0, 0, end - 1, len(rows[0]) - 1)


def _shown(value: str | Fraction | Decimal | int, format_name: str) -> str:
    """About what the cell will look like, for the width of its column."""
    if isinstance(value, str):
        return value
    if format_name.startswith("money"):
        return f"{float(value):,.3f}"
    return f"{float(value):.2f}%" if format_name in {"points", "percent"} else f"{plain_number(value):f}"


def _score_rows(table: ScoreTable, lang: str) -> list[list[Cell]]:
    rank, *fixed, presence, outcomes = (
        label(f"head-{code}", lang) for code in ("rank", "score", "grade", "coverage", "presence", "outcomes")
    )
    titles = part_titles(table, lang).values()
    beside = ["exemptions", "unexempted"] if any(card.unexempted for card in table.cards) else []
    last = [presence, outcomes, *(label(f"head-{code}", lang) for code in beside)]
    rows = [_head([rank, *who_headings(table, lang), *table.months, *fixed, *titles, *last])]
    for card in table.cards:
        agent = card.agent
        rows.append(
            [
                (card.rank, "count"),
                *((cell, "text") for cell in who_cells(agent)),
                *((month.score, "points") for month in card.months),
                (card.score, "points"),
                (grade_title(table, card.grade, lang, nothing="") or None, grade_place(table, card.grade) or "text"),
                (card.coverage, "percent"),
                *((dimension.points, "points") for dimension in card.dimensions),
                *((indicator.points, "points") for indicator in card.indicators),
                (None if agent.is_pseudonym else agent.presence, "number" if agent.is_unit else "percent"),
                (_outcomes_text(table, card, lang), "text"),
                (label("list-semicolon", lang).join(exempted_texts(card, lang)) or None, "text"),
                (card.unexempted.score if card.unexempted else None, "points"),
            ]
        )
    return rows


def _outcomes_text(table: ScoreTable, card: Scorecard, lang: str) -> str | None:
    return label("list-semicolon", lang).join(outcome_text(table, one, lang) for one in card.outcomes) or None


def _indicator_rows(table: ScoreTable, lang: str) -> list[list[Cell]]:
    headings = (
        "dimension",
        "indicator",
        "value",
        "unit",
        "numerator",
        "denominator",
        "sample-size",
        "target",
        "weight",
        "max-points",
        "points",
        "status",
        "policy",
        "reason",
        "tier",
        "needed",
    )
    rows = [_head([*who_headings(table, lang), *(label(f"head-{code}", lang) for code in headings)])]
    titles = part_titles(table, lang)
    for card in table.cards:
        agent = card.agent
        tiers = {(one.indicator, one.name): one.title for one in card.outcomes if one.kind == "tier"}
        for line in card.indicators:
            rows.append(
                [
                    *((cell, "text") for cell in who_cells(agent)),
                    (titles[line.dimension], "text"),
                    (titles[line.name], "text"),
                    (line.value, "percent" if line.unit == "%" else "number"),
                    (line.unit or None, "text"),
                    (line.numerator, "number"),
                    (line.denominator, "number"),
                    (line.sample_size, "count"),
                    (line.target, "text"),
                    (line.weight, "number"),
                    (line.max_points, "points"),
                    (line.points, "points"),
                    (label(f"status-{line.status}", lang), "text"),
                    (label(f"policy-{line.policy}", lang) if line.policy else None, "text"),
                    (label("list-semicolon", lang).join(say(words, lang) for words in line.reason), "text"),
                    (line.tier and title_of(tiers.get((line.name, line.tier)), lang, line.tier), "text"),
                    (say(line.needed, lang) if line.needed else None, "text"),
                ]
            )
    return rows


def _source_rows(table: ScoreTable, lang: str) -> list[list[Cell]]:
    def fact(code: str, text: str) -> list[Cell]:
        return [(label(f"head-{code}", lang), "head"), (text, "text")]

    rows = [
        fact("period", f"{table.label} ({table.start} – {table.end}, {table.zone})"),
        fact("rubric", f"{table.rubric_name} {table.rubric_version} (sha256 {table.rubric_sha256})"),
    ]
    if table.by != "agent":
        rows.append(fact("by", label(f"by-{table.by}", lang)))
    if table.season:
        rows.append(fact("season", title_of(table.season_title, lang, table.season)))
    rows += [fact("record", say(said, lang)) for said in table.record]
    rows += [fact("provisional", say(why, lang)) for why in table.provisional]
    counts = ("rows", "in-period", "outside-period", "rejected", "duplicates")
    rows += [[], _head([label(f"head-{code}", lang) for code in ("source", "files", *counts)])]
    for source in table.sources:
        files = ", ".join(file.path for file in source.files)
        rows.append(
            [
                (source.name, "text"),
                (files, "text"),
                *((getattr(source, count.replace("-", "_")), "count") for count in counts),
            ]
        )
    notes = [(agent_label(card.agent, lang), say(note, lang)) for card in table.cards for note in card.notes]
    notes += [
        (agent_label(card.agent, lang), text) for card in table.cards if (text := original_text(table, card, lang))
    ]
    if notes:
        rows += [[], _head([label("head-notes", lang)])]
        rows += [[(agent, "text"), (note, "text")] for agent, note in notes]
    if table.warnings:
        rows += [[], _head([label("head-warnings", lang)])]
        rows += [[(say(warning, lang), "text")] for warning in table.warnings]
    return rows


def _head(texts: Sequence[str]) -> list[Cell]:
    return [(text, "head") for text in texts]
