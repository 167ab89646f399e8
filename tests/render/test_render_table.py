"""The terminal table: it fits by leaving out whole columns, lines up, and cuts nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_sample import LANGS, build_table, check_golden

from csperf.problems import cell_width
from csperf.render.table import render_table
from csperf.render.terminal import Column, break_heading, clean, fit_columns, indent, wrap
from csperf.render.words import label, title_of
from csperf.scoring.cards import Agent, ScoreTable

WIDTHS = (40, 60, 80, 100, 120, 140, 200)


def _short_names() -> ScoreTable:
    """The sample without its very long name, so that the widths below matter."""
    table = build_table()
    cards = list(table.cards)
    cards[2] = replace(cards[2], agent=Agent("A0010", "=张三", "售后二组"))
    return replace(table, cards=tuple(cards))


def _body(text: str) -> list[str]:
    """The heading lines, the rule and the rows."""
    lines = text.splitlines()
    rule = next(number for number, line in enumerate(lines) if line.startswith("─"))
    top = max(number for number in range(rule) if not lines[number]) + 1
    end = next(number for number in range(rule, len(lines)) if not lines[number])
    return lines[top:end]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [80, 140])
def test_golden(request: pytest.FixtureRequest, width: int, lang: str) -> None:
    check_golden(request, f"table-{width}.{lang}.txt", render_table(build_table(), lang, width))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_terminal(width: int, lang: str) -> None:
    for line in render_table(_short_names(), lang, width).splitlines():
        assert cell_width(line) <= width, line


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", WIDTHS[2:])
def test_columns_line_up(width: int, lang: str) -> None:
    body = _body(render_table(_short_names(), lang, width))
    rows = [line for line in body if not line.startswith("─")][-6:]
    # The last column holds numbers at its right edge, so equal widths mean that all columns line up.
    assert len({cell_width(line) for line in [*rows, body[-6]]}) == 1


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", WIDTHS)
def test_each_column_stands_whole_or_is_named_as_left_out(width: int, lang: str) -> None:
    table = _short_names()
    text = render_table(table, lang, width)
    body = " ".join(" ".join(_body(text)).split())
    below = text.split("\n\n")[2].splitlines()
    titles = {**table.dimension_titles, **table.indicator_titles}
    for name, title in titles.items():
        shown_title = title_of(title, lang, name)
        is_named = any(shown_title in line for line in below)
        is_shown = all(word in body.split() for word in shown_title.split())
        assert is_shown != is_named, name
    for card in table.cards:
        assert card.agent.agent_id in body
        for text_cell in (card.agent.name, card.agent.team):
            code = "head-name" if text_cell == card.agent.name else "head-team"
            if text_cell and label(code, lang) in body:
                assert text_cell in body


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_left_out_is_said_with_the_way_to_see_it(lang: str) -> None:
    text = render_table(_short_names(), lang, 60)
    assert "csperf score --format csv" in text
    assert "csperf explain A007" in text
    again = render_table(_short_names(), lang, 60, asked=" --month 2025-06 --rubric 'our shop.yaml'")
    assert "csperf score --month 2025-06 --rubric 'our shop.yaml' --format csv\n" in again
    assert "csperf explain A007 --month 2025-06 --rubric 'our shop.yaml'\n" in again
    assert label("left-out", lang).strip() not in render_table(_short_names(), lang, 300)


def test_unscored_agents_have_dashes_and_their_note_below() -> None:
    text = render_table(_short_names(), "en", 140)
    row = next(line for line in text.splitlines() if "A009" in line)
    assert row.split()[0] == "—"
    assert "less than half: no score, no grade, no rank" in text


def test_row_counts_are_told_only_where_rows_were_set_aside() -> None:
    text = render_table(build_table(), "en", 140)
    assert "surveys: 812 rows, 790 in the period, 18 outside it, 3 rejected, 1 duplicate\n" in text
    assert "events" not in text.replace("responsibility_events", "")


def test_colour_changes_nothing_but_colour() -> None:
    plain, coloured = (render_table(_short_names(), "zh-CN", 140, color) for color in (False, True))
    assert "\x1b[" not in plain
    assert "\x1b[32m优秀" in coloured
    assert "\x1b[33m合格" in coloured
    assert "\x1b[31m不合格" in coloured
    uncoloured = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in coloured.splitlines()]
    assert uncoloured == plain.splitlines()


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = render_table(build_table(), "en", 100, True)
    for name, value in {"COLUMNS": "20", "TERM": "dumb", "NO_COLOR": "1", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    assert render_table(build_table(), "en", 100, True) == before


def test_names_cannot_steer_the_terminal() -> None:
    table = build_table()
    card = replace(table.cards[0], agent=Agent("A1", "ev\x1b[31mil\nname [bold]x[/bold]", "t\tm"))
    text = render_table(replace(table, cards=(card,)), "en", 200)
    assert "\x1b" not in text
    assert "ev [31mil name [bold]x[/bold]" in text
    assert clean("a\r\nb") == "a b"


def test_columns_that_nobody_fills_are_not_there() -> None:
    table = build_table()
    cards = tuple(replace(card, agent=Agent(card.agent.agent_id)) for card in table.cards)
    text = render_table(replace(table, cards=cards), "en", 200)
    assert "Name" not in text
    assert "Team" not in text


def test_a_table_without_agents_says_so() -> None:
    assert "No agent" in render_table(replace(build_table(), cards=()), "en", 80)


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Score", ("Score",)),
        ("客户满意度", ("客户满意度",)),
        ("Customer satisfaction", ("Customer", "satisfaction")),
        ("Complaints handled successfully", ("Complaints handled", "successfully")),
    ],
)
def test_headings_break_only_between_words(title: str, lines: tuple[str, ...]) -> None:
    assert break_heading(title) == lines


def _column(name: str, width: int, importance: int) -> Column:
    return Column(name, ("x" * width,), [], importance)


def test_the_most_important_columns_stay() -> None:
    columns = [
        _column("id", 5, 0),
        _column("team", 10, 3),
        _column("a", 10, 1),
        _column("b", 10, 2),
        _column("c", 3, 2),
    ]
    shown, left_out = fit_columns(columns, 22)
    assert [column.name for column in shown] == ["id", "a"]
    assert [column.name for column in left_out] == ["team", "b", "c"]
    shown, _ = fit_columns(columns, 46)
    assert [column.name for column in shown] == ["id", "team", "a", "b", "c"]
    shown, _ = fit_columns(columns, 1)
    assert [column.name for column in shown] == ["id"]


MIXED = st.text(st.sampled_from("ab1 中文，。（）— "), max_size=60)


@given(MIXED, st.integers(4, 30))
def test_wrap_keeps_every_character_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    words = re.findall(r"[ab1—]+", text)
    joined = "\n".join(lines)
    assert all(word in joined for word in words)
    longest = max((cell_width(piece) for piece in re.findall(r"[^\s中文]*[中文]?[，。（）]*", text)), default=0)
    assert all(cell_width(line) <= max(width, longest) for line in lines)


@given(MIXED)
def test_no_line_begins_with_closing_punctuation(text: str) -> None:
    for line in wrap(text, 12)[1:]:
        assert not re.match("[，。）]", line) or re.search(r"(^|\s)[，。）]", text)


def test_indent_hangs_the_following_lines() -> None:
    assert indent("aa bb cc", 7, "1. ") == ["1. aa", "   bb", "   cc"]
    assert indent("aa bb cc", 7, "", "  ") == ["aa bb", "  cc"]
