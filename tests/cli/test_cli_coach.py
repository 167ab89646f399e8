"""`csperf coach`: formats, what is wrong usage, what a plan keeps to itself, and months of the ledger."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.cells import cell_len

import csperf.coaching
from csperf.months import load_history
from csperf.period import parse_month
from csperf.pipeline import load_scheme
from csperf.scoring.cards import Scorecard
from csperf.scoring.history import PeriodRecord, ScoreSheet
from csperf.session import Session
from small_shop import RUBRIC, SAMPLE, csv_text, run_csperf, run_sample, write_workspace

JUNE = ("--month", "2025-06")
SCHEMA = Path(__file__).parents[2] / "src" / "csperf" / "render" / "coach.schema.json"
NAMES = ("李娜", "王强", "刘洋", "陈静", "杨帆", "赵敏", "黄磊", "周婷", "吴昊", "孙丽", "林悦")
HEADERS = ["survey_id", "agent_id", "responded_at", "rating", "channel"]
TRAINING = """\
training:
  phone: {title: {en: On the phone, zh-CN: 电话沟通}, indicator: csat, slice: {channel: phone}}
"""


def answers(agent: str, channel: str, *ratings: int) -> list[list[Any]]:
    return [[f"{agent}-{channel}-{n}", agent, "2025-06-03 10:00", mark, channel] for n, mark in enumerate(ratings)]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    rows = [*answers("A1", "phone", 2, 2, 2, 5, 5), *answers("A1", "chat", *[5] * 10),
            *answers("A2", "phone", *[5] * 6), *answers("A2", "chat", *[5] * 6)]  # fmt: skip
    return write_workspace(tmp_path / "shop", {"surveys": csv_text(HEADERS, rows)}, RUBRIC + TRAINING)


def read_plan(shop: Path, *arguments: str) -> dict[str, Any]:
    run = run_csperf("coach", *arguments, *JUNE, "--format", "json", "-q", cwd=shop)
    assert run.code == 0, run.err
    document: dict[str, Any] = json.loads(run.out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    return document


def test_a_plan_names_the_place_and_its_training(shop: Path) -> None:
    run = run_csperf("coach", "A1", *JUNE, cwd=shop, terminal=True, env={"NO_COLOR": "1", "COLUMNS": "90"})
    assert run.code == 0, run.err
    assert "csat: channel phone; 40.00% (2 ÷ 5) there" in run.out.replace("Customer satisfaction", "csat")
    assert "elsewhere 100.00% (10 ÷ 10)" in run.out
    assert "On the phone" in run.out
    (plan,) = read_plan(shop, "A1")["agents"]
    assert [one["name"] for one in plan["trainings"]] == ["phone"]
    assert plan["since"] is None  # nothing is known of May


def test_no_weakness_is_said_in_both_languages(shop: Path) -> None:
    assert "No weakness" in run_csperf("coach", "A2", *JUNE, "--lang", "en", cwd=shop).out
    assert "没有弱项" in run_csperf("coach", "A2", *JUNE, "--lang", "zh-CN", cwd=shop).out


@pytest.mark.parametrize("arguments", [("A003",), ("A001",), ("A012",), ("--team", "售后一组"), ("--team", "售后二组")])
def test_json_is_as_the_schema_says(arguments: tuple[str, ...]) -> None:
    run = run_sample("coach", *arguments, *JUNE, "--format", "json", "-q")
    jsonschema.validate(json.loads(run.out), json.loads(SCHEMA.read_text("utf-8")))


def test_the_schema_is_printed() -> None:
    assert json.loads(run_csperf("rubric", "schema", "coach").out) == json.loads(SCHEMA.read_text("utf-8"))


@pytest.mark.parametrize("format", ["table", "md", "json"])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_plan_names_no_colleague(format: str, lang: str) -> None:
    run = run_csperf("coach", "A003", *JUNE, "--format", format, "--lang", lang)
    assert "张伟" in run.out
    assert not [name for name in NAMES if name in run.out + run.err]
    assert "A001" not in run.out + run.err


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("arguments", [("A003",), ("--team", "售后二组")])
def test_lines_fit_the_terminal(width: int, arguments: tuple[str, ...]) -> None:
    for lang in ("en", "zh-CN"):
        run = run_csperf("coach", *arguments, *JUNE, "--format", "table", "--lang", lang, env={"COLUMNS": str(width)})
        assert max(map(cell_len, run.out.splitlines())) <= width


def test_a_team_has_each_member_and_what_they_share() -> None:
    run = run_sample("coach", "--team", "售后二组", *JUNE, "--format", "md", "--lang", "en", "-q")
    assert "- Complaints handled successfully: 3 of 5 members, 43.00 points" in run.out
    assert "complaints by cause: 物流 12 (5 members)" in run.out
    assert "- 孙丽 (A011): Plan for improvement (2025-05: grade Unqualified; 2025-06: grade Unqualified)" in run.out
    for name in ("周婷", "吴昊", "孙丽", "黄磊", "赵敏", "林悦"):
        assert f"## {name} (A0" in run.out
    assert "## 张伟" not in run.out


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("A008", "low ability (60.5% of its points): training first"),
        ("A010", "high ability (95.75% of its points), low results (66.67%): support with projects and means"),
        ("A001", ""),
    ],
)
def test_low_results_are_told_from_low_ability(agent: str, said: str) -> None:
    out = run_sample("coach", agent, *JUNE, "--format", "md", "--lang", "en", "-q").out
    assert said in out
    assert ("Ability and results" in out) == bool(said)


@pytest.mark.parametrize("suffix", ["md", "txt", "json"])
def test_files(shop: Path, suffix: str) -> None:
    run = run_csperf("coach", "A1", *JUNE, "-o", f"plan.{suffix}", "-q", cwd=shop)
    assert (run.code, run.out, run.err) == (0, "", "")
    assert "phone" in (shop / f"plan.{suffix}").read_text("utf-8")


def test_one_agent_or_one_team(shop: Path) -> None:
    assert run_csperf("coach", *JUNE, cwd=shop).code == 2
    assert run_csperf("coach", "A1", "--team", "x", *JUNE, cwd=shop).code == 2
    assert "[agent-unknown]" in run_csperf("coach", "A9", *JUNE, cwd=shop).err
    assert "[team-unknown]" in run_csperf("coach", "--team", "售后", *JUNE, cwd=SAMPLE).err
    assert run_csperf("coach", "A1", *JUNE, "-o", "plan.csv", cwd=shop).code == 2


def test_flags_by_environment(shop: Path) -> None:
    env = {"CSPERF_TEAM": "售后一组", "CSPERF_MONTH": "2025-06", "CSPERF_FORMAT": "json", "CSPERF_QUIET": "1"}
    assert json.loads(run_csperf("coach", env=env).out)["team"]["name"] == "售后一组"


def test_another_rubric(shop: Path) -> None:
    (shop / "other.yaml").write_text(RUBRIC.replace('">= 90%"', '">= 50%"'), "utf-8")
    (plan,) = read_plan(shop, "A1", "--rubric", "other.yaml")["agents"]
    assert (plan["score"], plan["losses"]) == (100, [])


# ── months of the ledger ──────────────────────────────────────────────────────────────────────────


def seal(monkeypatch: pytest.MonkeyPatch, **lines: Any) -> None:
    """Every month is sealed as it is computed, but for what A1's csat line says."""

    def find_sealed(session: Session, label: str) -> PeriodRecord | None:
        month = parse_month(label, session.workspace.content.zone, dt.date(2025, 7, 1))
        record = load_history(session, load_scheme(session.workspace), [month], ignore_ledger=True).find(label)
        assert record is not None
        cards = tuple(map(change, record.first.table.cards))
        sheet = ScoreSheet(replace(record.first.table, cards=cards), record.first.measurements)
        return replace(record, record="sealed", first=sheet)

    def change(card: Scorecard) -> Scorecard:
        if card.agent.agent_id != "A1":
            return card
        return replace(card, indicators=tuple(replace(line, **lines) for line in card.indicators))

    monkeypatch.setattr(csperf.coaching, "find_sealed", find_sealed)


def test_a_sealed_month_is_read_from_the_ledger(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = read_plan(shop, "A1")
    seal(monkeypatch)
    sealed = read_plan(shop, "A1")
    assert (opened["is_sealed"], sealed["is_sealed"]) == (False, True)
    assert sealed["agents"] == opened["agents"]
    assert read_plan(shop, "A1", "--rubric", "rubric.yaml")["is_sealed"] is False


def test_rows_of_today_that_differ_from_a_sealed_card_are_not_looked_into(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(monkeypatch, numerator=11)
    (plan,) = read_plan(shop, "A1")["agents"]
    assert (plan["losses"][0]["finding"], plan["losses"][0]["place"], plan["trainings"]) == ("differs", None, [])
    assert "come to other figures than the card" in run_csperf("coach", "A1", *JUNE, "--format", "md", cwd=shop).out
