"""What follows from a card in words: tiers, awards, floors; and what is said above all cards."""

from __future__ import annotations

from collections.abc import Sequence

from csperf.render.titles import part_titles
from csperf.render.words import label, say, say_list, title_of
from csperf.scoring.cards import CardOutcome, ScoreTable, Words


def outcome_text(table: ScoreTable, outcome: CardOutcome, lang: str) -> str:
    """`award Star of the month: score 96.00 meets >= 95; reward: a day off`."""
    title = title_of(outcome.title or part_titles(table, lang).get(outcome.name), lang, outcome.name)
    text = say_list(outcome.reason, lang)
    if outcome.kind != "floor":  # whose sentence names it
        text = label(f"outcome-{outcome.kind}", lang, title=title, reason=text)
    reward = title_of(outcome.reward, lang, "")
    return label("outcome-reward", lang, outcome=text, reward=reward) if reward else text


def outcome_name(outcome: CardOutcome) -> str:
    """The stable name: `award:star`, `floor:quality`, `tier:csat=challenge`."""
    return (
        f"{outcome.kind}:{outcome.indicator}={outcome.name}" if outcome.indicator else f"{outcome.kind}:{outcome.name}"
    )


def heading_parts(table: ScoreTable, lang: str) -> list[str]:
    """Season and scope, where there is something to say."""
    season = table.season and label("season-is", lang, season=title_of(table.season_title, lang, table.season))
    scope = None if table.by == "agent" else label(f"by-{table.by}", lang)
    return [part for part in (season, scope) if part]


def provisional_lines(provisional: Sequence[Words], lang: str) -> list[str]:
    """Why the figures may still change, one sentence each."""
    return [label("provisional", lang, why=say(why, lang)) for why in provisional]
