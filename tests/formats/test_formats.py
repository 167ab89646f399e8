"""The shipped formats: each reads its fixture as recorded, and no header in them is invented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from csperf.exports.format_file import FormatFile
from csperf.exports.layout import normalise
from formats_at_hand import FIXTURES, SHIPPED, Fixture, load_shipped, read_export

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "exports.md"

SECTIONS = {
    "zendesk-tickets": "Zendesk ticket CSV",
    "zendesk-ticket-metrics": "Zendesk ticket CSV",
    "freshdesk-tickets": "Freshdesk",
    "freshservice-tickets": "Freshservice",
    "intercom-conversations": "Intercom",
    "intercom-ratings": "Intercom",
    "jira-service-management": "Jira Service Management",
    "servicenow-incidents": "ServiceNow incident log",
    "chatwoot-agents": "Chatwoot agent report",
    "amazon-orders": "Amazon orders",
    "amazon-returns": "Amazon seller-fulfilled returns",
    "amazon-fba-returns": "Amazon FBA returns",
    "amazon-feedback": "Amazon feedback",
    "amazon-account-health": "Amazon account health",
    "shopify-orders": "Shopify orders",
    "qianniu-performance": "Qianniu / Sycm",
    "qianniu-reception": "Qianniu / Sycm",
    "qianniu-refunds": "Qianniu / Sycm",
    "chitu-agents": "Chitu 赤兔",
    "jd-agents": "JD 咚咚",
    "feige-agents": "Douyin Feige",
    "xiaoneng-daily": "Xiaoneng 小能 daily",
    "wecom-statistics": "WeCom 微信客服",
    "jiandaoyun-form": "Jiandaoyun",
    "gorgias-tickets": "Jiandaoyun",
    "udesk-tickets": "Jiandaoyun",
    "wecom-console": "WeCom 微信客服",
    "moka": "Jiandaoyun",
}
"""Format → its section of exports.md; the platforms whose headers were not found share one."""

BUSINESS = " within business hours"
SPELT_OUT = {
    "… within business hours": ["First reply time in minutes" + BUSINESS],
    "Conversation started at (America/New_York)": ["Conversation started at ({zone})"],
    "Updated at (<zone>)": ["Updated at ({zone})"],
    "stat_time (epoch)": ["stat_time"],
    "satisfaction_investgate_cnt (sic)": ["satisfaction_investgate_cnt"],
    "服务满意度评价很满意/满意/一般/不满/很不满意": [
        f"服务满意度评价{grade}" for grade in ("很满意", "满意", "一般", "不满", "很不满意")
    ],
}
"""What exports.md shortens → the headers it stands for."""
IMPLIED = {
    "Zendesk ticket CSV": {
        f"{what} time in minutes{BUSINESS}"
        for what in ("First resolution", "Full resolution", "Agent wait", "Requester wait", "On hold")
    },
}
"""Section → the headers that stand there as a mere `…`."""

NO_HEADERS = {
    "Zendesk ticket CSV": {
        "[list] [txt] [flag] [dec]", "Not Offered", "Offered", "Good", "Bad", "-", "{calendar", "business}", "ID",
    },
    "Freshdesk": {"Last updated time"},
    "Chatwoot agent report": {"Reporting period … to …"},
    "ServiceNow incident log": {"?"},
    "Amazon seller-fulfilled returns": {"14-Jul-2025"},
    "Amazon feedback": {"m/d/yy", "d.m.yy", "yy/m/d", "d/m/yy", "Your Response"},
    "Shopify orders": {"2025-10-07 09:50:26 +0200"},
    "Qianniu / Sycm": {
        "数据信息", "（", ")", "汇总值", "平均值", "全店汇总值", "全店平均值", "同行同层优秀", "同行同层均值",
    },
    "Chitu 赤兔": {
        "汇总", "均值", "延迟统计", "…2026-04-20至2026-04-20.xlsx",
        "询单->最终付款成功率", "慢响应人数", "客户满意比",
    },
    "JD 咚咚": {"整体数据"},
    "Douyin Feige": {"店铺汇总值", "店铺平均值", "2分30秒"},
}  # fmt: skip
"""Section → what stands in backticks there and need not be among the headers: cells, forms, older names."""
NOT_ONE_TO_ONE = {"Amazon account health": "the JSON's nested fields become dotted headers"}
"""Sections whose fields are no headers, and why."""


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.format)
def test_fixture_reads_as_recorded(fixture: Fixture, tmp_path: Path, update_golden: bool) -> None:
    found = read_export(fixture, tmp_path)
    if update_golden:
        fixture.expected.write_text(found, encoding="utf-8", newline="")
    assert found == fixture.expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_format_loads(name: str) -> None:
    format_ = load_shipped(name)
    assert format_.format == name
    assert set(format_.title) == {"en", "zh-CN"}
    assert set(format_.note) in (set(), {"en", "zh-CN"})


def test_every_finished_format_has_a_fixture() -> None:
    finished = {name for name in SHIPPED if load_shipped(name).template is None}
    assert {fixture.format for fixture in FIXTURES} == finished


def test_every_format_has_a_section() -> None:
    assert set(SECTIONS) == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_no_header_is_invented(name: str) -> None:
    section = SECTIONS[name]
    if section in NOT_ONE_TO_ONE:
        pytest.skip(NOT_ONE_TO_ONE[section])
    format_ = load_shipped(name)
    documented = {header for fixture in FIXTURES if fixture.format == name for header in fixture.documented}
    known = {normalise(header) for header in verified_headers()[section] | IMPLIED.get(section, set()) | documented}
    named = [*format_.headers, *asked_headers(format_)]
    assert [header for header in named if not known & {normalise(header), normalise(leaf_of(header))}] == []


@pytest.mark.parametrize("section", sorted(set(SECTIONS.values()) - set(NOT_ONE_TO_ONE)))
def test_every_verified_header_is_known(section: str) -> None:
    formats = [load_shipped(name) for name in SHIPPED if SECTIONS[name] == section]
    known = {name for format_ in formats for header in format_.headers for name in (header, leaf_of(header))}
    assert verified_headers()[section] - NO_HEADERS.get(section, set()) <= known


def leaf_of(header: str) -> str:
    """The last field of a dotted header, as a JSON file's are."""
    return header.rpartition(".")[2]


def asked_headers(format_: FormatFile) -> Iterator[str]:
    """Every header that a format file reads something from; in a template <such words> are to be replaced."""
    for rule in format_.columns.values():
        yield from (name for name in rule.from_ or rule.parts or [] if not (format_.template and name.startswith("<")))
    for dropped in format_.drop_rows:
        yield dropped.column
    if format_.keep:
        yield format_.keep.first or format_.keep.last or ""
    if format_.version:
        yield format_.version


@cache
def verified_headers() -> dict[str, set[str]]:
    """Section of exports.md → what stands in backticks there; skips the test, saying so, where the page is absent."""
    if not REFERENCE.is_file():
        pytest.skip("no ../shared/reference/exports.md")
    platforms = REFERENCE.read_text(encoding="utf-8").partition("## Platforms")[2].partition("\n## ")[0]
    found = {}
    for title, text in re.findall(r"^\*\*(.+?)\*\*(.*)$", platforms, re.MULTILINE):
        items = [item.strip() for span in re.findall(r"`([^`]+)`", text) for item in span.split(",")]
        found[title] = {
            header for item in items if item not in ("", "…") for header in SPELT_OUT.get(item, [item])
        }  # fmt: skip
    return found
