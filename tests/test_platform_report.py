"""One report of a platform alone, a row per agent and no tickets, scored by the e-commerce scheme."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from small_shop import run_csperf

# Invented rows under the headers of a Chitu report, with some of its columns and the period in the file's name.
CHITU = [
    ["客服昵称", "聊天人数(原咨询人数)", "接待人数", "客服消息数", "未回复人数", "首次响应(秒)", "平均响应(秒)",
     "询单人数", "询单->最终付款转化率", "销售额", "销售订单数", "服务满意度评价很满意", "服务满意度评价满意",
     "服务满意度评价一般", "服务满意度评价不满", "服务满意度评价很不满意", "上班天数"],
    ["样例:小伟", 820, 812, 3200, 8, 21.5, 34.5, 52, "19.23%", 6804, 21, 60, 28, 8, 3, 1, 21],
    ["样例:娜娜", 905, 904, 4010, 1, 12, 14.2, 61, "26.23%", 9920, 31, 88, 10, 2, 0, 0, 22],
    ["样例:石头", 640, 610, 2100, 30, 40, 66, 40, "10.00%", 1500, 5, "延迟统计", 20, 9, 8, 3, 18],
    ["汇总", 2365, 2326, 9310, 39, "", "", 153, "", 18224, 57, "", "", "", "", "", ""],
    ["均值", 788, 775, 3103, 13, 24, 38, 51, "", 6074, 19, "", "", "", "", "", ""],
]  # fmt: skip
# The scheme's uplift is by customers who paid; this report has orders alone.
BY_ORDER = """\
name: by-order
version: "1"
extends: ecommerce-30-40-20-10
title: By order
measures:
  average_order_uplift_reported:
    {title: Uplift, definition: by order, source: "-", unit: "%", better: higher,
     derived: sales_per_order_reported / average_order_baseline - 1}
"""
WORKSPACE = """\
zone: Asia/Shanghai
rubric: ecommerce-30-40-20-10
sources:
  agent_metrics: {{files: "report*", format: {format}}}
"""
# Invented rows under the headers of Qianniu's 客服绩效: two days, so that rates have to be weighted.
QIANNIU_HEADERS = "旺旺昵称,询单人数,询单最终付款人数,询单最终付款金额,首次响应时长（秒),平均响应时长（秒),客户满意率"
QIANNIU = {"2025-06-01": "样例:小伟,10,4,1200,20,30,90.00%", "2025-06-02": "样例:小伟,90,16,5400,30,40,80.00%"}


# Invented: who chats, who answers mail, and who has hardly begun.
ROLES = """\
日期,客服,消息数,平均响应,会话数,工时
2025-06-01,小伟,2000,14,1600,80
2025-06-01,石头,400,1500,400,80
2025-06-01,新人,60,10,60,2
"""
ROLES_FORMAT = """\
format: roles
table: agent_metrics
columns:
  agent_id: 客服
  date: 日期
  message_count: 消息数
  average_reply_seconds: {from: 平均响应, unit: s}
  session_count: 会话数
  worked_hours: 工时
"""
ROSTER = "agent_id,name,role\n小伟,小伟,客服\n石头,石头,邮件客服\n新人,新人,客服\n"


def write_shop(folder: Path, format_: str) -> Path:
    (folder / "csperf.yaml").write_text(WORKSPACE.format(format=format_), encoding="utf-8")
    return folder


@pytest.fixture
def chitu(tmp_path: Path) -> Path:
    with xlsxwriter.Workbook(tmp_path / "report2025-06-01至2025-06-30.xlsx") as book:
        sheet = book.add_worksheet("客服绩效")
        for number, row in enumerate(CHITU):
            sheet.write_row(number, 0, row)
    return write_shop(tmp_path, "chitu-agents")


def score(folder: Path, *flags: str) -> dict[str, Any]:
    run = run_csperf("score", "--month", "2025-06", "--format", "json", *flags, cwd=folder)
    assert run.code == 0, run.err
    return {card["agent_id"]: card for card in json.loads(run.out)["agents"]}


def indicator(card: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in card["indicators"] if one["name"] == name)
    return found


def test_report_alone_gives_scores_and_says_how_much_of_the_scheme_they_cover(chitu: Path) -> None:
    cards = score(chitu)
    assert set(cards) == {"样例:小伟", "样例:娜娜", "样例:石头"}  # totals are no agents
    wei = cards["样例:小伟"]
    assert indicator(wei, "satisfaction_reported")["numerator"] == 60 + 28
    assert indicator(wei, "satisfaction_reported")["denominator"] == 60 + 28 + 8 + 3 + 1
    conversion = indicator(wei, "conversion_rate")
    assert (conversion["numerator"], conversion["denominator"]) == (10, 52)  # 19.23 % of 52 who asked
    # What the report cannot tell is not scored; nobody is given full marks for trainings that no file records.
    known = {one["name"] for one in wei["indicators"] if one["points"] is not None}
    assert known == {
        "average_reply_reported", "satisfaction_reported", "positive_rate_reported", "conversion_rate",
    }  # fmt: skip
    assert indicator(wei, "training_attendance")["reason"].startswith("not measured")
    weights = sum(Fraction(str(one["weight"])) for one in wei["indicators"] if one["name"] in known)
    assert Fraction(str(wei["coverage"])) == weights / 100
    assert wei["coverage"] < 1
    assert any("of 100" in note for note in wei["notes"])
    assert Fraction(str(wei["score"])) == sum(Fraction(str(one["points"] or 0)) for one in wei["indicators"])


def test_value_of_an_order_is_no_value_of_a_customer(chitu: Path) -> None:
    """Customers may order twice, so a report of orders alone gives no uplift until the scheme goes by orders."""
    uplift = indicator(score(chitu)["样例:小伟"], "average_order_uplift_reported")
    assert (uplift["value"], uplift["status"]) == (None, "missing")
    (chitu / "rubrics").mkdir()
    (chitu / "rubrics" / "by-order.yaml").write_text(BY_ORDER, encoding="utf-8")
    uplift = indicator(score(chitu, "--rubric", "by-order")["样例:小伟"], "average_order_uplift_reported")
    assert uplift["value"] == float(Fraction(6804, 21) / 300 - 1)


def test_mail_has_targets_and_tiers_of_its_own_and_speed_needs_a_sample(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text(ROLES, encoding="utf-8")
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "roles.yaml").write_text(ROLES_FORMAT, encoding="utf-8")
    write_shop(tmp_path, "roles.yaml")
    with (tmp_path / "csperf.yaml").open("a", encoding="utf-8") as workspace:
        workspace.write("  roster: {files: roster.csv}\n")
    cards = score(tmp_path)
    found = {who: indicator(card, "average_reply_reported") for who, card in cards.items()}
    assert {who: (card["variant"], found[who]["tier"]) for who, card in cards.items()} == {
        "小伟": (None, "excellence"), "石头": ("mail", "excellence"), "新人": (None, "excellence"),
    }  # fmt: skip
    for name in ("average_reply_reported", "sessions_per_hour_reported"):  # 25 minutes, and 5 sessions an hour
        line = indicator(cards["石头"], name)
        assert line["points"] == line["max_points"]
    awards = {who: [one["name"] for one in card["outcomes"] if one["kind"] == "award"] for who, card in cards.items()}
    assert awards == {"小伟": ["quick_response"], "石头": [], "新人": []}


def test_count_that_the_platform_has_not_made_yet_is_not_zero(chitu: Path) -> None:
    stone = score(chitu)["样例:石头"]
    assert indicator(stone, "satisfaction_reported")["status"] == "missing"
    assert indicator(stone, "average_reply_reported")["value"] == 66


def test_days_weigh_by_their_counts_and_a_report_of_rates_alone_gives_no_score(tmp_path: Path) -> None:
    for day, row in QIANNIU.items():
        (tmp_path / f"report{day}.csv").write_bytes(f"{QIANNIU_HEADERS}\n{row}\n".encode("gb18030"))
    card = score(write_shop(tmp_path, "qianniu-performance"))["样例:小伟"]
    assert indicator(card, "conversion_rate")["value"] == 0.2  # 20 of 100, not the mean of 40 % and 17.8 %
    assert indicator(card, "average_order_uplift_reported")["value"] == 0.1  # 6,600 ÷ 20 ÷ 300 − 1
    # Its satisfaction rate has no number of ratings beside it, and its reply time no number of replies.
    assert indicator(card, "satisfaction_reported")["value"] is None
    assert indicator(card, "average_reply_reported")["value"] is None
    assert card["score"] is None
    assert any("less than half" in note for note in card["notes"])
