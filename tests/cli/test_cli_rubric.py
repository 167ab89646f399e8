"""`csperf rubric` with rubrics that extend others."""

import json
from pathlib import Path

import pytest

from csperf.cli import main

OURS = """\
name: ours
version: "1"
extends: aftersales-60-20-20
dimensions:
  performance:
    indicators:
      csat: {target: ">= 92%"}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("rubrics").mkdir()
    Path("rubrics/ours.yaml").write_text(OURS, encoding="utf-8")
    Path("csperf.yaml").write_text("rubric: ours\nsources:\n  surveys: {files: none.csv}\n", encoding="utf-8")
    return tmp_path


def test_list_names_source_and_base(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rubric", "list", "--lang", "en"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    ours, base = (lines[name].split("  ") for name in ("ours", "aftersales-60-20-20"))
    assert [cell.strip() for cell in ours if cell.strip()] == [
        "ours", "After-sales performance 60/20/20", "seed 002", "extends aftersales-60-20-20", "rubrics/ours.yaml",
    ]  # fmt: skip
    assert [cell.strip() for cell in base if cell.strip()] == [
        "aftersales-60-20-20", "After-sales performance 60/20/20", "seed 002",
    ]  # fmt: skip


def test_show_tells_where_each_value_is_written(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rubric", "show", "--format", "json"]) == 0
    outline = json.loads(capsys.readouterr().out)
    csat, timely, *_ = outline["dimensions"][0]["indicators"]
    assert (outline["extends"], csat["target"]) == ("aftersales-60-20-20", ">= 92%")
    assert csat["written_in"]["target"] == "ours"
    assert set(timely["written_in"].values()) == {"aftersales-60-20-20"}

    assert main(["rubric", "show", "--format", "md", "--lang", "en"]) == 0
    assert "- **Written**: target here; the rest in aftersales-60-20-20\n" in capsys.readouterr().out


def test_validate_finds_the_base_by_name(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rubric", "validate", "rubrics/ours.yaml"]) == 0
    assert capsys.readouterr().err == ""


def test_a_rubric_that_stands_in_the_place_of_a_shipped_one_cannot_extend_it(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("rubrics/aftersales-60-20-20.yaml")
    path.write_text(OURS.replace("name: ours", "name: aftersales-60-20-20"), encoding="utf-8")
    assert main(["rubric", "validate", str(path)]) == 1
    assert "[rubric-extends-cycle]" in capsys.readouterr().err
