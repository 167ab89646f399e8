"""The pages on plans: their commands run over the sample shop, and print what the pages show."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from csperf.coaching import SPLITS
from markdown_blocks import ROOT, read_blocks
from small_shop import SAMPLE, run_csperf

PAGES = ("docs/coaching.md", "docs/coaching.zh-CN.md")


@pytest.mark.parametrize("page", PAGES)
def test_commands_run_and_print_what_is_shown(page: str, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(SAMPLE, shop, ignore=shutil.ignore_patterns("year", "generator", "__pycache__"))
    commands = [line for block in read_blocks(page) if block.language == "sh" for line in block.commands()]
    assert len(commands) == 4
    runs = [run_csperf(*command[1:], cwd=shop) for command in commands]
    assert [run.code for run in runs] == [0] * 4, [run.err for run in runs]
    (shown,) = (block.text for block in read_blocks(page) if block.language == "text")
    assert shown in runs[0].out
    assert (shop / "plan.md").is_file()


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_alike(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert text.count("\n## ") == 2
    assert text.count("\n1. ") == text.count("\n4. ") == 1


def test_pages_name_what_rows_are_told_apart_by() -> None:
    english = (ROOT / PAGES[0]).read_text("utf-8").replace("\n", " ")
    assert len(SPLITS) == 10
    for columns in SPLITS.values():
        said = " and ".join([", ".join(columns[:-1]), columns[-1]]) if len(columns) > 1 else columns[0]
        assert f"by {said}" in english
