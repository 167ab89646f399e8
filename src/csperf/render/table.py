"""The score table for a terminal: as many columns as the width holds, whole ones only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from rich.console import RenderableType
from rich.text import Text

from csperf.render.commands import quote_word
from csperf.render.numbers import NOTHING, plain_number, points_text
from csperf.render.outcomes import exemption_lines, heading_parts, original_text, outcome_text, provisional_lines
from csperf.render.terminal import (
    Column,
    break_heading,
    build_grid,
    clean,
    fill,
    fit_columns,
    indent,
    print_text,
    wrap,
)
from csperf.render.titles import grade_place, grade_title, part_titles, rubric_title, who_headings
from csperf.render.words import agent_label, label, say
from csperf.scoring.cards import Agent, Number, ScoreTable

_GRADE_STYLES = {"best": "green", "middle": "yellow", "lowest": "red"}


def render_table(table: ScoreTable, lang: str, width: int = 80, color: bool = False, asked: str = "") -> str:
    """Title, one row per agent, what was left out, notes and row counts; lines of at most `width` cells.

    `asked`: the flags that the commands it names repeat, so that they answer for the same, as in ` --month 2025-06`.
    """
    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(_title(table, lang), width)]
    for said in table.record:
        parts += [Text(text) for text in wrap(clean(say(said, lang)), width)]
    for line in provisional_lines(table.provisional, lang):
        parts += [Text(text, style="yellow") for text in wrap(line, width)]
    parts.append("")
    if table.cards:
        shown, left_out = fit_columns(_columns(table, lang), width)
        parts.append(build_grid(shown))
        parts += _below(_left_out_lines(table, left_out, lang, width, asked))
    else:
        parts.append(label(f"nothing-by-{table.by}", lang))
    parts += _below(_note_lines(table, lang, width))
    parts += _below(_outcome_lines(table, lang, width))
    parts += _below(_exemption_lines(table, lang, width))
    parts += _below(_source_lines(table, lang, width))
    return print_text(parts, color)


def grade_style(table: ScoreTable, grade: str | None) -> str:
    """The rich style of a grade: the rubric's best is green, its lowest red, those between yellow."""
    place = grade_place(table, grade)
    return _GRADE_STYLES[place] if place else ""


def _title(table: ScoreTable, lang: str) -> str:
    return " · ".join([rubric_title(table, lang), table.label, table.zone, *heading_parts(table, lang)])


def _columns(table: ScoreTable, lang: str) -> list[Column]:
    """Every column there is, from left to right, with how much it matters."""
    cards, titles = table.cards, part_titles(table, lang)
    # Where there is no score, the points of what little could be scored would look like one.
    scored = [card.score is not None for card in cards]
    columns = [
        Column(
            "rank",
            (label("head-rank", lang),),
            [NOTHING if card.rank is None else str(card.rank) for card in cards],
            importance=2,
            right=True,
        ),
        Column("agent_id", (who_headings(table, lang)[0],), [clean(card.agent.agent_id) for card in cards]),
    ]
    if any(card.agent.name for card in cards):
        names = [clean(card.agent.name or NOTHING) for card in cards]
        columns.append(Column("name", (label("head-name", lang),), names, importance=3))
    if table.by == "agent" and any(card.agent.team for card in cards):
        teams = [clean(card.agent.team or NOTHING) for card in cards]
        columns.append(Column("team", (label("head-team", lang),), teams, importance=6))
    for position, month in enumerate(table.months):
        columns.append(_points_column(month, (month,), [card.months[position].score for card in cards], 4))
    grades = [card.grade for card in cards]
    scores = _points_column("score", (label("head-score", lang),), [card.score for card in cards], 0, "bold")
    if any(card.unexempted for card in cards):
        marks = [f"{cell}{'*' if card.unexempted else ' '}" for cell, card in zip(scores.cells, cards, strict=True)]
        scores = replace(scores, cells=marks)
    columns.append(scores)
    columns.append(
        Column(
            "grade",
            (label("head-grade", lang),),
            [grade_title(table, grade, lang) for grade in grades],
            importance=1,
            styles=[grade_style(table, grade) for grade in grades],
        )
    )
    for position, name in enumerate(table.dimension_titles):
        dimensions = [card.dimensions[position] for card in cards]
        heading = _points_heading(titles[name], [one.weight for one in dimensions])
        points = [one.points if known else None for one, known in zip(dimensions, scored, strict=True)]
        columns.append(_points_column(name, heading, points, 5))
    for position, name in enumerate(table.indicator_titles):
        indicators = [card.indicators[position] for card in cards]
        heading = _points_heading(titles[name], [one.weight for one in indicators])
        points = [one.points if known else None for one, known in zip(indicators, scored, strict=True)]
        columns.append(_points_column(name, heading, points, 5))
    return columns


def _points_heading(title: str, weights: Sequence[Decimal]) -> tuple[str, ...]:
    """The title, and under it the points that the rubric gives at most: from … to where roles differ."""
    ends = dict.fromkeys((min(weights), max(weights)))
    return (*break_heading(title), "/" + "–".join(f"{plain_number(weight):f}" for weight in ends))


def _points_column(
    name: str, heading: tuple[str, ...], points: Sequence[Decimal | None], importance: int, style: str = ""
) -> Column:
    cells = list(map(points_text, points))
    return Column(name, heading, cells, importance, right=True, styles=[style] * len(cells))


def _left_out_lines(table: ScoreTable, left_out: Sequence[Column], lang: str, width: int, asked: str) -> list[str]:
    if not left_out:
        return []
    titles = part_titles(table, lang)
    agent = table.cards[0].agent
    lines = [
        *left_out_names([titles.get(column.name, column.heading[0]) for column in left_out], lang, width),
        label("see-all", lang, command=f"csperf score{asked} --format csv"),
    ]
    if agent.is_pseudonym:
        return lines
    return [*lines, label("see-points", lang, command=f"csperf explain {quote_word(clean(agent.agent_id))}{asked}")]


def left_out_names(names: Sequence[str], lang: str, width: int) -> list[str]:
    """Lines that name the columns left out, each name whole on one line."""
    comma = label("list-comma", lang)
    listed = [name + comma for name in names[:-1]] + [names[-1]]
    return fill([label("left-out", lang), *listed], width)


def _note_lines(table: ScoreTable, lang: str, width: int) -> list[str]:
    """Each different note once, with the agents it is about."""
    notes = [(say(note, lang), card.agent) for card in table.cards for note in card.notes]
    originals = [(text, card.agent) for card in table.cards if (text := original_text(table, card, lang))]
    return _said_once([*notes, *originals], lang, width)


def _outcome_lines(table: ScoreTable, lang: str, width: int) -> list[str]:
    """Awards and floors, each once; tiers stand on the single cards."""
    return _said_once(
        [
            (outcome_text(table, outcome, lang), card.agent)
            for card in table.cards
            for outcome in card.outcomes
            if outcome.kind != "tier"
        ],
        lang,
        width,
    )


def _exemption_lines(table: ScoreTable, lang: str, width: int) -> list[str]:
    """Of each card that is marked, how it stands without exemptions, and what they are."""
    semicolon = label("list-semicolon", lang)
    return [
        line
        for card in table.cards
        if (said := exemption_lines(table, card, lang))
        for line in indent(
            "* " + label("colon", lang, head=clean(agent_label(card.agent, lang)), text=clean(semicolon.join(said))),
            width, "", "  ",
        )
    ]  # fmt: skip


def _said_once(sentences: Sequence[tuple[str, Agent]], lang: str, width: int) -> list[str]:
    """Each different sentence after the agents it is about."""
    agents: dict[str, list[str]] = {}
    for text, agent in sentences:
        agents.setdefault(text, []).append(clean(agent_label(agent, lang)))
    return [
        line
        for text, names in agents.items()
        for line in indent(label("colon", lang, head=label("list-comma", lang).join(names), text=text), width, "", "  ")
    ]


def _source_lines(table: ScoreTable, lang: str, width: int) -> list[str]:
    return [
        line
        for source in table.sources
        if source.rejected or source.duplicates
        for line in indent(
            label(
                "source-counts",
                lang,
                source=source.name,
                rows=Number(source.rows),
                in_period=source.in_period,
                outside_period=source.outside_period,
                rejected=source.rejected,
                duplicates=Number(source.duplicates),
            ),
            width,
            "",
            "  ",
        )
    ]


def _below(lines: Sequence[str]) -> list[RenderableType]:
    """Lines of a paragraph, dim, after a blank one; nothing where there are none."""
    return ["", *(Text(line, style="dim") for line in lines)] if lines else []
