"""Every YAML example of the guides is a valid file, and every points table beside one is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from csperf.cli import main
from csperf.engines.polars_sql import check_sql
from csperf.exports.format_file import load_format
from csperf.rubric.catalogue import load_catalogue
from csperf.rubric.load import LoadedRubric, load_rubric
from csperf.rubric.quantities import parse_quantity, unit_factor
from csperf.scoring.cards import Agent, Measurement
from csperf.scoring.score import score_agents
from csperf.shipped import shipped
from csperf.tables import TABLES
from csperf.workspace import load_workspace
from markdown_blocks import ROOT, Block, read_blocks

GUIDES = ("docs/rubric.md", "docs/formats.md", "docs/guide.zh-CN.md")
HEAD: dict[str, Any] = {
    "name": "example",
    "version": "1",
    "title": "Example",
    "grades": [{"name": "any", "min": 0}],
}
FILLER = "exam_score"


def blocks(word: str) -> list[Block]:
    """The YAML examples of one sort in all guides."""
    found = [block for page in GUIDES for block in read_blocks(page) if (block.language, block.word) == ("yaml", word)]
    assert found
    return found


def write_rubric(folder: Path, block: Block, **changes: Any) -> Path:
    """A whole rubric around an example of indicators; a filler takes the weight that they leave."""
    indicators = yaml.safe_load(block.text)
    for indicator in indicators.values():
        indicator["score"] |= changes
    weight = sum(indicator["weight"] for indicator in indicators.values())
    indicators[FILLER] = {"weight": 100 - weight, "target": ">= 80", "score": {"attain": {}}}
    measures = {name: entry for one in blocks("measures") for name, entry in yaml.safe_load(one.text).items()}
    named = {name: entry for name, entry in measures.items() if name in indicators}
    rubric = HEAD | {"measures": named, "dimensions": {"all": {"weight": 100, "indicators": indicators}}}
    path = folder / "example.yaml"
    path.write_text(yaml.safe_dump(rubric, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def load(path: Path) -> LoadedRubric:
    """A rubric over the shipped measures; raises ProblemsFound."""
    return load_rubric(path, load_catalogue([shipped("configs") / "measures.yaml"]), check_sql, path.name)


def test_every_example_says_what_it_is() -> None:
    words = {block.word for page in GUIDES for block in read_blocks(page) if block.language == "yaml"}
    assert words == {"rubric", "indicators", "measures", "workspace", "format"}


@pytest.mark.parametrize("block", blocks("rubric"))
def test_whole_rubrics_are_valid(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("example.yaml").write_text(block.text, encoding="utf-8")

    assert main(["rubric", "validate", "example.yaml"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("block", blocks("indicators"), ids=lambda block: next(iter(yaml.safe_load(block.text))))
def test_indicators_are_valid(block: Block, tmp_path: Path) -> None:
    warnings = load(write_rubric(tmp_path, block)).warnings
    assert {warning.code for warning in warnings} <= {"rubric-relative"}


@pytest.mark.parametrize("block", blocks("measures"))
def test_measures_are_valid(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    Path("measures.yaml").write_text(block.text, encoding="utf-8")
    workspace = Path("csperf.yaml")
    workspace.write_text("measures: measures.yaml\n" + workspace.read_text(encoding="utf-8"), encoding="utf-8")

    assert main(["rubric", "validate", "-v"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("block", blocks("format"), ids=lambda block: yaml.safe_load(block.text)["format"])
def test_formats_are_valid(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(block.text, encoding="utf-8")
    load_format(path)


@pytest.mark.parametrize("block", blocks("workspace"))
def test_workspaces_are_valid(block: Block, tmp_path: Path) -> None:
    (tmp_path / "csperf.yaml").write_text(block.text, encoding="utf-8")
    load_workspace(tmp_path)


def test_the_chinese_guide_names_every_table() -> None:
    guide = (ROOT / "docs" / "guide.zh-CN.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)` \|", guide.partition("\n## 数据表\n")[2], re.MULTILINE)
    assert sorted(named) == sorted(TABLES)


def read_points(block: Block) -> Iterator[tuple[str, str, str]]:
    """(value, column heading, points) of the table that follows an example."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in block.after.splitlines()
        if line.startswith("|")
    ]
    if lines and lines[0][0] == "value":
        for value, *cells in lines[2:]:
            for heading, points in zip(lines[0][1:], cells, strict=True):
                yield value, heading, points


POINTS = [(block, *row) for block in blocks("indicators") for row in read_points(block)]


@pytest.mark.parametrize(("block", "value", "heading", "points"), POINTS)
def test_points_tables_are_right(block: Block, value: str, heading: str, points: str, tmp_path: Path) -> None:
    changes = {} if heading == "points" else {"step": heading}
    scheme = load(write_rubric(tmp_path, block, **changes))
    (name,) = (name for _, name, _ in scheme.rubric.indicators() if name != FILLER)
    exact = parse_quantity(value).value / unit_factor(scheme.measures[name].unit)
    measurements = {
        ("A001", name): Measurement("A001", name, exact, sample_size=100),
        ("A001", FILLER): Measurement("A001", FILLER, Fraction(80), sample_size=1),
    }

    (card,) = score_agents(scheme.rubric, scheme.measures, measurements, [Agent("A001")])

    (shown,) = (one.points for one in card.indicators if one.name == name)
    assert shown == Decimal(points)


def test_there_are_points_tables() -> None:
    assert len(POINTS) > 25
    assert all(re.fullmatch(r"\d+\.\d\d", points) for *_, points in POINTS)
