"""docs/cron.md and its Chinese page: the settings are valid, the logs are those of the sample shop, the units parse."""

from __future__ import annotations

import configparser
import datetime as dt
import shlex
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from csperf import unattended
from csperf.cli import options
from csperf.workspace import load_workspace
from markdown_blocks import ROOT, Block, read_blocks
from small_shop import SAMPLE, run_csperf

PAGES = ("docs/cron.md", "docs/cron.zh-CN.md")


def find_block(page: str, word: str) -> Block:
    (found,) = [block for block in read_blocks(page) if block.word == word]
    return found


def set_now(monkeypatch: pytest.MonkeyPatch, day: dt.date) -> None:
    now = dt.datetime.combine(day, dt.time(3, 0, 1), ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(unattended, "_now", lambda zone: now)
    monkeypatch.setattr(options, "_today", lambda zone: day)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shutil.copytree(SAMPLE, tmp_path / "shop", ignore=shutil.ignore_patterns("year"))


def test_both_pages_show_the_same() -> None:
    english, chinese = (
        [
            (block.language, block.word, block.text)
            for block in read_blocks(page)
            if block.language not in ("yaml", "sh")
        ]
        for page in PAGES
    )
    assert english == chinese


@pytest.mark.parametrize("page", PAGES)
def test_the_settings_are_valid_and_the_defaults(page: str, tmp_path: Path) -> None:
    (tmp_path / "csperf.yaml").write_text(find_block(page, "workspace").text, encoding="utf-8")

    content = load_workspace(tmp_path).content

    assert content.run == type(content.run)()


def test_the_log_is_that_of_the_sample_shop(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, word in ((dt.date(2025, 7, 6), "log"), (dt.date(2025, 7, 7), "again")):
        set_now(monkeypatch, day)
        run = run_csperf("run", "--month", "last", "--log", "run.log", cwd=shop)
        assert run.code == 0
        assert run.err == find_block(PAGES[0], word).text
    assert (shop / "run.log").read_text("utf-8") == "".join(find_block(PAGES[0], w).text for w in ("log", "again"))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_works(page: str, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_now(monkeypatch, dt.date(2025, 7, 6))
    commands = [line for block in read_blocks(page) if block.language == "sh" for line in block.commands()]
    codes = {tuple(line[1:3]): run_csperf(*line[1:], cwd=shop).code for line in commands}

    assert {line[0] for line in commands} == {"csperf"}
    assert codes == dict.fromkeys(codes, 0)
    assert len(codes) == 3


@pytest.mark.parametrize("page", PAGES)
def test_what_crontab_and_systemd_call_is_a_command_of_ours(page: str, shop: Path) -> None:
    crontab = find_block(page, "crontab").text.splitlines()[-1].split(maxsplit=5)[5]
    units = configparser.ConfigParser()
    units.optionxform = str  # type: ignore[assignment,method-assign]
    units.read_string(find_block(page, "csperf.service").text)
    timer = configparser.ConfigParser()
    timer.read_string(find_block(page, "csperf.timer").text)

    for line in (crontab, units["Service"]["ExecStart"]):
        words = [word.replace("/srv/shop", str(shop)) for word in shlex.split(line)]
        words[words.index("last")] = "2025-06"
        assert words[:2] == ["csperf", "run"]
        assert run_csperf(*words[1:], cwd=shop.parent).code == 0
    assert units["Service"]["SuccessExitStatus"] == "75"
    assert timer["Timer"]["OnCalendar"].endswith("Asia/Shanghai")


def test_every_exit_code_is_in_the_table() -> None:
    from csperf.cli.run import CODES

    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        assert all(f"\n| {code} | " in text for code in {*CODES.values(), 2, 3})
