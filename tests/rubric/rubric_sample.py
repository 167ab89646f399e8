"""A small rubric for tests, as text, and ways to load variants of it."""

from pathlib import Path

from csperf.engines.polars_sql import check_sql
from csperf.problems import Problem, ProblemsFound
from csperf.rubric.catalogue import load_catalogue
from csperf.rubric.load import LoadedRubric, load_rubric

CONFIGS = Path(__file__).parents[2] / "configs"

RUBRIC = """\
name: demo
version: "1"
title: Demo
dimensions:
  service:
    weight: 100
    indicators:
      {indicator}
grades:
  - {{name: good, min: 80}}
  - {{name: fair, min: 0}}
"""

MEASURE = """\
  own:
    title: Own
    definition: A measure of this rubric alone.
    source: example
    {entry}
"""


def rubric_text(indicator: str, measure: str = "") -> str:
    """A rubric with one indicator (YAML of one line) and perhaps a measure of its own, called `own`."""
    text = RUBRIC.format(indicator=indicator)
    if measure:
        text += "measures:\n" + MEASURE.format(entry=measure.replace("\n", "\n    "))
    return text


def load_text(text: str, folder: Path) -> LoadedRubric:
    """Load a rubric text with the shipped catalogue."""
    path = folder / "rubric.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rubric(path, load_catalogue([CONFIGS / "measures.yaml"]), check_sql, "rubric.yaml")


def find_problems(text: str, folder: Path) -> tuple[Problem, ...]:
    """What is wrong with a rubric text, warnings included."""
    try:
        return load_text(text, folder).warnings
    except ProblemsFound as found:
        return found.problems


def place(problem: Problem) -> tuple[str, int | None, int | None]:
    """File, line and column of a problem."""
    assert problem.at
    return problem.at.file, problem.at.line, problem.at.column


def marked(problem: Problem) -> str:
    """What the carets stand under."""
    assert problem.at
    assert problem.at.column
    start = problem.at.column - 1
    return (problem.excerpt or "")[start : start + problem.width]


def find_codes(text: str, folder: Path) -> list[str]:
    """The codes of what is wrong, in order."""
    return [problem.code for problem in find_problems(text, folder)]
