"""The score table as CSV: one row per agent, English column names that do not change."""

from __future__ import annotations

from collections.abc import Sequence

from csperf.exports.rejects_file import FORMULA_STARTS
from csperf.render.numbers import plain_number, points_text
from csperf.render.outcomes import outcome_name
from csperf.scoring.cards import Scorecard, ScoreTable


def render_csv(table: ScoreTable, *, bom: bool = False) -> str:
    """Header and one row per agent, lines ended by `\\n`; `bom` for files that Excel will open."""
    return write_csv([_columns(table), *(_cells(table, card) for card in table.cards)], bom)


def write_csv(rows: Sequence[Sequence[str]], bom: bool = False) -> str:
    """Rows of cells that need no guard any more → CSV text."""
    return ("\ufeff" if bom else "") + "".join(",".join(map(_quote, row)) + "\n" for row in rows)


def neutralise(text: str) -> str:
    """Text that a spreadsheet will not run as a formula: a quote mark before a dangerous first character.

    Another one before a text that has such a mark already, so that it can be undone.
    """
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def _quote(cell: str) -> str:
    # The standard writer leaves a lone carriage return bare, and readers then see two rows.
    return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in ',"\r\n') else cell


def _columns(table: ScoreTable) -> list[str]:
    fixed = ["period", "agent_id", "name", "team", "score", "grade", "rank", "coverage"]
    dimensions = [f"{name}_points" for name in table.dimension_titles]
    indicators = [f"{name}_{part}" for name in table.indicator_titles for part in ("value", "points", "sample_size")]
    months = [f"{month}_score" for month in table.months]
    return fixed + dimensions + indicators + ["outcomes", "presence"] + months


def _cells(table: ScoreTable, card: Scorecard) -> list[str]:
    agent = card.agent
    cells = [
        neutralise(table.label),
        neutralise(agent.agent_id),
        neutralise(agent.name or ""),
        neutralise(agent.team or ""),
        points_text(card.score, ""),
        card.grade or "",
        "" if card.rank is None else str(card.rank),
        f"{plain_number(card.coverage):f}",
    ]
    dimensions = {dimension.name: dimension for dimension in card.dimensions}
    cells += [points_text(dimensions[name].points, "") for name in table.dimension_titles]
    indicators = {indicator.name: indicator for indicator in card.indicators}
    for name in table.indicator_titles:
        indicator = indicators[name]
        value = "" if indicator.value is None else f"{plain_number(indicator.value):f}"
        cells += [value, points_text(indicator.points, ""), str(indicator.sample_size)]
    outcomes = ";".join(map(outcome_name, card.outcomes))
    cells += [neutralise(outcomes), "" if agent.is_pseudonym else f"{plain_number(agent.presence):f}"]
    return cells + [points_text(month.score, "") for month in card.months]
