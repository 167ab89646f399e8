"""The catalogue: both languages for every code, with the same parts."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest

import csperf.render
import csperf.render.words
from csperf.render.words import LANGS, OWN_WORDS, WORDS, agent_label, label, say, title_of
from csperf.scoring.cards import Agent, Number, words


def _parts(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_code_has_both_languages_with_the_same_parts(code: str) -> None:
    assert set(WORDS[code]) == set(LANGS)
    assert all(text.strip() for text in WORDS[code].values())
    assert _parts(WORDS[code]["en"]) == _parts(WORDS[code]["zh-CN"])


def test_no_code_is_written_twice() -> None:
    parts = [words_of for name, words_of in vars(csperf.render.words).items() if name.endswith("_WORDS")]
    assert len(parts) > 3
    assert len(WORDS) == sum(map(len, parts))


def test_every_word_of_this_catalogue_is_used() -> None:
    folder = Path(csperf.render.__file__).parent
    sources = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    # f"head-{code}" and the like: a used prefix vouches for the codes that begin with it.
    prefixes = tuple(re.findall(r'f"([a-z]+-(?:[a-z]+-)?)\{', sources))
    quoted = set(re.findall(r'"([a-z-]+)"(?!:)', sources))
    assert [code for code in OWN_WORDS if code not in quoted and not code.startswith(prefixes)] == []


def test_say_fills_in_the_parts_in_each_language() -> None:
    sentence = words("note-scored-on", scored="80")
    assert say(sentence, "en") == "scored on 80 of 100"
    assert "80" in say(sentence, "zh-CN")
    assert say(sentence, "zh-CN") != say(sentence, "en")


def test_nouns_follow_their_number() -> None:
    parts = {"source": "surveys", "in_period": 0, "outside_period": 0, "rejected": 0}
    one = label("source-counts", "en", rows=Number(1), duplicates=Number(1), **parts)
    two = label("source-counts", "en", rows=Number(2), duplicates=Number(2), **parts)
    assert "1 row," in one
    assert one.endswith("1 duplicate")
    assert "2 rows," in two
    assert two.endswith("2 duplicates")


def test_an_unknown_code_is_a_bug_and_says_which() -> None:
    with pytest.raises(KeyError, match="no-such-code"):
        label("no-such-code", "en")


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ({"zh-CN": "优秀", "en": "Excellent"}, "zh-CN", "优秀"),
        ({"zh-CN": "优秀", "en": "Excellent"}, "en", "Excellent"),
        ({"zh": "优秀"}, "zh-CN", "优秀"),
        ({"en": "Excellent"}, "zh-CN", "Excellent"),
        ({"zh-CN": "优秀"}, "en", "excellent"),
        ("Top", "zh-CN", "Top"),
        ("two\n  lines", "en", "two lines"),
        (None, "en", "excellent"),
        ("", "en", "excellent"),
        ({}, "en", "excellent"),
    ],
)
def test_title_of_takes_the_language_then_english_then_the_name(text: Any, lang: str, expected: str) -> None:
    assert title_of(text, lang, "excellent") == expected


def test_agent_label() -> None:
    assert agent_label(Agent("A1", "李娜"), "zh-CN") == "李娜（A1）"
    assert agent_label(Agent("A1", "Ann"), "en") == "Ann (A1)"
    assert agent_label(Agent("A1"), "en") == "A1"
