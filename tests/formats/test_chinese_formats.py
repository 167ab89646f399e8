"""The formats of Chinese platforms: what a fixture alone does not show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from formats_at_hand import Fixture, load_shipped, read_export, read_fixture, write_shop
from small_shop import run_csperf

TEMPLATES = ["jiandaoyun-form", "moka", "udesk-tickets", "wecom-console"]
FINISHED = [
    "chitu-agents", "feige-agents", "jd-agents", "qianniu-performance", "qianniu-reception", "qianniu-refunds",
    "wecom-statistics", "xiaoneng-daily",
]  # fmt: skip
# A shop that has chosen few columns, in an older version and in its own order.
CHITU_BEFORE = """\
客户满意比,询单人数,首次响应（秒）,客服昵称,询单->最终付款成功率,慢响应人数
88.00%,52,21.5,样例旗舰店:小伟,19.23%,3
延迟统计,5,延迟统计,样例旗舰店:新人,延迟统计,0
"""


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_says_why_and_marks_what_is_to_be_filled_in(name: str) -> None:
    format_ = load_shipped(name)
    asked = {header for rule in format_.columns.values() for header in rule.from_ or []}
    assert format_.template is not None
    assert "your own" in format_.template
    assert all(header.startswith("<") and header.endswith(">") for header in asked - set(format_.headers))


@pytest.mark.parametrize("name", FINISHED)
def test_platform_fixes_the_zone(name: str) -> None:
    assert load_shipped(name).zone == "Asia/Shanghai"


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8-sig"])
def test_chitu_with_older_names_and_few_columns(encoding: str, tmp_path: Path) -> None:
    export = Fixture("chitu-agents", "客服绩效2026-04-20至2026-04-20.csv", CHITU_BEFORE, encoding)
    assert read_export(export, tmp_path).splitlines() == [
        "rows: 2,valid: 2,rejected: 0,duplicates: 0,left out: 0",
        "agent_id,date,last_date,first_reply_seconds,satisfaction_rate,inquiry_count,conversion_rate",
        "样例旗舰店:小伟,2026-04-20,2026-04-20,21.5,0.88,52,0.1923",
        "样例旗舰店:新人,2026-04-20,2026-04-20,,,5,",
    ]


def test_answers_of_wecom_that_do_not_say_whom_they_are_about_are_refused(tmp_path: Path) -> None:
    export = read_fixture("wecom-statistics")
    lines = [line for line in export.content.splitlines(keepends=True) if '"servicer_userid": ' not in line]
    run = run_csperf("data", "check", cwd=write_shop(replace(export, content="".join(lines)), tmp_path))
    assert run.code == 1
    assert 'no column "servicer_userid"' in run.err
