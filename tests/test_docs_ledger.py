"""docs/ledger: its commands work in their order, and what it says of the folder is so, in both languages."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from markdown_blocks import ROOT, read_blocks
from small_shop import run_csperf

PAGES = ("docs/ledger.md", "docs/ledger.zh-CN.md")
pages = pytest.mark.parametrize("page", PAGES)


def walk(page: str, folder: Path) -> Path:
    """Every line of the page's shell blocks; the folder that it ends in."""
    for line in (line for block in read_blocks(page) if block.language == "sh" for line in block.commands()):
        match line:
            case ["cd", name]:
                folder = (folder / name).resolve()
            case ["echo", text, ">>", file]:
                with (folder / file).open("a", encoding="utf-8") as opened:
                    opened.write(text + "\n")
            case ["cp", "-r", source, target]:
                shutil.copytree(folder / source, folder / target)
            case ["sha256sum", *_]:
                subprocess.run(line, cwd=folder, check=True)
            case ["csperf", *arguments]:
                run = run_csperf(*arguments, cwd=folder)
                assert run.code == 0, f"{line}: {run.out}{run.err}"
            case _:
                pytest.fail(f"nobody tries {line}")
    return folder


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="the page uses it")
@pages
def test_a_reader_can_follow_the_page(page: str, tmp_path: Path) -> None:
    shop = walk(page, tmp_path)

    month = shop / "ledger" / "2025-06"
    (adjustment,) = (month / "adjustments").iterdir()
    assert re.fullmatch(r"1-\d{4}-\d{2}-\d{2}", adjustment.name)
    assert "A003" in (adjustment / "differences.csv").read_text("utf-8")
    (query,) = (block.text for block in read_blocks(page) if block.language == "sql")
    found = duckdb.execute(query.replace("ledger/", f"{shop}/ledger/")).fetchall()
    assert len(found) == 13


@pages
def test_the_page_names_every_file(page: str, tmp_path: Path) -> None:
    text = (ROOT / page).read_text("utf-8")
    run_csperf("init", "shop", cwd=tmp_path)
    run_csperf("seal", "--month", "2025-06", cwd=tmp_path / "shop")

    names = {path.name for path in (tmp_path / "shop" / "ledger" / "2025-06").iterdir()}

    assert "exemptions.yaml" in text
    assert [name for name in sorted(names) if f"`{name}`" not in text and f"`{name}/`" not in text] == []


def test_both_pages_have_the_same_commands() -> None:
    words = [
        [line[:3] for block in read_blocks(page) if block.language == "sh" for line in block.commands()]
        for page in PAGES
    ]
    # The text that an adjustment is given differs, and nothing else.
    assert words[0] == words[1]
