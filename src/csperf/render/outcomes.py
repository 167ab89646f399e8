"""What follows from a card in words: tiers, awards, floors; and what is said above all cards."""

from __future__ import annotations

from csperf.render.words import label, say, title_of
from csperf.scoring.cards import CardOutcome, Scorecard, ScoreTable


def outcome_text(table: ScoreTable, outcome: CardOutcome, lang: str) -> str:
    """`award Star of the month: score 96.00 meets >= 95; reward: a day off`."""
    titles = {**table.dimension_titles, **table.indicator_titles}
    title = title_of(outcome.title or titles.get(outcome.name), lang, outcome.name)
    text = label(f"outcome-{outcome.kind}", lang, title=title, reason=say(outcome.reason, lang))
    reward = title_of(outcome.reward, lang, "")
    return label("outcome-reward", lang, outcome=text, reward=reward) if reward else text


def outcome_name(outcome: CardOutcome) -> str:
    """The stable name: `award:star`, `floor:quality`, `tier:csat=challenge`."""
    return (
        f"{outcome.kind}:{outcome.indicator}={outcome.name}" if outcome.indicator else f"{outcome.kind}:{outcome.name}"
    )


def variant_title(table: ScoreTable, card: Scorecard, lang: str) -> str | None:
    """What the rubric calls the variant that the agent's role picks."""
    return None if card.variant is None else title_of(table.variant_titles.get(card.variant), lang, card.variant)


def heading_parts(table: ScoreTable, lang: str) -> list[str]:
    """Season and scope, where there is something to say."""
    season = table.season and label("season-is", lang, season=title_of(table.season_title, lang, table.season))
    scope = None if table.by == "agent" else label(f"by-{table.by}", lang)
    return [part for part in (season, scope) if part]


def provisional_lines(table: ScoreTable, lang: str) -> list[str]:
    """Why the figures may still change, one sentence each."""
    return [label("provisional", lang, why=say(why, lang)) for why in table.provisional]
