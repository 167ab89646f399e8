"""The scorecard: everything a person needs to recompute a score, and the sums written out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from render_sample import LANGS, build_table, check_golden

from csperf.problems import cell_width
from csperf.render.explain import render_explain, render_explain_json, render_rows
from csperf.render.json import render_json

ROWS: list[dict[str, str | None]] = [
    {
        "file": "exports/surveys-2025-06.csv",
        "row": "17",
        "key": "S0017",
        "time": "2025-06-03 14:05",
        "rating": "5",
        "comment": None,
        "counted": "hit",
    },
    {
        "file": "exports/surveys-2025-06.csv",
        "row": "204",
        "key": "S0204",
        "time": "2025-06-09 09:00",
        "rating": "2",
        "comment": "物流太慢\x1b[31m",
        "counted": "miss",
    },
]
COLUMNS = ["file", "row", "key", "time", "rating", "comment", "counted"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("position", range(5))
def test_golden(request: pytest.FixtureRequest, position: int, lang: str) -> None:
    table = build_table()
    card = table.cards[position]
    check_golden(request, f"explain-{card.agent.agent_id}.{lang}.txt", render_explain(table, card, lang, 80))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [50, 80, 140])
def test_no_line_is_wider_than_asked(width: int, lang: str) -> None:
    table = build_table()
    for card in table.cards:
        for line in render_explain(table, card, lang, width).splitlines():
            assert cell_width(line) <= width, line


@pytest.mark.parametrize("lang", LANGS)
def test_every_sum_that_is_written_is_right(lang: str) -> None:
    table = build_table()
    found = 0
    for card in table.cards:
        text = render_explain(table, card, lang, 140)
        for addition, total in re.findall(r"((?:\d+\.\d\d \+ )+\d+\.\d\d) = (\d+\.\d\d)", text):
            assert sum(map(Decimal, addition.split(" + "))) == Decimal(total)
            found += 1
    assert found == 4 * 2


def test_a_card_shows_numbers_steps_and_points() -> None:
    table = build_table()
    text = render_explain(table, table.cards[1], "en", 100)
    for line in (
        "1. value: 44 ÷ 50 = 88.00%",
        "3. short by: 90% − 88.00% = 2.00%",
        "sample size 50 · weight 40",
        "value 31.25 s · sample size 1234 · target <= 30s · weight 20",
        "Performance: 36.00 + 14.00 + 20.00 = 70.00",
        "Total: 70.00 + 16.00 = 86.00",
    ):
        assert re.search(rf"^\s*{re.escape(line)}$", text, re.MULTILINE), line
    assert re.search(r"Customer satisfaction \(csat\) +36\.00 of 40\.00", text)


def test_an_unscored_card_says_why_and_has_no_total() -> None:
    table = build_table()
    text = render_explain(table, table.cards[4], "en", 100)
    assert "No score" in text
    assert "less than half" in text
    assert "Total" not in text


def test_one_indicator_only() -> None:
    table = build_table()
    text = render_explain(table, table.cards[1], "en", 100, indicator="csat")
    assert "44 ÷ 50" in text
    assert "First response" not in text
    assert "Attitude" not in text
    assert "Total" not in text


def test_colour_changes_nothing_but_colour() -> None:
    table = build_table()
    plain, coloured = (render_explain(table, table.cards[1], "zh-CN", 80, color) for color in (False, True))
    assert "\x1b[" in coloured
    stripped = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in coloured.splitlines()]
    assert stripped == plain.splitlines()


def test_json_is_the_agent_of_the_score_json_with_steps() -> None:
    table = build_table()
    explained = json.loads(render_explain_json(table, table.cards[1], "en"))
    scored = json.loads(render_json(table, "en"))
    steps = [line.pop("steps") for line in explained["agent"]["indicators"]]
    assert explained["agent"] == scored["agents"][1]
    assert steps[0][0] == "value: 44 ÷ 50 = 88.00%"
    only = json.loads(render_explain_json(table, table.cards[1], "en", indicator="csat"))
    assert [line["name"] for line in only["agent"]["indicators"]] == ["csat"]


@pytest.mark.parametrize("lang", LANGS)
def test_rows_golden(request: pytest.FixtureRequest, lang: str) -> None:
    check_golden(request, f"rows.{lang}.txt", render_rows(ROWS, COLUMNS, lang, 120))


@pytest.mark.parametrize(("lang", "said"), [("en", ["against", "fine"]), ("zh-CN", ["不利", "正常"])])
def test_hits_of_a_rate_that_should_be_low_are_named_so(lang: str, said: list[str]) -> None:
    lines = render_rows(ROWS, COLUMNS, lang, 120, hits_count_against=True).splitlines()
    assert [line.split()[-1] for line in lines[-2:]] == said


def test_rows_leave_out_the_file_first_and_say_so() -> None:
    text = render_rows(ROWS, COLUMNS, "en", 60)
    assert all(cell_width(line) <= 60 for line in text.splitlines())
    assert "exports/" not in text
    assert "S0204" in text
    assert "miss" in text
    assert "Left out for lack of width: File" in text


def test_rows_cannot_steer_the_terminal_and_may_be_none() -> None:
    assert "\x1b" not in render_rows(ROWS, COLUMNS, "en", 200)
    assert render_rows([], COLUMNS, "en", 80) == "No rows.\n"


def test_a_title_longer_than_the_line_keeps_its_points() -> None:
    table = build_table()
    table = replace(table, indicator_titles=table.indicator_titles | {"csat": "x" * 90})
    assert "36.00 of 40.00" in render_explain(table, table.cards[1], "en", 80)
