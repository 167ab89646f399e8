"""docs/exemptions.md in both languages: its file is read, changes what it says, and its commands run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from csperf.exemptions import Entry
from markdown_blocks import ROOT, read_blocks
from small_shop import SAMPLE, run_csperf

PAGES = ("docs/exemptions.md", "docs/exemptions.zh-CN.md")


@pytest.mark.parametrize("page", PAGES)
def test_the_page_can_be_followed(page: str, tmp_path: Path) -> None:
    blocks = read_blocks(page)
    (example,) = (block for block in blocks if block.word == "exemptions")
    (tmp_path / "exemptions.yaml").write_text(example.text, encoding="utf-8")
    settings = (SAMPLE / "csperf.yaml").read_text(encoding="utf-8")
    for folder in ("exports", "formats", "roster.csv"):
        (tmp_path / folder).symlink_to(SAMPLE / folder)
    (tmp_path / "csperf.yaml").write_text(settings, encoding="utf-8")

    (shell,) = (block for block in blocks if block.language == "sh")
    for command, *arguments in shell.commands():
        assert command == "csperf"
        run = run_csperf(*arguments, cwd=tmp_path)
        assert run.code == 0, run.err
        assert "exempt" not in run.err
    run = run_csperf("score", "--month", "2025-06", "--format", "json", cwd=tmp_path)
    cards = {card["agent_id"]: card for card in json.loads(run.out)["agents"]}
    exempted = [name for name, card in cards.items() if card["unexempted"]]
    assert sorted(exempted) == ["A003", "A005", "A006"]
    assert all(cards[name]["score"] > cards[name]["unexempted"]["score"] for name in exempted)
    assert [cards["A003"]["unexempted"]["score"], cards["A003"]["score"]] == [86, 90]


@pytest.mark.parametrize("page", PAGES)
def test_every_key_is_named(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    example = next(block for block in read_blocks(page) if block.word == "exemptions")
    said = {key for entry in yaml.safe_load(example.text) for key in entry}
    assert [key for key in Entry.model_fields if key not in said and f"`{key}`" not in text] == []
