"""docs/schemes: its rubric lines are the rubrics', its numbers are csperf's, its commands show what it says."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import scheme_rules as rules
from markdown_blocks import ROOT, read_blocks
from small_shop import run_csperf

PAGES = {"docs/schemes.md": "en", "docs/schemes.zh-CN.md": "zh-CN"}
NAMES = sorted(path.stem for path in (ROOT / "configs" / "rubrics").glob("*.yaml"))
COUNTS = {"A": 7, "B": 6, "C": 10, "D": 10, "E": 7}
IDS = [f"{scheme}{number}" for scheme, count in COUNTS.items() for number in range(1, count + 1)]
TERM = r"\(*\d[\d.]*\)*"
EQUATION = re.compile(rf"({TERM}(?: [÷×−+] {TERM})+) = (\d[\d.]*\d|\d)")
CODE = re.compile(r"`([^`]+)`")

pages = pytest.mark.parametrize("page", PAGES)
names = pytest.mark.parametrize("name", NAMES)


# ── what stands on a page ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Scheme:
    """The section of one scheme: its tables of rubric lines and of numbers worked out by hand."""

    seed: str
    lines: list[list[str]]
    hand: list[list[str]]


@dataclass(frozen=True)
class Requirement:
    """One row of the last table."""

    commands: list[str]
    shown: list[str]
    is_later: bool


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def tables(text: str) -> Iterator[list[list[str]]]:
    """The rows of each table, its heading left out."""
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        yield [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


@cache
def schemes(page: str) -> dict[str, Scheme]:
    found = {}
    for section in text_of(page).split("\n## ")[1:]:
        if head := re.search(r"^`([a-z0-9-]+)` · (seed \d+)", section, re.MULTILINE):
            found[head[1]] = Scheme(head[2], *tables(section))
    return found


@cache
def requirements(page: str) -> dict[str, Requirement]:
    *_, table = tables(text_of(page))
    assert [row[0] for row in table] == IDS
    found = {}
    for name, _, shown_by, look_for in table:
        commands = CODE.findall(shown_by)
        is_later = re.search("later: |以后：", shown_by) is not None
        found[name] = Requirement(commands, CODE.findall(look_for), is_later)
    return found


# ── the rubric lines ──────────────────────────────────────────────────────────────────────────────


@pages
def test_every_shipped_scheme_is_there_with_its_seed(page: str) -> None:
    assert sorted(schemes(page)) == NAMES
    for name, scheme in schemes(page).items():
        assert rules.read_rubric(name)["source"].startswith(scheme.seed)


@pages
@names
def test_rubric_lines_are_those_of_the_rubric(page: str, name: str) -> None:
    rubric = rules.read_rubric(name)
    base = rules.read_rubric(rubric["extends"]) if "extends" in rubric else {"dimensions": {}}
    inherited = {indicator for _, indicator, _ in rules.indicators(base)}
    written = {
        indicator: {key: value for key, value in one.items() if key not in ("title", "note")}
        for _, indicator, one in rules.indicators(rubric)
        if indicator not in inherited
    }
    shown: dict[str, Any] = {}
    for _, line, _ in schemes(page)[name].lines:
        shown |= yaml.safe_load(line.strip("`"))
    assert shown == written
    assert list(shown) == list(written)


@pages
def test_weights_of_the_seasons_are_those_of_the_rubric(page: str) -> None:
    said = re.findall(r"\d+/\d+/\d+/\d+", text_of(page).replace("30/40/20/10", ""))
    seasons = rules.read_rubric("ecommerce-30-40-20-10")["seasons"].values()
    assert said == ["/".join(map(str, season["weights"].values())) for season in seasons]


# ── the numbers ───────────────────────────────────────────────────────────────────────────────────


def work_out(formula: str) -> Fraction:
    """A formula of numbers, signs and brackets, exactly."""
    parts = re.sub(r"\d[\d.]*", lambda number: f"Fraction('{number[0]}')", formula)
    return Fraction(eval(parts.translate(str.maketrans("÷×−", "/*-")), {"Fraction": Fraction}))


def rounded(value: Fraction, like: str) -> Decimal:
    """Half up, to as many decimals as `like` has."""
    places = len(like.partition(".")[2])
    return Decimal((value * 10**places + Fraction(1, 2)).__floor__()).scaleb(-places)


@pages
def test_every_equation_is_right(page: str) -> None:
    prose = re.sub(r"```.*?```|`[^`]+`", "", text_of(page), flags=re.DOTALL)
    equations = EQUATION.findall(prose)
    assert len(equations) > 120
    assert len(equations) == prose.count(" = ")
    for formula, result in equations:
        assert rounded(work_out(formula), result) == Decimal(result), f"{formula} = {result}"


@cache
def card(name: str) -> dict[str, Any]:
    """A003 in June as csperf prints it."""
    run = run_csperf("explain", "A003", "--month", "2025-06", "--rubric", name, "--format", "json", "--lang", "en")
    return dict(json.loads(run.out, parse_float=Decimal, parse_int=Decimal)["agent"])


@pages
@names
def test_the_agent_worked_out_by_hand_is_what_csperf_prints(page: str, name: str) -> None:
    agent = card(name)
    indicators = {f"`{line['name']}`": line for line in agent["indicators"]}
    sums = {f"**{dimension['name']}**": dimension["points"] for dimension in agent["dimensions"]}
    *rows, total = schemes(page)[name].hand
    by_hand = rows[: len(indicators)]

    assert [row[0] for row in by_hand] == list(indicators)
    for heading, value, how, points in by_hand:
        line = indicators[heading]
        above, _, below = value.partition(" ÷ ")
        assert below == (str(line["denominator"]) if below else ""), heading
        printed = line["numerator"] if below else line["value"]
        assert rounded(Fraction(printed), above) == Decimal(above), heading
        assert Decimal(points) == line["points"], heading
        results = [result for _, result in EQUATION.findall(how)]
        assert Decimal(points) == (Decimal(results[-1]) if results else line["max_points"]), heading
    assert {row[0]: Decimal(row[3]) for row in rows[len(indicators) :]} == sums
    assert Decimal(total[3]) == agent["score"]
    for row in (*rows[len(indicators) :], total):
        assert row[2].endswith(f" = {row[3]}")


# ── the commands ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """For each page the sample shop with the files that the page adds."""
    found = {}
    for page in PAGES:
        folder = tmp_path_factory.mktemp("schemes")
        assert run_csperf("init", "shop", cwd=folder).code == 0
        for block in read_blocks(page):
            if block.word and "." in block.word:
                (folder / "shop" / block.word).write_text(block.text, encoding="utf-8")
        found[page] = folder / "shop"
    return found


@cache
def shown_by(command: str, shop: Path, lang: str) -> str:
    """What a command of the page prints on a wide terminal; none may fail."""
    program, *arguments = shlex.split(command)
    assert program == "csperf"
    env = {"CSPERF_LANG": lang, "COLUMNS": "400", "NO_COLOR": "1"}
    run = run_csperf(*arguments, cwd=shop, env=env, terminal=True)
    assert run.code == 0, f"{command}: {run.err}"
    return run.out


@pytest.mark.parametrize("name", IDS)
def test_each_requirement_is_shown_or_said_to_come_later(name: str, shops: dict[str, Path]) -> None:
    page = "docs/schemes.md"
    row = requirements(page)[name]
    output = "\n".join(shown_by(command, shops[page], PAGES[page]) for command in row.commands)
    assert row.commands or row.is_later
    assert bool(row.shown) == bool(row.commands)
    for shown in row.shown:
        assert shown in output


@pages
def test_what_the_page_tells_to_type_works(page: str, shops: dict[str, Path]) -> None:
    blocks = [block for block in read_blocks(page) if block.language == "sh"]
    lines = [" ".join(words) for block in blocks for words in block.commands()]
    assert lines[:3] == ["csperf init shop", "cd shop", f"export CSPERF_LANG={PAGES[page]}"]
    for line in lines[3:]:
        shown_by(line, shops[page], PAGES[page])


def test_both_pages_say_the_same() -> None:
    english, chinese = PAGES
    assert requirements(english) == requirements(chinese)
    for name in NAMES:
        mine, theirs = schemes(english)[name], schemes(chinese)[name]
        assert [line for _, line, _ in mine.lines] == [line for _, line, _ in theirs.lines]
        assert [EQUATION.findall(" ".join(row)) for row in mine.hand] == [
            EQUATION.findall(" ".join(row)) for row in theirs.hand
        ]
