"""What follows from a card in words: tiers, awards, floors; and what is said above all cards."""

from __future__ import annotations

from collections.abc import Sequence

from csperf.render.numbers import points_text
from csperf.render.titles import grade_title, part_titles
from csperf.render.words import label, say, say_list, title_of
from csperf.scoring.cards import CardOutcome, MonthScore, Number, Scorecard, ScoreTable, Standing, Words


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


def exemption_lines(table: ScoreTable, card: Scorecard, lang: str) -> list[str]:
    """How an exempted card stands without, then what was exempted, one sentence each; nothing for other cards."""
    if card.unexempted is None:
        return []
    standing = standing_text(table, card.unexempted, lang)
    return [label("card-unexempted", lang, standing=standing), *exempted_texts(card, lang)]


def exempted_texts(card: Scorecard, lang: str) -> list[str]:
    """What was exempted on a card, one sentence each, and after them that it costs points where it does."""
    said = [say(one, lang) for one in card.exemptions]
    if card.unexempted is None or card.unexempted.score is None or card.score is None:
        return said
    if card.unexempted.score <= card.score:
        return said
    score = points_text(card.unexempted.score)
    return [*said, label("exemptions-lower", lang, count=Number(len(said)), score=score)]


def original_text(table: ScoreTable, card: Scorecard | MonthScore, lang: str) -> str | None:
    """How it stood before an adjustment, where it stood otherwise."""
    if card.original is None:
        return None
    return label("card-original", lang, standing=standing_text(table, card.original, lang))


def standing_text(table: ScoreTable, standing: Standing, lang: str) -> str:
    """`score 80.00 · grade Poor · rank 3`: what there is of it."""
    if standing.score is None:
        return label("standing-none", lang)
    parts = [label("standing-score", lang, score=points_text(standing.score))]
    parts += [label("card-grade", lang, grade=grade_title(table, standing.grade, lang))] if standing.grade else []
    parts += [label("standing-rank", lang, rank=standing.rank)] if standing.rank else []
    return " · ".join(parts)


def heading_parts(table: ScoreTable, lang: str) -> list[str]:
    """Season and scope, where there is something to say."""
    season = table.season and label("season-is", lang, season=title_of(table.season_title, lang, table.season))
    scope = None if table.by == "agent" else label(f"by-{table.by}", lang)
    return [part for part in (season, scope) if part]


def provisional_lines(provisional: Sequence[Words], lang: str) -> list[str]:
    """Why the figures may still change, one sentence each."""
    return [label("provisional", lang, why=say(why, lang)) for why in provisional]
