"""The formats of help desks: what a fixture alone does not show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from csperf.problems import ProblemsFound
from formats_at_hand import load_shipped, read_export, read_fixture


def code_of(found: pytest.ExceptionInfo[ProblemsFound]) -> list[str]:
    return [problem.code for problem in found.value.problems]


def test_zendesk_spells_its_key_in_two_ways(tmp_path: Path) -> None:
    export = read_fixture("zendesk-tickets")
    other = replace(export, content=export.content.replace(",Id,", ",ID,", 1))
    assert other.content != export.content
    assert read_export(other, tmp_path) == export.expected.read_text(encoding="utf-8")


def test_zendesk_hours_of_its_own_schedule_are_never_taken(tmp_path: Path) -> None:
    """Without the plain column there is no first reply time."""
    export = read_fixture("zendesk-tickets")
    plain = ",First reply time in minutes,"
    assert plain in export.content
    head = read_export(replace(export, content=export.content.replace(plain, ",Custom,", 1)), tmp_path)
    assert "first_reply_seconds" not in head


def test_freshdesk_dates_are_asked_for(tmp_path: Path) -> None:
    export = read_fixture("freshdesk-tickets")
    with pytest.raises(ProblemsFound) as found:
        read_export(replace(export, said={"zone": "Europe/Madrid"}), tmp_path)
    assert code_of(found) == ["data-ambiguous-date"]


def test_chatwoot_report_under_its_own_name_has_no_period(tmp_path: Path) -> None:
    export = read_fixture("chatwoot-agents")
    with pytest.raises(ProblemsFound) as found:
        read_export(replace(export, file="agent-report-30-06-2025.csv"), tmp_path)
    assert code_of(found) == ["data-no-date-in-name"]


@pytest.mark.parametrize("name", ["gorgias-tickets", "intercom-ratings"])
def test_template_says_why(name: str) -> None:
    assert "your own" in (load_shipped(name).template or "")
