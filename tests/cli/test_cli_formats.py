"""`csperf data formats`: the formats that are known, and one of them as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from csperf.shipped import shipped
from formats_at_hand import SHIPPED, load_shipped
from small_shop import run_csperf

OWN = "format: ours\ntable: surveys\ntitle: {zh-CN: 回访, en: Follow-up}\ncolumns: {survey_id: 编号}   # by hand\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "ours.yaml").write_bytes(OWN.encode())
    (tmp_path / "csperf.yaml").write_text(
        "rubric: aftersales-60-20-20\nsources:\n  surveys: {files: none.csv}\n", encoding="utf-8"
    )
    return tmp_path


def test_every_format_is_listed_those_of_the_workspace_first(shop: Path) -> None:
    listed = json.loads(run_csperf("data", "formats", cwd=shop).out)["formats"]
    assert {entry["name"] for entry in listed} == {"ours", *SHIPPED}
    assert listed[0] == {"name": "ours", "title": "Follow-up", "table": "surveys", "template": None}
    templates = {entry["name"] for entry in listed if entry["template"]}
    assert templates == {name for name in SHIPPED if load_shipped(name).template}


def test_names_and_titles_always_stand(shop: Path) -> None:
    wide, narrow = (
        run_csperf("data", "formats", "--format", "table", "--lang", "zh-CN", cwd=shop, env={"COLUMNS": width}).out
        for width in ("120", "50")
    )
    [line] = [line for line in wide.splitlines() if line.startswith("udesk-tickets")]
    assert line.split() == ["udesk-tickets", "Udesk", "工单（模板）", "tickets", "模板"]
    [line] = [line for line in narrow.splitlines() if line.startswith("udesk-tickets")]
    assert line.split() == ["udesk-tickets", "Udesk", "工单（模板）"]


@pytest.mark.parametrize("name", ["ours", "udesk-tickets"])
def test_a_format_is_written_as_it_is(shop: Path, name: str) -> None:
    own = shop / "formats" / f"{name}.yaml"
    path = own if own.is_file() else shipped("configs") / "exports" / f"{name}.yaml"
    assert run_csperf("data", "formats", name, "-o", "copies/copy.yaml", cwd=shop).code == 0
    assert (shop / "copies" / "copy.yaml").read_bytes() == path.read_bytes()
    assert run_csperf("data", "formats", name, cwd=shop).out == path.read_text(encoding="utf-8")


def test_a_format_that_nobody_knows_is_said(shop: Path) -> None:
    run = run_csperf("data", "formats", "udesk-ticket", cwd=shop)
    assert (run.code, run.out) == (1, "")
    assert 'no format "udesk-ticket" [format-unknown]\nhint: did you mean "udesk-tickets"?' in run.err
