"""From exports to a workspace: which indicators a first rubric takes, their weights, names and files."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import chdir
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.engines.polars_engine import PolarsEngine
from csperf.engines.polars_sql import check_sql
from csperf.exports.file_names import star_days
from csperf.pipeline import check_data
from csperf.problems import ProblemsFound
from csperf.render.start import render_roster, render_rubric
from csperf.render.words import LANGS
from csperf.roster import build_roster, find_alike
from csperf.rubric.catalogue import load_catalogue
from csperf.rubric.load import load_rubric
from csperf.session import Session
from csperf.shipped import shipped
from csperf.starting.choosing import POOL, choose_rubric, compose_rubric, share_out
from csperf.starting.plan import Answers, Start, list_names, plan_start
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from csperf.workspace import load_workspace
from csperf.yaml_source import read_yaml
from exports_at_large import write_fixture, write_zendesk
from small_shop import csv_text, open_source, same_name, write_workspace

CATALOGUE = load_catalogue([shipped("configs") / "measures.yaml"])
CONTENT = read_yaml(POOL).data
INDICATORS = [name for group in CONTENT["dimensions"].values() for name in group["indicators"]]
TODAY = dt.date(2025, 7, 20)


# ── the pool ──────────────────────────────────────────────────────────────────────────────────────


def test_the_pool_is_a_rubric_without_problems() -> None:
    assert load_rubric(POOL, CATALOGUE, check_sql).warnings == ()


def test_nothing_in_the_pool_needs_a_calendar() -> None:
    """Nobody has said yet which days are working days."""
    pool = load_rubric(POOL, CATALOGUE, check_sql)
    contracts = {name: compile_table(table) for name, table in TABLES.items()}

    for name in INDICATORS:
        for term in pool.measures[name].terms:
            derived = contracts[term.table].derived
            used = PolarsEngine(Path()).columns_of(term) & set(derived)
            assert not any(derived[column].needs_calendar for column in used), name


def test_the_pool_says_in_both_languages_where_each_target_comes_from() -> None:
    for group in CONTENT["dimensions"].values():
        assert set(group["title"]) == set(LANGS)
        for name, said in group["indicators"].items():
            assert set(said["note"]) == set(LANGS), name


def test_what_means_the_same_weighs_the_same() -> None:
    weights: dict[str, set[int]] = {}
    for group in CONTENT["dimensions"].values():
        for name, said in group["indicators"].items():
            weights.setdefault(said.get("title", name), set()).add(said["weight"])

    assert {meaning for meaning, found in weights.items() if len(found) > 1} == set()


def test_nothing_in_the_pool_depends_on_its_weight() -> None:
    """Points off in points, as deduct takes them, would cost next to nothing once the weight has grown."""
    rules = {key for group in CONTENT["dimensions"].values() for said in group["indicators"].values()
             for key in said["score"]}  # fmt: skip
    assert rules == {"curve", "attain"}


@settings(max_examples=25, deadline=None)
@given(names=st.sets(st.sampled_from(INDICATORS), min_size=1), lang=st.sampled_from(LANGS))
def test_any_part_of_the_pool_is_a_rubric_without_problems(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], lang: str
) -> None:
    path = tmp_path_factory.mktemp("pool") / "first.yaml"
    path.write_text(render_rubric(compose_rubric(CONTENT, names), lang), encoding="utf-8")

    loaded = load_rubric(path, CATALOGUE, check_sql)

    assert loaded.warnings == ()
    assert {name for _, name, _ in loaded.rubric.indicators()} == names
    assert all(indicator.weight == int(indicator.weight) for _, _, indicator in loaded.rubric.indicators())
    assert set(loaded.rubric.measures) <= names


@given(parts=st.lists(st.integers(1, 50), min_size=1, max_size=40), total=st.integers(0, 500))
def test_shares_add_up_and_none_is_off_by_one(parts: list[int], total: int) -> None:
    shares = share_out([Fraction(part) for part in parts], total)

    assert sum(shares) == total
    assert all(abs(share - Fraction(part * total, sum(parts))) < 1 for share, part in zip(shares, parts, strict=True))


def test_the_largest_remainders_are_rounded_up() -> None:
    assert share_out([Fraction(1)] * 3, 100) == [34, 33, 33]
    assert share_out([Fraction(5), Fraction(4), Fraction(4), Fraction(3), Fraction(3)], 100) == [26, 21, 21, 16, 16]


# ── the choice ────────────────────────────────────────────────────────────────────────────────────


def choose(folder: Path, files: dict[str, str]) -> Any:
    session = Session(load_workspace(write_workspace(folder, files)), folder)
    return choose_rubric(session, [*check_data(session).found.values()], TODAY)


def surveys(*ratings: tuple[str, int | None], day: str = "2025-06-03") -> str:
    rows = [[f"S{number}", agent, f"{day} 10:00", rating] for number, (agent, rating) in enumerate(ratings)]
    return csv_text(["survey_id", "agent_id", "responded_at", "rating"], rows)


def test_each_meaning_counts_once(tmp_path: Path) -> None:
    """Surveys and the platform's report both say how satisfied customers were; the surveys come first."""
    report = csv_text(
        ["agent_id", "date", "rated_count", "satisfied_count", "served_count", "first_reply_seconds"],
        [["A1", "2025-06-01", 50, 45, 200, 20], ["A2", "2025-06-01", 40, 20, 100, 60]],
    )
    choice = choose(
        tmp_path, {"surveys": surveys(*[("A1", 5)] * 12, *[("A2", 2)] * 12), "agent_metrics": report}
    )  # fmt: skip

    names = [name for group in choice.content["dimensions"].values() for name in group["indicators"]]
    assert names == ["csat", "first_reply_reported"]


def test_what_has_no_values_feeds_nothing(tmp_path: Path) -> None:
    """The column of ratings is there, and nobody rated: the report's satisfaction is taken instead."""
    report = csv_text(
        ["agent_id", "date", "rated_count", "satisfied_count"],
        [["A1", "2025-06-01", 50, 45], ["A2", "2025-06-01", 40, 20]],
    )
    choice = choose(tmp_path, {"surveys": surveys(("A1", None), ("A2", None)), "agent_metrics": report})

    assert list(choice.content["dimensions"]["quality"]["indicators"]) == ["satisfaction_reported"]


def test_the_month_is_the_last_that_most_sources_hold(tmp_path: Path) -> None:
    files = {"surveys": surveys(*[("A1", 5)] * 12, day="2025-05-20"), "complaints": csv_text(
        ["complaint_id", "agent_id", "opened_at", "outcome"],
        [["C1", "A1", "2025-05-03 10:00", "resolved"], ["C2", "A1", "2025-06-03 10:00", "resolved"]],
    )}  # fmt: skip

    assert choose(tmp_path, files).month == "2025-05"


def test_a_day_far_ahead_is_no_month_to_begin_with(tmp_path: Path) -> None:
    files = {"surveys": surveys(*[("A1", 5)] * 12) + "S99,A1,2035-01-09 10:00,5\n"}

    assert choose(tmp_path, files).month == "2025-06"


# ── names and files ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("tickets-2025-06.csv", "tickets-*.csv"),
        ("客服绩效2025-06-01至2025-06-30.xlsx", "客服绩效[0-9]*.xlsx"),
        ("咨询接待分析20250601-20250630.xlsx", "咨询接待分析[0-9]*.xlsx"),
        ("飞鸽客服数据2025年6月.xlsx", "飞鸽客服数据[0-9]*.xlsx"),
        ("agents [a] 2025-06-01_to_2025-06-30.csv", "agents [[]a] *.csv"),
    ],
)
def test_patterns_for_other_months(name: str, pattern: str) -> None:
    assert star_days(name)[0] == pattern


@pytest.mark.parametrize("name", ["tickets.csv", "50012025063001.txt", "orders_export_1.csv"])
def test_names_without_days_have_no_pattern(name: str) -> None:
    assert star_days(name) == ()


def plan(folder: Path, *files: Path, zone: str = "Asia/Shanghai") -> Start:
    (folder / "workdir").mkdir()
    with chdir(folder):
        return plan_start(
            folder / "shop", files, Answers(zone=zone), "csperf init", "en", folder / "workdir", TODAY
        )  # fmt: skip


def test_a_pattern_takes_in_no_other_file(tmp_path: Path) -> None:
    """Chitu's file and Qianniu's are called alike: a * would take in both, a digit tells them apart."""
    files = [write_fixture(name, tmp_path) for name in ("qianniu-performance", "chitu-agents")]

    text = plan(tmp_path, *files).texts["csperf.yaml"].decode("utf-8")

    assert '{files: "exports/客服绩效_*.xlsx", format: qianniu-performance}' in text
    assert '{files: "exports/客服绩效[0-9]*.xlsx", format: chitu-agents}' in text


def test_a_pattern_takes_in_no_file_that_was_not_named(tmp_path: Path) -> None:
    named = write_zendesk(tmp_path / "shop" / "tickets-2025-06.csv")
    write_zendesk(tmp_path / "shop" / "tickets-2025-06-old.csv")

    text = plan(tmp_path, named).texts["csperf.yaml"].decode("utf-8")

    assert "{files: tickets-2025-06.csv, format: zendesk-tickets}" in text


def test_a_file_downloaded_twice_needs_one_pattern(tmp_path: Path) -> None:
    once = write_fixture("qianniu-performance", tmp_path)
    twice = once.with_stem(f"{once.stem}(1)")
    shutil.copyfile(once, twice)

    for number, files in enumerate([(once, twice), (twice, once)]):
        (tmp_path / str(number)).mkdir()
        text = plan(tmp_path / str(number), *files).texts["csperf.yaml"].decode("utf-8")
        assert '{files: "exports/客服绩效_*.xlsx", format: qianniu-performance}' in text


def test_names_of_one_person_on_two_platforms_are_pointed_out() -> None:
    names = [
        "样例店:娜娜",
        "京东_娜娜",
        "娜娜",
        "样例店:客服1",
        "客服1",
        "客服12",
        "石头",
        "lina@x.cn",
        "Lina",
        "Linam",
    ]

    assert find_alike(names) == [
        ["娜娜", "样例店:娜娜", "京东_娜娜"],
        ["客服1", "样例店:客服1"],
        ["Lina", "lina@x.cn"],
    ]


def test_two_files_of_one_name_are_an_error(tmp_path: Path) -> None:
    files = [write_zendesk(tmp_path / place / "tickets.csv", 3) for place in ("may", "june")]

    with pytest.raises(ProblemsFound) as found:
        plan(tmp_path, *files)

    assert [problem.code for problem in found.value.problems] == ["init-same-name"]


def test_nothing_is_written_while_planning(tmp_path: Path) -> None:
    file = write_zendesk(tmp_path / "tickets.csv")

    start = plan(tmp_path, file)

    assert not (tmp_path / "shop").exists()
    assert start.copies == {"exports/tickets.csv": file}
    assert list(start.texts)[-1] == "csperf.yaml"


def test_each_agent_is_in_the_roster_once_however_they_are_spelt(tmp_path: Path) -> None:
    source = open_source(tmp_path, "surveys", surveys(("Mia", 5), ("mia ", 4), ("ＭＩＡ", 3), ("Tom", 5)))
    session = Session(load_workspace(write_workspace(tmp_path / "shop", {"surveys": surveys(("Mia", 5))})), tmp_path)

    assert list_names([session.engine.check_source(source, same_name)]) == ["Mia", "Tom"]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "@lina", "+86", "李娜", 'A, "B"'])
def test_a_roster_leads_each_name_to_its_agent_and_runs_in_no_spreadsheet(tmp_path: Path, name: str) -> None:
    rows = list(_read_roster(tmp_path, render_roster([name])))

    assert not any(str(cell).startswith(("=", "@", "+")) for row in rows for cell in row.values())
    roster = build_roster(rows, "roster.csv")
    assert roster.resolve(name) == rows[0]["agent_id"]


def _read_roster(folder: Path, content: bytes) -> Iterator[dict[str, object]]:
    session = Session(load_workspace(write_workspace(folder / "shop", {"surveys": surveys(("Mia", 5))})), folder)
    return iter(session.engine.read_facts(open_source(folder, "roster", content)))
