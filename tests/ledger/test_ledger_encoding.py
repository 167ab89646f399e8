"""Scorecards as they are kept: nothing is lost on the way to JSON and back."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.ledger.encoding import read_document, write_document
from csperf.period import parse_quarter
from csperf.pipeline import load_scheme, score_period
from csperf.render import FORMATS, render_score
from csperf.scoring.cards import (
    Agent,
    CardOutcome,
    DimensionScore,
    IndicatorScore,
    MonthScore,
    Number,
    Scorecard,
    ScoreTable,
    SourceCounts,
    SourceFile,
    Standing,
    Title,
    Words,
)
from csperf.session import Session
from csperf.workspace import load_workspace
from small_shop import CHINA, SAMPLE

SCHEMA = "test/v1"
TEXT = st.text(max_size=6)
TITLES = st.none() | TEXT | st.dictionaries(st.sampled_from(["en", "zh-CN"]), TEXT)
POINTS = st.decimals(0, 100, places=2)
FRACTIONS = st.fractions(max_denominator=10**6)
PARTS = TEXT | st.integers() | POINTS | st.builds(Number, TEXT) | st.builds(Title, TEXT, TITLES)
WORDS = st.builds(Words, TEXT, st.dictionaries(TEXT, PARTS, max_size=3).map(lambda parts: tuple(parts.items())))
SENTENCES = st.lists(WORDS, max_size=2).map(tuple)


def some(what: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """It, or null."""
    return st.none() | what


def several(what: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    """A few of it."""
    return st.lists(what, max_size=2).map(tuple)


STANDINGS = st.builds(Standing, some(POINTS), some(TEXT), some(st.integers(1, 99)))
LINES = st.builds(
    IndicatorScore, value=some(FRACTIONS), numerator=some(FRACTIONS), denominator=some(FRACTIONS), weight=POINTS,
    max_points=POINTS, points=some(POINTS), reason=SENTENCES, steps=SENTENCES, needed=some(WORDS),
)  # fmt: skip
CARDS = st.builds(
    Scorecard,
    agent=st.builds(Agent, TEXT, some(TEXT), some(TEXT), some(TEXT), FRACTIONS, some(st.integers(0, 9))),
    score=some(POINTS), coverage=POINTS, indicators=several(LINES), notes=SENTENCES, exemptions=SENTENCES,
    dimensions=several(st.builds(DimensionScore, TEXT, POINTS, POINTS, some(POINTS))),
    outcomes=several(st.builds(CardOutcome, reason=SENTENCES, title=TITLES, reward=TITLES)),
    unexempted=some(STANDINGS), original=some(STANDINGS),
    months=several(st.builds(MonthScore, score=some(POINTS), original=some(STANDINGS))),
)  # fmt: skip
TABLES = st.builds(
    ScoreTable, rubric_title=TITLES, season_title=TITLES, cards=several(CARDS), provisional=SENTENCES,
    record=SENTENCES, warnings=SENTENCES,
    sources=several(st.builds(SourceCounts, files=several(st.builds(SourceFile)))),
    **{name: st.dictionaries(TEXT, TITLES, max_size=2)
       for name in ("grade_titles", "dimension_titles", "indicator_titles", "variant_titles")},
)  # fmt: skip


@given(TABLES)
@settings(max_examples=60)
def test_every_table_survives(table: ScoreTable) -> None:
    content = write_document(SCHEMA, table)

    decoded = read_document(content, SCHEMA, ScoreTable)

    assert decoded == table
    assert write_document(SCHEMA, decoded) == content  # which tells a Number from a text


@cache
def sample_table(rubric: str) -> ScoreTable:
    """The second quarter of the sample shop, with all words."""
    with tempfile.TemporaryDirectory() as workdir:
        session = Session(load_workspace(SAMPLE), Path(workdir))
        scheme = load_scheme(session.workspace, rubric)
        return score_period(session, scheme, parse_quarter("2025Q2", CHINA)).table


@pytest.mark.parametrize("rubric", ["aftersales-60-20-20", "ecommerce-30-40-20-10", "platform-service-quality"])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("format", FORMATS)
def test_what_is_kept_is_rendered_as_before(rubric: str, lang: str, format: str) -> None:
    table = sample_table(rubric)

    decoded = read_document(write_document(SCHEMA, table), SCHEMA, ScoreTable)

    assert decoded == table
    assert render_score(decoded, format, lang) == render_score(table, format, lang)  # type: ignore[arg-type]


def test_what_has_its_default_is_left_out() -> None:
    assert (
        write_document(SCHEMA, Agent("A1", presence=Fraction(1)))
        == b'{\n  "schema": "test/v1",\n  "agent_id": "A1"\n}\n'
    )
    assert b"44/51" in write_document(SCHEMA, Agent("A1", presence=Fraction(44, 51)))
    # 0 is no default of a count, and false is none of a number.
    assert b'"members": 0' in write_document(SCHEMA, Agent("A1", members=0))


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"schema": "test/v2", "agent_id": "A1"}', b'{"schema": "test/v1"}', b"\xff",
     b'{"schema": "test/v1", "agent_id": 1}', b'{"schema": "test/v1", "agent_id": "A1", "colour": "red"}',
     b'{"schema": "test/v1", "agent_id": "A1", "presence": "1/0"}',
     b'{"schema": "test/v1", "agent_id": "A1", "members": true}'],
)  # fmt: skip
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_document(content, SCHEMA, Agent)


def test_a_part_that_could_not_be_read_back_is_a_bug() -> None:
    with pytest.raises(TypeError, match="float"):
        write_document(SCHEMA, Words("x", (("y", 0.5),)))


def test_decimals_keep_their_digits() -> None:
    one = DimensionScore("d", Decimal("30"), Decimal("30.00"), Decimal("1E+1"))
    decoded = read_document(write_document(SCHEMA, one), SCHEMA, DimensionScore)
    assert [str(decoded.weight), str(decoded.max_points), str(decoded.points)] == ["30", "30.00", "1E+1"]
