"""docs/first-quarter: its commands work in their order, and its figures are csperf's, in both languages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import year_truth as truth
from markdown_blocks import ROOT, Block, read_blocks
from small_shop import Run, run_csperf

PAGES = {"docs/first-quarter.md": "en", "docs/first-quarter.zh-CN.md": "zh-CN"}
pages = pytest.mark.parametrize("page", PAGES)


def commands(page: str) -> Iterator[tuple[Block, list[str]]]:
    for block in read_blocks(page):
        if block.language == "sh":
            for words in block.commands():
                yield block, words


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """page → the folder it ends in, and what each command printed on a terminal, by its words; the last run of each."""

    @cache
    def walk(page: str) -> tuple[Path, dict[str, Run]]:
        folder, env = tmp_path_factory.mktemp("quarter"), {"COLUMNS": "160", "NO_COLOR": "1"}
        runs = {}
        for block, words in commands(page):
            match words:
                case ["cd", name]:
                    folder /= name
                case ["export", setting]:
                    name, _, value = setting.partition("=")
                    env[name] = value
                case ["cp", source, target]:
                    shutil.copy(folder / source, folder / target)
                case ["csperf", *arguments]:
                    run = run_csperf(*arguments, cwd=folder, env=env, terminal=True)
                    assert run.code == (1 if block.word == "refused" else 0), f"{words}: {run.out}{run.err}"
                    runs[" ".join(words)] = run
                case _:
                    pytest.fail(f"nobody tries {words}")
        return folder, runs

    return walk


@pages
def test_a_reader_can_follow_the_page(page: str, walk: Any) -> None:
    assert len(walk(page)[1]) > 25


@pages
def test_the_page_sets_its_own_language(page: str) -> None:
    assert [words for _, words in commands(page)][2] == ["export", f"CSPERF_LANG={PAGES[page]}"]


def test_both_pages_tell_to_type_the_same() -> None:
    def told(page: str) -> list[list[str]]:
        lines = [words for _, words in commands(page) if words[0] != "export"]
        spoken = ("--reason", "--event")
        return [
            [word for before, word in zip(["", *words], words, strict=False) if before not in spoken] for words in lines
        ]

    english, chinese = PAGES
    assert told(english) == told(chinese)


@pages
def test_the_exemption_is_the_samples(page: str) -> None:
    (block,) = (block for block in read_blocks(page) if block.word == "exemption")
    entries = yaml.safe_load((truth.YEAR / "exemptions.yaml").read_text(encoding="utf-8"))
    assert yaml.safe_load(block.text) == entries[:1]


@pages
def test_the_figures_of_the_page_are_csperfs(page: str, walk: Any) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    _, runs = walk(page)
    january, february = "csperf explain C02 --month 2025-01", "csperf explain C03 --month 2025-02"
    figures = {
        january: [truth.month_cards("2025-01", with_exemptions=kept)["C02"].score for kept in (True, False)],
        february: [truth.month_cards("2025-02", with_late=late)["C03"].score for late in (False, True)],
    }
    for command, scores in figures.items():
        for score in map(str, scores):
            assert score in text
            assert score in runs[command].out


@pages
def test_the_trend_shows_the_case_of_seed_003(page: str, walk: Any) -> None:
    (shown,) = (run.out for command, run in walk(page)[1].items() if "--since" in command)
    for figure in ("45 s", "22 s", "82.00%", "93.00%"):
        assert figure in shown


@pages
def test_a_refused_seal_says_what_differs(page: str, walk: Any) -> None:
    run = walk(page)[1]["csperf seal --month 2025-02"]
    assert "C03 comes to something else: score 67.78 → 70.90" in run.err
    assert "--adjust" in run.err


@pages
def test_the_ranking_names_nobody(page: str, walk: Any) -> None:
    folder, _ = walk(page)
    ranking = (folder / "ranking.md").read_text(encoding="utf-8")
    assert "82.06" in ranking
    for member in truth.roster():
        assert not [
            word for word in (member["agent_id"], member["name"], *member["aliases"].split(";")) if word in ranking
        ]
