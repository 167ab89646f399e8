"""What a score table calls its parts, the same in every format."""

from __future__ import annotations

from typing import Literal

from csperf.render.numbers import NOTHING
from csperf.render.words import label, title_of
from csperf.scoring.cards import Agent, Scorecard, ScoreTable


def rubric_title(table: ScoreTable, lang: str) -> str:
    """What people call the rubric."""
    return title_of(table.rubric_title, lang, table.rubric_name)


def part_titles(table: ScoreTable, lang: str) -> dict[str, str]:
    """The titles of all dimensions, then of all indicators, by name; no rubric has a name twice."""
    parts = {**table.dimension_titles, **table.indicator_titles}
    return {name: title_of(title, lang, name) for name, title in parts.items()}


def who_headings(table: ScoreTable, lang: str) -> list[str]:
    """What stands above `who_cells`: the id, name and team of agents; of others one name."""
    codes = {"agent": ("agent-id", "name", "team"), "team": ("team",), "shop": ("scope",)}[table.by]
    if any(card.agent.is_pseudonym for card in table.cards):
        codes = ("pseudonym",)
    return [label(f"head-{code}", lang) for code in codes]


def who_cells(agent: Agent) -> list[str | None]:
    """Whom a row is about."""
    return [agent.agent_id] if agent.is_unit or agent.is_pseudonym else [agent.agent_id, agent.name, agent.team]


def variant_title(table: ScoreTable, card: Scorecard, lang: str) -> str | None:
    """What the rubric calls the variant that the agent's role picks."""
    return None if card.variant is None else title_of(table.variant_titles.get(card.variant), lang, card.variant)


def grade_title(table: ScoreTable, grade: str | None, lang: str, nothing: str = NOTHING) -> str:
    """What the rubric calls a grade, or `nothing` where there is none."""
    return nothing if grade is None else title_of(table.grade_titles.get(grade), lang, grade)


def grade_place(table: ScoreTable, grade: str | None) -> Literal["best", "middle", "lowest"] | None:
    """Where a grade stands among the rubric's, for colours; None where it is none of them."""
    ladder = list(table.grade_titles)
    if grade not in ladder:
        return None
    return "best" if grade == ladder[0] else "lowest" if grade == ladder[-1] else "middle"
