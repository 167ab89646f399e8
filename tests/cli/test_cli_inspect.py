"""`csperf data inspect`: what it prints, and what `--write` does to csperf.yaml."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from formats_at_hand import FIXTURES, write_export
from small_shop import SAMPLE, run_csperf

GOLDEN = Path(__file__).parents[1] / "golden" / "inspect"
FIXTURE = {fixture.format: fixture for fixture in FIXTURES}
YAML = """\
zone: Asia/Shanghai   # ours
rubric: aftersales-60-20-20
sources:
  roster: {files: roster.csv}   # who is who
"""
SHOWN = {
    "qianniu": ("qianniu-performance", "zh-CN"),
    "zendesk": ("zendesk-tickets", "en"),
    "freshdesk": ("freshdesk-tickets", "en"),
    "feedback": ("amazon-feedback", "zh-CN"),
    "account-health": ("amazon-account-health", "en"),
}
"""Golden file → the export that it shows, and in which language."""
UNKNOWN = """\
客服满意度回访
编号,客服昵称,responded_at,满意度,备注
1,李娜,03/04/2025 10:00,98.5,好
2,王芳,05/04/2025 11:30,90,
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "csperf.yaml").write_text(YAML, encoding="utf-8")
    (folder / "roster.csv").write_text("agent_id,name\nA1,李娜\n", encoding="utf-8")
    return folder


def put(format_: str, folder: Path) -> str:
    return write_export(FIXTURE[format_], folder).name


def read(folder: Path) -> str:
    return (folder / "csperf.yaml").read_text(encoding="utf-8")


def check_golden(name: str, found: str, update: bool) -> None:
    path = GOLDEN / name
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8", newline="")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHOWN)
def test_export_is_shown_as_recorded(
    name: str, shop: Path, update_golden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    format_, lang = SHOWN[name]
    run = run_csperf("data", "inspect", put(format_, shop), "--lang", lang, cwd=shop)
    assert (run.code, run.err) == (0, "")
    check_golden(f"{name}.txt", run.out, update_golden)


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_unknown_file_is_shown_as_recorded(
    lang: str, shop: Path, update_golden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (shop / "回访.csv").write_bytes(UNKNOWN.encode("gb18030"))
    run = run_csperf("data", "inspect", "回访.csv", "--lang", lang, cwd=shop)
    assert run.code == 0
    check_golden(f"unknown.{lang}.txt", run.out, update_golden)


def test_several_files_as_data(shop: Path) -> None:
    names = [put("chitu-agents", shop), put("amazon-orders", shop)]
    run = run_csperf("data", "inspect", *names, "--format", "json", cwd=shop)
    found = json.loads(run.out)
    assert found["schema"] == "csperf/inspect/v1"
    assert [(one["file"], one["format"], one["table"], one["confidence"]) for one in found["files"]] == [
        (names[0], "chitu-agents", "agent_metrics", "sure"), (names[1], "amazon-orders", "orders", "sure"),
    ]  # fmt: skip
    cells = found["files"][0]["rows"][0]["cells"]
    assert cells["agent_id"]["value"] == cells["agent_id"]["raw"]
    assert cells["satisfaction_rate"] == {"raw": "88.00%", "value": "0.88", "code": None}
    assert "satisfaction_rate_reported" in found["files"][0]["measures"]["fed"]
    assert found["files"][0]["source"] == {
        "name": "agent_metrics",
        "files": "客服绩效[0-9]*.xlsx",
        "format": "chitu-agents",
    }


def test_five_rows_are_shown_with_what_is_wrong_in_them(shop: Path) -> None:
    name = put("chitu-agents", shop)
    [found] = json.loads(run_csperf("data", "inspect", name, "--format", "json", cwd=shop).out)["files"]
    assert 1 < len(found["rows"]) <= 5
    codes = {cell["code"] for row in found["rows"] for cell in row["cells"].values()}
    assert "data-out-of-range" in codes
    assert not [row for row in found["rows"] if row["cells"]["agent_id"]["raw"] in ("汇总", "均值")]


def test_it_needs_no_workspace(tmp_path: Path) -> None:
    name = put("qianniu-reception", tmp_path)
    run = run_csperf("data", "inspect", name, "--lang", "en", cwd=tmp_path)
    assert (run.code, run.err) == (0, "")
    assert "qianniu-reception" in run.out
    assert 'files: "咨询接待分析[0-9]*.xlsx"' in run.out
    refused = run_csperf("data", "inspect", name, "--write", cwd=tmp_path)
    assert (refused.code, refused.out) == (1, "")
    assert "[inspect-no-workspace]" in refused.err
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_write_adds_sources_that_then_can_be_read(shop: Path) -> None:
    names = [put(format_, shop) for format_ in ("qianniu-performance", "chitu-agents", "amazon-orders")]
    run = run_csperf("data", "inspect", *names, "--write", "--lang", "en", cwd=shop)
    assert run.code == 0
    assert read(shop) == YAML + (
        '  agent_metrics: {files: "客服绩效_*.xlsx", format: qianniu-performance}\n'
        '  agent_metrics-chitu: {files: "客服绩效[0-9]*.xlsx", format: chitu-agents}\n'
        f"  orders: {{files: {names[2]}, format: amazon-orders}}\n"
    )
    checked = run_csperf("data", "check", "--format", "json", "-q", cwd=shop)
    assert checked.code == 0
    assert {one["name"] for one in json.loads(checked.out)["sources"]} >= {
        "agent_metrics", "agent_metrics-chitu", "orders",
    }  # fmt: skip
    again = run_csperf("data", "inspect", *names, "--write", "--lang", "en", cwd=shop)
    assert (again.code, again.err.count("already")) == (0, 3)
    assert read(shop).count("chitu") == 2


def test_same_export_of_another_month_joins_its_source(shop: Path) -> None:
    name = put("chitu-agents", shop)
    other = name.replace("06-", "07-")
    (shop / other).write_bytes((shop / name).read_bytes())
    run = run_csperf("data", "inspect", name, other, "--write", "--lang", "en", cwd=shop)
    assert run.code == 0
    assert f"  agent_metrics: {{files: [{name}, {other}], format: chitu-agents}}\n" in read(shop)


@pytest.mark.parametrize(
    ("format_", "flag", "said"),
    [
        ("amazon-feedback", "--marketplace", "US"),
        ("freshdesk-tickets", "--dates", "day-first"),
    ],
)
def test_what_is_open_is_not_written_until_it_is_said(format_: str, flag: str, said: str, shop: Path) -> None:
    name = put(format_, shop)
    run = run_csperf("data", "inspect", name, "--write", "--lang", "en", cwd=shop)
    assert (run.code, read(shop)) == (1, YAML)
    assert "not added" in run.err
    answered = run_csperf("data", "inspect", name, "--write", flag, said, "--lang", "en", cwd=shop)
    assert answered.code == 0, answered.err
    assert f"{flag.removeprefix('--')}: {said}}}" in read(shop)


def test_encoding_is_asked_for_and_written(shop: Path) -> None:
    rows = "ticket_id,agent_id,created_at\nT1,Jürgen Müller,2025-06-02 10:00\n"
    (shop / "desk.csv").write_bytes(rows.encode("cp1252"))
    asked = run_csperf("data", "inspect", "desk.csv", "--write", "--lang", "en", cwd=shop)
    assert (asked.code, read(shop)) == (1, YAML)
    assert '"Jürgen Müller" in cp1252' in asked.err
    answered = run_csperf("data", "inspect", "desk.csv", "--write", "--encoding", "cp1252", "--lang", "en", cwd=shop)
    assert answered.code == 0, answered.err
    assert "encoding: cp1252}" in read(shop)
    assert "Jürgen Müller" in run_csperf("data", "inspect", "desk.csv", "--lang", "en", cwd=shop).out
    assert run_csperf("data", "inspect", "desk.csv", "--encoding", "cp1522", cwd=shop).code == 2


def test_answer_is_written_only_where_the_format_asks(shop: Path) -> None:
    names = [put("amazon-feedback", shop), put("amazon-orders", shop), put("qianniu-reception", shop)]
    answers = ("--marketplace", "US", "--zone", "America/New_York")
    assert run_csperf("data", "inspect", *names, "--write", *answers, "--lang", "en", cwd=shop).code == 0
    assert read(shop).removeprefix(YAML) == (
        f"  surveys: {{files: {names[0]}, format: amazon-feedback, zone: America/New_York, marketplace: US}}\n"
        f"  orders: {{files: {names[1]}, format: amazon-orders, zone: America/New_York}}\n"
        '  agent_metrics: {files: "咨询接待分析[0-9]*.xlsx", format: qianniu-reception}\n'
    )


def test_wrong_zone_is_wrong_usage(shop: Path) -> None:
    run = run_csperf("data", "inspect", put("amazon-orders", shop), "--zone", "Mars/Base", cwd=shop)
    assert run.code == 2
    assert "Mars/Base" in run.err


def test_format_that_is_proposed_whole_is_written(shop: Path) -> None:
    text = "review_id,客服昵称,reviewed_at,criterion,mark\n1,李娜,13/04/2025 10:00,tone,90\n"
    (shop / "质检.csv").write_text(text, encoding="utf-8")
    run = run_csperf("data", "inspect", "质检.csv", "--write", "--lang", "en", cwd=shop)
    assert run.code == 0
    assert (shop / "formats" / "质检.yaml").is_file()
    assert "qa_reviews: {files: 质检.csv, format: 质检}" in read(shop)
    checked = json.loads(run_csperf("data", "check", "--format", "json", "-q", cwd=shop).out)["sources"]
    assert [one["accepted"] for one in checked if one["name"] == "qa_reviews"] == [1]


def test_unknown_file_is_not_written(shop: Path) -> None:
    (shop / "回访.csv").write_bytes(UNKNOWN.encode("gb18030"))
    run = run_csperf("data", "inspect", "回访.csv", "--write", "--lang", "en", cwd=shop)
    assert (run.code, read(shop)) == (1, YAML)
    assert "no known format fits" in run.err
    assert not (shop / "formats").exists()


def test_sources_in_braces_are_left_to_a_person(shop: Path) -> None:
    text = "rubric: aftersales-60-20-20\nsources: {roster: {files: roster.csv}}\n"
    (shop / "csperf.yaml").write_text(text, encoding="utf-8")
    run = run_csperf("data", "inspect", put("amazon-orders", shop), "--write", "--lang", "en", cwd=shop)
    assert (run.code, read(shop)) == (1, text)
    assert "  orders:\n    files: 50012025063001.txt\n    format: amazon-orders\n" in run.err


def test_own_format_is_known_by_the_name_it_is_asked_for_by() -> None:
    run = run_csperf("data", "inspect", SAMPLE / "exports/daily-report-2025q2.csv", "--format", "json")
    [found] = json.loads(run.out)["files"]
    assert (found["format"], found["read_by"]) == ("daily-report", "agent_metrics")


def test_name_with_signs_of_a_pattern_stands_for_that_file_alone(shop: Path) -> None:
    name = put("amazon-orders", shop)
    (shop / name).rename(shop / "orders[1].txt")
    run = run_csperf("data", "inspect", "orders[1].txt", "--write", "--lang", "en", cwd=shop)
    assert run.code == 0
    assert "already" in run_csperf("data", "inspect", "orders[1].txt", "--lang", "en", cwd=shop).out
