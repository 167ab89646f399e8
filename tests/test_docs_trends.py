"""docs/trends: its commands work, in both languages the same, and its tables are what they print."""

from __future__ import annotations

from pathlib import Path

import pytest

from csperf.cli import main
from markdown_blocks import read_blocks

PAGES = {"en": "docs/trends.md", "zh-CN": "docs/trends.zh-CN.md"}


def list_commands(page: str) -> list[list[str]]:
    return [words for block in read_blocks(page) if block.language == "sh" for words in block.commands()]


@pytest.mark.parametrize("lang", PAGES)
def test_the_commands_work_and_print_what_the_page_shows(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in list_commands(PAGES[lang]):
        match words:
            case ["export", setting]:
                monkeypatch.setenv(*setting.split("=", 1))
            case ["cd", folder]:
                monkeypatch.chdir(folder)
            case ["csperf", *arguments]:
                assert main(arguments) == 0, " ".join(words)
    (shown,) = (block.text for block in read_blocks(PAGES[lang]) if block.language == "text")
    (compared,) = (words for words in list_commands(PAGES[lang]) if "--since" in words)
    monkeypatch.setenv("COLUMNS", "80")
    capsys.readouterr()
    main([*compared[1:], "--format", "table"])
    assert shown in capsys.readouterr().out


def test_both_pages_have_the_same_commands() -> None:
    def without_words(page: str) -> list[list[str]]:
        named = [words for words in list_commands(page) if words[0] != "export"]
        return [["…" if before == "--event" else word for before, word in zip(["", *words], words, strict=False)]
                for words in named]  # fmt: skip

    assert without_words(PAGES["en"]) == without_words(PAGES["zh-CN"])
