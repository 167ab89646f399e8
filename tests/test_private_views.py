"""What is shown of one agent shows nothing of their colleagues: no id, no name, no alias, no mail."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from small_shop import SAMPLE, run_csperf

FORMATS = ["table", "json", "ndjson", "csv", "md", "xlsx"]
RUBRICS = ["aftersales-60-20-20", "ecommerce-30-40-20-10"]


def people_of(folder: Path) -> dict[str, list[str]]:
    """agent_id → id, name and aliases, as the roster has them."""
    lines = (folder / "roster.csv").read_text("utf-8-sig").splitlines()[1:]
    rows = [line.split(",") for line in lines]
    return {row[0]: [row[0], row[1], *row[-1].split(";")] for row in rows}


def colleagues_in(text: str, agent: str, folder: Path = SAMPLE) -> list[str]:
    """The words of a text that are a colleague's."""
    people = people_of(folder)
    return [word for who, known in people.items() if who != agent for word in known if word in text]


def unpack(content: bytes) -> str:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(book.read(name) for name in book.namelist())
    return content.decode("utf-8")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample shop with a name in its data that its roster does not have, and near which others are."""
    folder = shutil.copytree(SAMPLE, tmp_path_factory.mktemp("w") / "shop", ignore=shutil.ignore_patterns("year"))
    events = folder / "exports" / "events.csv"
    events.write_text(events.read_text("utf-8-sig").replace("A004", "刘羊"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("asked", [("A003", "--month", "2025-06"), ("A007", "--quarter", "2025Q2")], ids=" ".join)
def test_score_of_one_agent(shop: Path, format: str, asked: tuple[str, ...]) -> None:
    path = shop / f"out.{format}"
    run = run_csperf("score", "--agent", *asked, "--format", format, "-o", path.name, cwd=shop)

    said = run.out + run.err + unpack(path.read_bytes())

    assert run.code == 0
    assert asked[0] in said
    assert colleagues_in(said, asked[0]) == []
    assert "刘羊" not in said
    assert "机器人小蜜" not in said


def test_what_is_left_out_is_said_and_the_manager_sees_it(shop: Path) -> None:
    private = run_csperf("score", "--month", "2025-06", "--agent", "A003", cwd=shop)
    whole = run_csperf("score", "--month", "2025-06", cwd=shop)
    wordy = run_csperf("score", "--month", "2025-06", "--agent", "A003", "-v", cwd=shop)

    assert "that name people are left out" in private.err
    assert "刘羊" in whole.err
    assert "刘羊" in wordy.err
    assert "刘羊" not in wordy.out


@pytest.mark.parametrize("format", ["table", "json"])
@pytest.mark.parametrize("rubric", RUBRICS)
@pytest.mark.parametrize("asked", [("A003", "--month", "2025-06"), ("A007", "--quarter", "2025Q2")], ids=" ".join)
def test_explain(shop: Path, format: str, rubric: str, asked: tuple[str, ...]) -> None:
    run = run_csperf("explain", *asked, "--format", format, "--rubric", rubric, cwd=shop)

    assert run.code == 0
    assert asked[0] in run.out
    assert colleagues_in(run.out + run.err, asked[0]) == []


@pytest.mark.parametrize("rubric", RUBRICS)
def test_rows_behind_an_indicator(shop: Path, rubric: str) -> None:
    def explain(*flags: str) -> str:
        run = run_csperf("explain", "A003", "--month", "2025-06", "--rubric", rubric, *flags, cwd=shop)
        assert run.code == 0
        return run.out + run.err

    indicators = [line["name"] for line in json.loads(explain("--format", "json"))["agent"]["indicators"]]
    found = {
        indicator: colleagues_in(explain("--indicator", indicator, "--rows", "--format", "json"), "A003")
        for indicator in indicators
    }

    assert found == {indicator: [] for indicator in indicators}


@pytest.mark.parametrize("format", ["table", "md", "json"])
def test_coach(shop: Path, format: str) -> None:
    run = run_csperf("coach", "A003", "--month", "2025-06", "--format", format, cwd=shop)

    assert run.code == 0
    assert "A003" in run.out
    assert colleagues_in(run.out + run.err, "A003") == []
    assert "刘羊" not in run.out + run.err
