"""`csperf trend`: months in a row from a workspace, in every format, for agents, teams and the shop."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.cells import cell_len

from csperf.render.trend import draw_sparkline
from small_shop import RUBRIC, Run, csv_text, run_csperf, write_workspace

SCHEMA = Path(__file__).parents[2] / "src" / "csperf" / "render" / "trend.schema.json"
SATISFIED = {  # month → agent → (satisfied, answers)
    "2025-01": {"A1": (8, 10), "A2": (16, 20)},
    "2025-02": {"A1": (9, 10)},
    "2025-04": {"A1": (10, 10), "A2": (19, 20)},
}
ROSTER = "agent_id,name,team\nA1,王小明,一组\nA2,=HYPERLINK(1),一组\n"


def write_surveys() -> str:
    rows = [
        [f"{month}-{agent}-{number}", agent, f"{month}-0{1 + number % 9} 10:00", 5 if number < satisfied else 1]
        for month, agents in SATISFIED.items()
        for agent, (satisfied, answers) in agents.items()
        for number in range(answers)
    ]
    return csv_text(["survey_id", "agent_id", "responded_at", "rating"], rows)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workspace(tmp_path_factory.mktemp("trend") / "shop", {"surveys": write_surveys(), "roster": ROSTER})


def trend(shop: Path, *flags: str, **more: Any) -> Run:
    run = run_csperf("trend", "--months", "4", "--month", "2025-04", *flags, cwd=shop, **more)
    assert run.code == 0, run.err
    return run


def read_json(shop: Path, *flags: str) -> Any:
    out = trend(shop, *flags, "--format", "json").out
    jsonschema.validate(json.loads(out), json.loads(SCHEMA.read_text("utf-8")))
    return json.loads(out, parse_float=Decimal, parse_int=Decimal)


def test_the_shop_is_pooled_month_by_month(shop: Path) -> None:
    document = read_json(shop, "--indicator", "csat")
    (line,) = document["lines"]
    for month in line["months"]:
        pairs = SATISFIED.get(month["label"], {}).values()
        hits, answers = (sum(pair[side] for pair in pairs) for side in (0, 1))
        assert (month["numerator"], month["denominator"]) == ((hits, answers) if pairs else (None, None))
        assert month["value"] == (round(Decimal(hits) / answers, 6) if pairs else None)
    assert [month["record"] for month in document["months"]] == ["open", "open", "absent", "open"]
    assert [month["course"] for month in line["months"]] == [None, "better", None, None]
    assert document["months"][2]["rubric"] is None


def test_scores_are_those_of_score(shop: Path) -> None:
    found = {line["agent_id"]: [month["value"] for month in line["months"]]
             for line in read_json(shop, "--agent", "A1", "--agent", "A2")["lines"]}  # fmt: skip
    expected = defaultdict(list)
    for month in ("2025-01", "2025-02", "2025-03", "2025-04"):
        run = run_csperf("score", "--month", month, "--format", "json", "-q", cwd=shop)
        cards = json.loads(run.out, parse_float=Decimal)["agents"] if run.code == 0 else []
        scores = {card["agent_id"]: card["score"] for card in cards}
        for agent in ("A1", "A2"):
            expected[agent].append(scores.get(agent))
    assert found == dict(expected)
    assert found["A2"][1] is None


def test_before_and_after(shop: Path) -> None:
    document = read_json(shop, "--since", "2025-02", "--event", "new rubric", "--indicator", "csat")
    assert (document["since"], document["event"]) == ("2025-02", "new rubric")
    everything, third = document["compared"]
    assert (everything["before"], everything["after"]) == (["2025-01"], ["2025-02", "2025-04"])
    assert (third["kind"], third["before"], third["after"]) == ("third", ["2025-01"], ["2025-04"])
    (line,) = everything["lines"]
    assert (line["before"]["value"], line["after"]["numerator"], line["after"]["denominator"]) == (
        Decimal("0.8"),
        38,
        40,
    )
    assert (line["difference"], line["course"]) == (Decimal("0.15"), "better")


def test_csv_is_of_the_months_or_of_what_is_compared(shop: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(trend(shop, "--format", "csv", "--agent", "A2").out)))
    assert [(row["month"], row["record"], row["indicator"], row["value"]) for row in rows[4:]] == [
        ("2025-01", "open", "csat", "0.8"), ("2025-02", "open", "csat", ""),
        ("2025-03", "absent", "csat", ""), ("2025-04", "open", "csat", "0.95"),
    ]  # fmt: skip
    assert {row["name"] for row in rows} == {"'=HYPERLINK(1)"}
    compared = list(csv.DictReader(io.StringIO(trend(shop, "--format", "csv", "--since", "2025-04").out)))
    assert {row["compared"] for row in compared} == {"all", "ends"}
    csat = next(row for row in compared if row["indicator"] == "csat")
    assert (csat["months_before"], csat["numerator_before"], csat["denominator_before"]) == (
        "2025-01 2025-02",
        "33",
        "40",
    )


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("flags", [(), ("--indicator", "csat"), ("--agent", "A1", "--agent", "A2")])
def test_tables_fit_and_line_up(shop: Path, lang: str, width: int, flags: tuple[str, ...]) -> None:
    env = {"COLUMNS": str(width), "NO_COLOR": "1"}
    out = trend(shop, *flags, "--since", "2025-04", "--lang", lang, terminal=True, env=env).out
    assert all(cell_len(line) <= max(width, 60) for line in out.splitlines() if not line.startswith(("All", "全部列")))
    rule = next(line for line in out.splitlines() if line.startswith("───"))
    assert len(rule) <= max(width, 60)


def test_a_table_in_chinese(shop: Path) -> None:
    out = trend(shop, "--indicator", "csat", "--agent", "A1", "--lang", "zh-CN", "--format", "table").out
    assert out.splitlines()[0] == "王小明（A1），2025-01 至 2025-04 · Asia/Shanghai"
    assert "+10.00 个百分点  好转" in out
    (gap,) = (line.split() for line in out.splitlines() if line.startswith("2025-03 "))
    assert gap == ["2025-03", "—", "—", "—", "—", "0", "无数据"]
    assert "没有数据或尚未结束，留空：2025-03" in out


def test_a_table_with_an_event(shop: Path) -> None:
    out = trend(shop, "--since", "2025-04", "--event", "new rubric", "--format", "table").out
    assert "since 2025-04: new rubric" in out
    assert "All months before against all from then on: 2025-01 to 2025-02 (2 months) → 2025-04" in out
    assert "82.50% → 96.67%  +14.17 pp  better" in out
    assert "no data of 2025-06, the third month from 2025-04 on" in out
    assert "▁▅ █" in out  # a gap is a blank


def test_markdown_and_files(shop: Path) -> None:
    for suffix in ("md", "csv", "json", "txt"):
        run = trend(shop, "--since", "2025-04", "-o", f"out.{suffix}")
        assert (run.out, run.err) == ("", f"wrote out.{suffix}\n")
    text = (shop / "out.md").read_text("utf-8")
    assert "## All months before against all from then on" in text
    assert (shop / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfsince,")


def test_a_team_by_its_own_cards(shop: Path) -> None:
    (line,) = read_json(shop, "--team", "一组", "--indicator", "csat")["lines"]
    assert line["agent_id"] == "一组"
    assert [month["numerator"] for month in line["months"]] == [24, 9, None, 29]


def test_another_rubric_and_the_environment(shop: Path) -> None:
    (shop / "milder.yaml").write_text(RUBRIC.replace("deduct: 2", "deduct: 1"), "utf-8")
    env = {"CSPERF_RUBRIC": "milder.yaml", "CSPERF_AGENT": "A1", "CSPERF_MONTHS": "1", "CSPERF_MONTH": "2025-01"}
    run = run_csperf("trend", "--format", "json", cwd=shop, env=env)
    document = json.loads(run.out)
    assert [month["label"] for month in document["months"]] == ["2025-01"]
    assert document["lines"][0]["months"][0]["value"] == 90  # 10 % short at 1 point each


@pytest.mark.parametrize(
    ("months", "first", "last"),
    [("12", "2024-11", "2025-10"), ("4", "2024-11", "2025-02"), ("2", "2025-01", "2025-02")],
)
def test_since_alone_looks_at_the_months_around_it(shop: Path, months: str, first: str, last: str) -> None:
    run = run_csperf("trend", "--since", "2025-02", "--months", months, "--format", "json", cwd=shop)
    labels = [month["label"] for month in json.loads(run.out)["months"]]
    assert (labels[0], labels[-1]) == (first, last)


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (("--agent", "A1", "--team", "一组"), 2, "choose one of --agent and --team"),
        (("--event", "x"), 2, "say from which month on, with --since"),
        (("--since", "2025-01"), 2, "2025-01 is not after 2025-01 and up to 2025-04"),
        (("--since", "May"), 2, '"May" is not a month'),
        (("--months", "0"), 2, "--months"),
        (("--month", "2999-01"), 2, "has not begun yet"),
        (("--month", "2024-04"), 1, "there is no data of any month from 2024-01 to 2024-04"),
        (("--agent", "A3"), 1, 'no agent "A3" in 2025-01 to 2025-04'),
        (("--team", "二组"), 1, 'no team "二组" in 2025-01 to 2025-04'),
        (("--indicator", "csta"), 1, 'did you mean "csat"?'),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly(shop: Path, flags: tuple[str, ...], code: int, said: str) -> None:
    run = run_csperf("trend", "--months", "4", "--month", "2025-04", *flags, cwd=shop)
    assert (run.code, said in run.err) == (code, True), run.err
    assert "Traceback" not in run.err


def test_a_shop_without_a_roster_has_no_teams(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "shop", {"surveys": write_surveys()})
    run = run_csperf("trend", "--month", "2025-01", "--months", "1", "--team", "north", cwd=folder)
    assert (run.code, "hint: the roster's column team says who is in which" in run.err) == (1, True)


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([], ""), ([None], " "), ([5], "▄"), ([1, 1], "▄▄"), ([0, None, 7], "▁ █"), ([-1, 0, 1], "▁▅█"),
        (list(range(8)), "▁▂▃▄▅▆▇█"),
    ],
)  # fmt: skip
def test_sparklines(values: list[int | None], bars: str) -> None:
    assert draw_sparkline([None if value is None else Fraction(value) for value in values]) == bars
