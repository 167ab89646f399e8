"""Files that no format fits: what is proposed, what is asked, and that nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from csperf.exports.format_file import FormatFile
from csperf.intake.file_report import FileReport
from csperf.intake.proposal import Proposal
from csperf.pipeline import inspect_files
from csperf.session import Session
from csperf.workspace import load_workspace
from csperf.yaml_source import parse_yaml
from small_shop import SAMPLE

HEAD = "review_id,被评客服,reviewed_at,criterion,mark\n"


def report_on(folder: Path, text: str, name: str = "质检表.csv") -> FileReport:
    (folder / name).write_text(text, encoding="utf-8")
    workdir = folder / "workdir"
    workdir.mkdir()
    [report] = inspect_files(Session(load_workspace(SAMPLE), workdir), [folder / name], {})
    return report


def propose(folder: Path, text: str, name: str = "质检表.csv") -> Proposal:
    proposal = report_on(folder, text, name).proposal
    assert proposal is not None
    parse_yaml(proposal.text, "proposed.yaml")
    return proposal


def test_what_names_say_is_placed_and_the_rest_is_asked(tmp_path: Path) -> None:
    found = propose(tmp_path, HEAD + "1,李娜,2025-06-01,tone,90\n2,王芳,2025-06-02,tone,-\n")
    assert (found.table, found.missing, found.unplaced) == ("qa_reviews", ("agent_id",), ("被评客服",))
    assert not found.is_complete
    assert found.text == (
        "format: 质检表\ntable: qa_reviews\ncolumns:\n  review_id: review_id\n  reviewed_at: reviewed_at\n"
        "  criterion: criterion\n  mark: mark\n  # agent_id: …   # required\n  # …: 被评客服\nmissing: [\"-\"]\n"
    )  # fmt: skip


def test_complete_proposal_is_a_format(tmp_path: Path) -> None:
    found = propose(tmp_path, HEAD.replace("被评客服", "客服昵称") + "1,李娜,2025-06-01,tone,90\n")
    assert found.is_complete
    format_ = FormatFile.model_validate(parse_yaml(found.text, "proposed.yaml").data)
    assert format_.columns["agent_id"].from_ == ["客服昵称"]


@pytest.mark.parametrize(
    ("dates", "said"), [(("13/06/2025", "01/06/2025"), "day-first"), (("06/13/2025", "06/01/2025"), "month-first")]
)
def test_order_of_dates_is_settled_by_dates_that_have_one_order_only(
    dates: tuple[str, str], said: str, tmp_path: Path
) -> None:
    rows = "".join(f"{number},李娜,{date},tone,90\n" for number, date in enumerate(dates))
    found = propose(tmp_path, HEAD.replace("被评客服", "客服昵称") + rows)
    assert f"\ndates: {said}\n" in found.text
    assert found.is_complete


def test_dates_in_several_orders_are_asked_with_both_readings(tmp_path: Path) -> None:
    found = propose(tmp_path, HEAD.replace("被评客服", "客服昵称") + "1,李娜,03/04/2025,tone,90\n")
    assert not found.is_complete
    [one] = found.open
    assert (one.column, [way.settings for way in one.ways]) == (
        "reviewed_at", ["dates: month-first", "dates: day-first"],
    )  # fmt: skip
    assert [str(way.values[0][1])[:10] for way in one.ways] == ["2025-03-04", "2025-04-03"]
    assert "\ndates:" not in found.text
    assert "\n  reviewed_at:" not in found.text


REPORT = "agent_id,date,{header}\n李娜,2025-06-01,{cell}\n王芳,2025-06-01,{cell}\n"


@pytest.mark.parametrize(
    ("header", "cell", "line"),
    [
        ("reply_rate", "98.5%", "  reply_rate: {from: reply_rate, percent: with_sign}"),
        ("平均响应(秒)", "12.5", "  average_reply_seconds: {from: 平均响应(秒), unit: s}"),
        ("average_reply_seconds", "1分23秒", "  average_reply_seconds: {from: average_reply_seconds, duration: words}"),
        (
            "average_reply_seconds",
            "00:01:23",
            "  average_reply_seconds: {from: average_reply_seconds, duration: clock}",
        ),
    ],
)
def test_form_that_nothing_else_can_be_is_settled(header: str, cell: str, line: str, tmp_path: Path) -> None:
    text = REPORT.format(header=header, cell=cell).replace("agent_id", "客服昵称").replace("date", "Date")
    found = propose(tmp_path, text)
    assert line in found.text.splitlines()


@pytest.mark.parametrize(("header", "cell"), [("reply_rate", "0.985"), ("reply_rate", "98.5"), ("reply_rate", "1")])
def test_bare_number_is_never_taken_for_a_share_unasked(header: str, cell: str, tmp_path: Path) -> None:
    text = REPORT.format(header=header, cell=cell).replace("agent_id", "客服昵称")
    found = propose(tmp_path, text)
    assert [one.column for one in found.open] == ["reply_rate"]
    assert not found.is_complete


def test_duration_without_a_unit_is_asked(tmp_path: Path) -> None:
    [one] = propose(tmp_path, REPORT.format(header="全天平响时长", cell="12").replace("agent_id", "客服昵称")).open
    assert {way.settings for way in one.ways} >= {"unit: min", "unit: h"}


def test_day_of_a_report_may_stand_in_the_files_name(tmp_path: Path) -> None:
    found = propose(tmp_path, "客服昵称,接待人数,备注一,备注二,备注三\n李娜,5,a,b,c\n", "日报2025-06-01.csv")
    assert "  # date: {file_name: first_day}   # required" in found.text.splitlines()


def test_nothing_is_proposed_where_no_header_is_known(tmp_path: Path) -> None:
    report = report_on(tmp_path, "甲,乙\n1,2\n")
    assert (report.proposal, report.name, report.inspection.format) == (None, None, None)
