"""The commands that a table names: pasted, they answer for the same period, rubric and folder."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from pathlib import Path
from unittest.mock import patch

import pytest

from csperf.render.commands import quote_word
from small_shop import RUBRIC, SURVEYS, run_csperf, write_workspace


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = write_workspace(tmp_path / "my shop", {"surveys": SURVEYS})
    milder = RUBRIC.replace("name: small", "name: milder") + "rollup: {method: pooled}\n"
    (folder / "the other.yaml").write_text(milder, "utf-8")
    return folder


def commands_named(*arguments: str | Path, cwd: Path) -> list[list[str]]:
    run = run_csperf(*arguments, "-q", "--lang", "en", "--format", "table", cwd=cwd, env={"COLUMNS": "20"})
    assert run.code == 0, run.err
    return [shlex.split(line.partition(": ")[2]) for line in run.out.splitlines() if ": csperf " in line]


def test_what_was_asked_is_repeated(shop: Path) -> None:
    asked = ["-C", "my shop", "--quarter", "2025Q2", "--as-of", "2025-06-20", "--rubric", str(shop / "the other.yaml")]
    seen, explained = commands_named("score", *asked, cwd=shop.parent)
    assert seen == ["csperf", "score", *asked, "--format", "csv"]
    assert explained[3:] == asked
    card = json.loads(run_csperf(*explained[1:], "--format", "json", "-q", cwd=shop.parent).out)
    assert card["rubric"]["name"] == "milder"
    assert card["period"]["label"] == "2025Q2"


@pytest.mark.parametrize("flag", [("--year", "2025"), ("--month", "2025-06")])
def test_only_what_was_asked_is_repeated(shop: Path, flag: tuple[str, str]) -> None:
    assert commands_named("score", *flag, cwd=shop)[0] == ["csperf", "score", *flag, "--format", "csv"]


@pytest.mark.parametrize(("flags", "today"), [((), dt.date(2025, 7, 2)), (("--month", "this"), dt.date(2025, 6, 20))])
def test_the_month_that_was_meant_stands_so_that_it_is_the_same_tomorrow(
    shop: Path, flags: tuple[str, ...], today: dt.date
) -> None:
    with patch("csperf.cli.options._today", return_value=today):
        seen, _ = commands_named("score", *flags, cwd=shop)
    assert seen == ["csperf", "score", "--month", "2025-06", "--format", "csv"]


def test_a_simulation_names_both_rubrics(shop: Path) -> None:
    asked = ["--month", "2025-06", "--rubric", "the other.yaml", "--against", "rubric.yaml"]
    (again,) = commands_named("simulate", *asked, cwd=shop)
    assert again == ["csperf", "simulate", *asked, "--format", "csv"]


@pytest.mark.parametrize(
    ("text", "posix", "windows"),
    [
        ("A001", "A001", "A001"),
        ("售后一组", "售后一组", "售后一组"),
        ("my shop", "'my shop'", '"my shop"'),
        ("$(x)", "'$(x)'", '"$(x)"'),
    ],
)
def test_a_word_is_quoted_as_its_shell_wants(
    text: str, posix: str, windows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, quoted in (("posix", posix), ("nt", windows)):
        with monkeypatch.context() as shell:
            shell.setattr("csperf.render.commands.os.name", name)
            said = quote_word(text)
        assert said == quoted
