"""The score table as Markdown, for a wiki or a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from csperf.render.numbers import points_text
from csperf.render.outcomes import exemption_lines, heading_parts, original_text, outcome_text, provisional_lines
from csperf.render.titles import grade_title, part_titles, rubric_title, who_cells, who_headings
from csperf.render.words import agent_label, label, say
from csperf.scoring.cards import Scorecard, ScoreTable
from csperf.scoring.figures import format_share

if TYPE_CHECKING:
    from csperf.render.terminal import Column

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def render_md(table: ScoreTable, lang: str) -> str:
    """Heading, scheme, a table with all points, the notes and where the rows went."""
    blocks = [
        [f"# {escape_md(rubric_title(table, lang))} · {escape_md(table.label)}"],
        [
            label("rubric-id", lang, name=escape_md(table.rubric_name), version=escape_md(table.rubric_version))
            + "".join(f" · {escape_md(part)}" for part in (table.zone, *heading_parts(table, lang)))
        ],
        [f"- {escape_md(say(said, lang))}" for said in table.record],
        [f"- {escape_md(line)}" for line in provisional_lines(table.provisional, lang)],
        md_table(*_score_rows(table, lang)),
        _note_lines(table, lang),
        _outcome_lines(table, lang),
        _exemption_lines(table, lang),
        md_table(*_source_rows(table, lang)) if table.sources else [],
    ]
    return join_blocks(blocks)


def md_table(headings: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table of escaped cells; each heading says whether its column is aligned to the right."""
    lines = [
        [heading for heading, _ in headings],
        ["---:" if right else "---" for _, right in headings],
        *rows,
    ]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def md_grid(columns: Sequence[Column]) -> list[str]:
    """The columns of a terminal's grid, all of them, as the lines of a Markdown table."""
    headings = [(escape_md(" ".join(column.heading)), column.right) for column in columns]
    rows = [[escape_md(column.cells[row]) for column in columns] for row in range(len(columns[0].cells))]
    return md_table(headings, rows)


def join_blocks(blocks: Iterable[Sequence[str]]) -> str:
    """A document of blocks of lines, those without any left out."""
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def escape_md(text: str) -> str:
    """Text on one line that Markdown and HTML will not read as markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _note_lines(table: ScoreTable, lang: str) -> list[str]:
    notes = [(agent_label(card.agent, lang), say(note, lang)) for card in table.cards for note in card.notes]
    notes += [
        (agent_label(card.agent, lang), text) for card in table.cards if (text := original_text(table, card, lang))
    ]
    return [f"- {escape_md(label('colon', lang, head=agent, text=note))}" for agent, note in notes]


def _outcome_lines(table: ScoreTable, lang: str) -> list[str]:
    outcomes = [
        (agent_label(card.agent, lang), outcome_text(table, outcome, lang))
        for card in table.cards
        for outcome in card.outcomes
    ]
    return [f"- {escape_md(label('colon', lang, head=agent, text=outcome))}" for agent, outcome in outcomes]


def _exemption_lines(table: ScoreTable, lang: str) -> list[str]:
    lines = [
        (agent_label(card.agent, lang), line) for card in table.cards for line in exemption_lines(table, card, lang)
    ]
    return [f"- {escape_md(label('colon', lang, head=agent, text=line))}" for agent, line in lines]


def _score_rows(table: ScoreTable, lang: str) -> tuple[list[tuple[str, bool]], list[list[str]]]:
    headings = [
        (label("head-rank", lang), True),
        *((heading, False) for heading in who_headings(table, lang)),
        *((escape_md(month), True) for month in table.months),
        (label("head-score", lang), True),
        (label("head-grade", lang), False),
        (label("head-coverage", lang), True),
    ]
    headings += [(escape_md(title), True) for title in part_titles(table, lang).values()]
    return headings, [_score_cells(table, card, lang) for card in table.cards]


def _score_cells(table: ScoreTable, card: Scorecard, lang: str) -> list[str]:
    return [
        "" if card.rank is None else str(card.rank),
        *(escape_md(cell or "") for cell in who_cells(card.agent)),
        *(points_text(month.score) for month in card.months),
        points_text(card.score) + (r"\*" if card.unexempted else ""),
        escape_md(grade_title(table, card.grade, lang, nothing="")),
        format_share(Fraction(card.coverage)),
        *(points_text(dimension.points) for dimension in card.dimensions),
        *(points_text(indicator.points) for indicator in card.indicators),
    ]


def _source_rows(table: ScoreTable, lang: str) -> tuple[list[tuple[str, bool]], list[list[str]]]:
    counts = ("rows", "in-period", "outside-period", "rejected", "duplicates")
    headings = [
        (label("head-source", lang), False),
        *((label(f"head-{count}", lang), True) for count in counts),
    ]
    rows = [
        [escape_md(source.name)] + [str(getattr(source, count.replace("-", "_"))) for count in counts]
        for source in table.sources
    ]
    return headings, rows
