"""The score table as one JSON object; `score.schema.json` beside this file says its shape.

Numbers are written digit by digit, never through a float. Scores, points and coverage always have a
decimal point (86.0, 26.25); what the rubric says and what was measured has one where it needs one
(weight 30, value 0.88), with at most six decimals.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from csperf.render.numbers import plain_number, plain_or_null, result_or_null
from csperf.render.outcomes import exempted_texts
from csperf.render.words import label, say, say_list, title_of
from csperf.scoring.cards import (
    CardOutcome,
    IndicatorScore,
    MonthScore,
    Scorecard,
    ScoreTable,
    SourceCounts,
    Standing,
    Words,
)

SCHEMA = "csperf/score/v1"


def render_json(table: ScoreTable, lang: str) -> str:
    """One indented JSON object with a newline at its end; reasons, notes and warnings in `lang`."""
    document = {
        "schema": SCHEMA,
        "period": period_record(table, lang),
        "rubric": rubric_record(table),
        "by": table.by,
        "sources": [_source_record(source) for source in table.sources],
        "agents": [agent_record(card, lang) for card in table.cards],
        "warnings": say_all(table.warnings, lang),
    }
    return write_json(document) + "\n"


def period_record(table: ScoreTable, lang: str) -> dict[str, Any]:
    """The `period` object."""
    return {
        "label": table.label,
        "start": table.start,
        "end": table.end,
        "zone": table.zone,
        "as_of": table.as_of,
        "days_left": table.days_left,
        "provisional": say_all(table.provisional, lang),
        "record": say_all(table.record, lang),
        "rollup": table.rollup,
        "months": list(table.months),
    }


def rubric_record(table: ScoreTable) -> dict[str, Any]:
    """The `rubric` object."""
    return {
        "name": table.rubric_name,
        "version": table.rubric_version,
        "sha256": table.rubric_sha256,
        "season": table.season,
    }


def agent_record(card: Scorecard, lang: str, steps: bool = False) -> dict[str, Any]:
    """One entry of `agents`; with `steps`, each indicator also tells how its points came about."""
    return {
        "agent_id": card.agent.agent_id,
        "name": card.agent.name,
        "team": card.agent.team,
        "score": result_or_null(card.score),
        "grade": card.grade,
        "rank": card.rank,
        "coverage": result_or_null(card.coverage),
        "dimensions": [
            {
                "name": dimension.name,
                "weight": plain_number(dimension.weight),
                "max_points": plain_number(dimension.max_points),
                "points": result_or_null(dimension.points),
            }
            for dimension in card.dimensions
        ],
        "indicators": [
            _indicator_record(indicator, lang) | ({"steps": say_all(indicator.steps, lang)} if steps else {})
            for indicator in card.indicators
        ],
        "notes": say_all(card.notes, lang),
        "variant": card.variant,
        "presence": None if card.agent.is_pseudonym else plain_number(card.agent.presence),
        "members": card.agent.members or 0,
        "outcomes": [_outcome_record(outcome, lang) for outcome in card.outcomes],
        "exemptions": exempted_texts(card, lang),
        "unexempted": card.unexempted and standing_record(card.unexempted),
        "months": [_month_record(month) for month in card.months],
        "original": card.original and standing_record(card.original),
    }


def write_json(value: Any, indent: str = "  ", level: str = "\n") -> str:
    """JSON text with every Decimal written as its own digits; an empty `level` puts all on one line."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    inner = level + indent if level else ""
    if isinstance(value, dict):
        opening, closing = "{", "}"
        items = [
            f"{json.dumps(key, ensure_ascii=False)}: {write_json(item, indent, inner)}" for key, item in value.items()
        ]
    else:
        opening, closing = "[", "]"
        items = [write_json(item, indent, inner) for item in value]
    if not items:
        return opening + closing
    return opening + inner + ("," + (inner or " ")).join(items) + level + closing


def _indicator_record(indicator: IndicatorScore, lang: str) -> dict[str, Any]:
    return {
        "name": indicator.name,
        "dimension": indicator.dimension,
        "unit": indicator.unit,
        "value": plain_or_null(indicator.value),
        "numerator": plain_or_null(indicator.numerator),
        "denominator": plain_or_null(indicator.denominator),
        "sample_size": indicator.sample_size,
        "target": indicator.target,
        "weight": plain_number(indicator.weight),
        "max_points": plain_number(indicator.max_points),
        "points": result_or_null(indicator.points),
        "status": indicator.status,
        "policy": indicator.policy,
        "reason": label("list-semicolon", lang).join(say_all(indicator.reason, lang)),
        "tier": indicator.tier,
        "needed": None if indicator.needed is None else say(indicator.needed, lang),
    }


def standing_record(standing: Standing) -> dict[str, Any]:
    """Score, grade and rank, null where there is none."""
    return {"score": result_or_null(standing.score), "grade": standing.grade, "rank": standing.rank}


def _month_record(month: MonthScore) -> dict[str, Any]:
    return {
        "label": month.label,
        **standing_record(month.standing),
        "is_sealed": month.is_sealed,
        "original": month.original and standing_record(month.original),
    }


def _outcome_record(outcome: CardOutcome, lang: str) -> dict[str, Any]:
    return {
        "kind": outcome.kind,
        "name": outcome.name,
        "indicator": outcome.indicator,
        "title": title_of(outcome.title, lang, outcome.name),
        "reward": title_of(outcome.reward, lang, "") or None,
        "reason": say_list(outcome.reason, lang),
    }


def _source_record(source: SourceCounts) -> dict[str, Any]:
    return {
        "name": source.name,
        "files": [{"path": file.path, "sha256": file.sha256} for file in source.files],
        "rows": source.rows,
        "in_period": source.in_period,
        "outside_period": source.outside_period,
        "rejected": source.rejected,
        "duplicates": source.duplicates,
        "left_out": source.left_out,
    }


def say_all(sentences: Sequence[Words], lang: str) -> list[str]:
    """Each sentence in a language."""
    return [say(words, lang) for words in sentences]
