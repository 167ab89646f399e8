import hashlib
from pathlib import Path

import pytest
from rubric_sample import CONFIGS, find_problems, load_text, marked, place, rubric_text

from csperf.engines.polars_sql import check_sql
from csperf.problems import ProblemsFound
from csperf.rubric.catalogue import load_catalogue
from csperf.rubric.load import check_catalogue, load_rubric

CSAT = 'csat: {weight: 100, target: ">= 90%", score: {deduct: 2, per: 1%, step: completed}}'

EIGHT_MISTAKES = """\
name: eight
version: "1"
title: 八处错误
dimensions:
  performance:
    title: {zh-CN: 工作业绩, en: Performance}
    weight: 50
    indicators:
      csat:
        wieght: 30
        target: ">= 90%"
        score: {deduct: 2, per: 1%, step: complete}
      timely_resolutoin: {weight: 15, target: ">= 95%", score: {deduct: 1, per: 1%, step: completed}}
      complaint_success: {weight: 15, target: ">= 85", score: {deduct: 1, per: 1%, step: completed}}
  attitude:
    weight: 30
    indicators:
      responsibility_events: {title: 责, weight: 20, target: <= 0, score: {deduct: 2, per: 1}, missing: 满}
      late: {weight: 10, target: "<= 0", score: {deduct: 2, per: 1}}
      late: {weight: 10, target: "<= 0", score: {deduct: 2, per: 1}}
grades:
  - {name: good, min: 80}
  - {name: fair, min: 0}
measures:
  late: {title: 迟到, definition: 迟到次数, source: 示例, from: events, where: "knd = 'late'", count: true}
"""


def test_eight_mistakes_are_eight_errors_in_one_run(tmp_path: Path) -> None:
    problems = find_problems(EIGHT_MISTAKES, tmp_path)
    found = [(problem.code, *place(problem)[1:], marked(problem)) for problem in problems]
    assert found == [
        ("rubric-weights", 4, 1, "dimensions"),
        ("rubric-unknown-key", 10, 9, "wieght"),
        ("rubric-bad-value", 12, 43, "complete"),
        ("rubric-unknown-measure", 13, 7, "timely_resolutoin"),
        ("rubric-unit", 14, 47, '">= 85"'),
        ("rubric-bad-value", 18, 104, "满"),
        ("yaml-duplicate-key", 20, 7, "late"),
        ("measure-unknown-column", 25, 72, "\"knd = 'late'\""),
    ]


def test_shipped_rubric() -> None:
    path = CONFIGS / "rubrics" / "aftersales-60-20-20.yaml"
    loaded = load_rubric(path, load_catalogue([CONFIGS / "measures.yaml"]), check_sql)
    weights = {name: str(indicator.weight) for _, name, indicator in loaded.rubric.indicators()}
    assert weights == {
        "csat": "30", "timely_resolution": "15", "complaint_success": "15",
        "responsibility_events": "10", "attitude_complaints": "10",
        "exam_score": "10", "communication_events": "5", "problem_solving": "5",
    }  # fmt: skip
    assert set(loaded.measures) == set(weights)
    assert loaded.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert loaded.warnings == ()


def test_shipped_measures_are_without_problems() -> None:
    assert check_catalogue(load_catalogue([CONFIGS / "measures.yaml"]), check_sql) == []


def test_later_catalogue_overrides_entry_by_entry(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text('csat: {title: 满意, definition: 五分, source: 本店, from: surveys, rate: "rating = 5"}\n', "utf-8")
    catalogue = load_catalogue([CONFIGS / "measures.yaml", mine])
    assert catalogue.entries["csat"].entry.rate == "rating = 5"
    assert catalogue.entries["csat"].source.file == str(mine)
    assert catalogue.entries["exam_score"].source.file != str(mine)


def test_all_catalogue_files_are_read_before_anything_is_raised(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("csat: {titel: x}\n", "utf-8")
    second.write_text("csat: [\n", "utf-8")
    with pytest.raises(ProblemsFound) as found:
        load_catalogue([first, second])
    assert {place(problem)[0] for problem in found.value.problems} == {str(first), str(second)}


def test_empty_catalogue_file_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# nothing yet\n", "utf-8")
    assert load_catalogue([tmp_path / "a.yaml"]).entries == {}


def test_own_measure_overrides_the_catalogue(tmp_path: Path) -> None:
    text = (
        rubric_text(CSAT) + "measures:\n  csat: {title: t, definition: d, source: s, from: surveys, rate: rating = 5}\n"
    )
    assert load_text(text, tmp_path).measures["csat"].terms[0].value == "rating = 5"


def test_derived_measures_come_after_their_parts(tmp_path: Path) -> None:
    indicator = 'own: {weight: 100, target: "<= 2%", score: {deduct: 2, per: 1%, step: completed}}'
    text = rubric_text(indicator, 'derived: complaint_count / ticket_count\nunit: "%"\nbetter: lower')
    assert list(load_text(text, tmp_path).measures) == ["complaint_count", "ticket_count", "own"]


def test_problem_in_a_catalogue_measure_is_shown_in_the_catalogue(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("csat: {title: t, definition: d, source: s, from: surveys, rate: raiting >= 4}\n", "utf-8")
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text(rubric_text(CSAT), "utf-8")
    with pytest.raises(ProblemsFound) as found:
        load_rubric(rubric, load_catalogue([mine]), check_sql)
    (problem,) = found.value.problems
    assert (*place(problem)[:2], problem.code) == (str(mine), 1, "measure-unknown-column")


def test_unused_catalogue_measure_does_not_stop_a_rubric(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("other: {title: t, definition: d, source: s, from: surveys, rate: raiting >= 4}\n", "utf-8")
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text(rubric_text(CSAT), "utf-8")
    catalogue = load_catalogue([CONFIGS / "measures.yaml", mine])
    assert load_rubric(rubric, catalogue, check_sql).rubric.name == "demo"
    assert [problem.code for problem in check_catalogue(catalogue, check_sql)] == ["measure-unknown-column"]
