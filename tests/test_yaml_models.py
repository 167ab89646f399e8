from decimal import Decimal
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from csperf.problems import Problem
from csperf.yaml_models import describe, read_model
from csperf.yaml_source import parse_yaml


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    of: str
    over: str


class Column(BaseModel):
    model_config = ConfigDict(extra="forbid")
    from_: str | list[str] | None = Field(None, alias="from", description="header, or several")
    unit: Literal["s", "min"] | None = None
    share: str | Part | None = None


class File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(pattern="^[a-z]+$", description="lower-case letters")]
    size: Annotated[Decimal, Field(gt=0, le=10, decimal_places=1)] = Decimal(1)
    rows: int = 1
    is_on: bool = True
    columns: dict[str, Column] = Field(default_factory=dict)
    grades: list[Column] = Field(default_factory=list, min_length=1)


def read(text: str) -> tuple[File | None, list[Problem]]:
    return read_model(parse_yaml(text, "f.yaml"), File, "format")


@pytest.mark.parametrize(
    ("text", "place", "code", "message"),
    [
        ("nme: x\nname: a", (1, 1), "unknown-key", 'unknown key "nme" at the top level'),
        ("size: 1", (1, 1), "missing-key", 'missing key "name" at the top level'),
        ("name: [a]", (1, 7), "wrong-type", "name must be text, not a list"),
        ("name: 5", (1, 7), "wrong-type", "name must be text, not 5"),
        ("name:", (1, 6), "wrong-type", "name must be text, not empty"),
        ("name: 服务", (1, 7), "bad-value", 'name cannot be "服务"'),
        ("name: a\nsize: ten", (2, 7), "wrong-type", 'size must be a number, not "ten"'),
        ("name: a\nsize: 0", (2, 7), "bad-value", "size must be more than 0, not 0"),
        ("name: a\nsize: 11.5", (2, 7), "bad-value", "size must be at most 10, not 11.5"),
        ("name: a\nsize: 1.25", (2, 7), "bad-value", "size can have at most 1 decimals"),
        ("name: a\nrows: 1.5", (2, 7), "wrong-type", "rows must be a whole number, not 1.5"),
        ("name: a\nis_on: maybe", (2, 8), "wrong-type", 'is_on must be true or false, not "maybe"'),
        ("name: a\ncolumns: [a]", (2, 10), "wrong-type",
         "columns must be a mapping (key: value), not a list"),
        ("name: a\ngrades: []", (2, 9), "bad-value", "grades needs at least 1 entries"),
        ("name: a\ncolumns:\n  评价: {form: x}", (3, 8), "unknown-key",
         'unknown key "form" in column "评价"'),
        ("name: a\ncolumns:\n  x: {from: {a: 1}}", (3, 13), "wrong-type",
         'from of column "x" must be text or a list, not a mapping'),
        ("name: a\ncolumns:\n  x: {from: [a, 5]}", (3, 17), "wrong-type",
         'entry 2 of from of column "x" must be text, not 5'),
        ("name: a\ncolumns:\n  x: {unit: sec}", (3, 13), "bad-value", 'unit of column "x" cannot be "sec"'),
        ("name: a\ncolumns:\n  x: {share: {of: a}}", (3, 7), "missing-key",
         'missing key "over" in share of column "x"'),
        ("name: a\ncolumns:\n  x: {share: {of: a, over: b, for: c}}", (3, 31), "unknown-key",
         'unknown key "for" in share of column "x"'),
        ("name: a\ngrades:\n  - {unit: s}\n  - {unit: h}", (4, 12), "bad-value",
         'unit of grade 2 cannot be "h"'),
        ("", (1, 1), "empty", "this file is empty"),
        ("# nothing", (1, 1), "empty", "this file is empty"),
    ],
)  # fmt: skip
def test_mistake(text: str, place: tuple[int, int], code: str, message: str) -> None:
    model, (problem,) = read(text)
    assert model is None
    assert problem.at
    assert (problem.at.line, problem.at.column) == place
    assert (problem.code, problem.message) == (f"format-{code}", message)


def test_all_mistakes_at_once() -> None:
    _, problems = read("nme: x\nsize: 11\ncolumns:\n  x: {unit: sec, form: y}\n")
    assert sorted(problem.code for problem in problems) == [
        "format-bad-value", "format-bad-value", "format-unknown-key", "format-unknown-key"
    ]  # fmt: skip


def test_a_misspelt_key_is_not_also_missing() -> None:
    _, (problem,) = read("nmae: a")
    assert problem.code == "format-unknown-key"
    _, problems = read("other: a")
    assert sorted(problem.code for problem in problems) == ["format-missing-key", "format-unknown-key"]


def test_hints_name_what_is_allowed() -> None:
    _, (problem,) = read("name: a\ncolumns:\n  x: {form: y}\n")
    assert problem.hint == 'did you mean "from"? allowed: from, share, unit'
    _, (problem,) = read("name: a\ncolumns:\n  x: {share: {of: a, ovr: b, over: c}}\n")
    assert problem.hint == 'did you mean "over"? allowed: of, over'
    _, (problem,) = read("name: 5")
    assert problem.hint == 'put it in quotes: "5" (lower-case letters)'
    _, (problem,) = read("name: A B")
    assert problem.hint == "lower-case letters"


def test_a_file_that_fits() -> None:
    model, problems = read("name: a\nsize: 2.5\n")
    assert problems == []
    assert model is not None
    assert model.size == Decimal("2.5")


@pytest.mark.parametrize("text", ["[1, 2]", "just words", "5", "- a: 1", "5: x", "name: a\ncolumns: {5: x}"])
def test_odd_files_are_problems_not_crashes(text: str) -> None:
    model, problems = read(text)
    assert model is None
    assert problems
    assert not any("Input" in problem.message or "dict" in problem.message for problem in problems)


def test_describe() -> None:
    data = {"grades": [{"name": "good"}, {}]}
    assert (
        describe(("dimensions", "a", "indicators", "csat", "score", "per"), data) == 'per of score of indicator "csat"'
    )
    assert describe(("grades", 0, "min"), data) == 'min of grade "good"'
    assert describe(("grades", 1), data) == "grade 2"
    assert describe(("csat", "rate"), {}, "measure") == 'rate of measure "csat"'
