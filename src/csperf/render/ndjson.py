"""The score table as lines of JSON, one agent each, for streams and log stores."""

from __future__ import annotations

from csperf.render.json import agent_record, period_record, rubric_record, write_json
from csperf.scoring.cards import ScoreTable


def render_ndjson(table: ScoreTable, lang: str) -> str:
    """One line per agent: `period`, `rubric` and `by` as in the JSON object, then the agent's own keys."""
    head = {"period": period_record(table, lang), "rubric": rubric_record(table), "by": table.by}
    return "".join(write_json(head | agent_record(card, lang), level="") + "\n" for card in table.cards)
