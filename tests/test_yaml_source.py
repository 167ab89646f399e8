from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.problems import Problem, ProblemsFound
from csperf.yaml_source import parse_yaml, read_yaml


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ProblemsFound) as found:
        parse_yaml(text, "f.yaml")
    return found.value.problems


def test_marks_count_from_one_in_characters() -> None:
    source = parse_yaml("标题: {名称: 满意度, b: [1, '二']}\n", "f.yaml")
    marks = {path: (mark.line, mark.column, mark.width) for path, mark in source.values.items()}
    assert source.keys[("标题", "b")].column == 15
    assert marks[("标题", "名称")] == (1, 10, 3)
    assert marks[("标题", "b", 1)] == (1, 22, 3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.50", Decimal("12.50")),
        ("30", 30),
        ("007", "007"),
        ("0", 0),
        ("-5", -5),
        ("1:30", "1:30"),
        ("2025-06-01", "2025-06-01"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("~", None),
        (".inf", ".inf"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    read = parse_yaml(f"a: {text}", "f.yaml").data["a"]
    assert (read, type(read)) == (value, type(value))


def test_duplicate_keys_name_both_places() -> None:
    (problem,) = problems_of("a: 1\nb: 2\na: 3\n")
    assert problem.at
    assert (problem.code, problem.at.line, problem.at.column) == ("yaml-duplicate-key", 3, 1)
    assert "line 1" in problem.message


def test_duplicate_keys_can_be_gathered() -> None:
    problems: list[Problem] = []
    assert parse_yaml("a: 1\na: 2\n", "f.yaml", problems).data == {"a": 1}
    assert [problem.code for problem in problems] == ["yaml-duplicate-key"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: b: c", (1, 5)),
        ("a: [1,\n", (2, 1)),
        ("a: 'x", (1, 6)),
        ("\tx: 1", (1, 1)),
        ("a: 1\n---\nb: 2", (2, 1)),
        ("a: *nope", (1, 4)),
        ("a: 1\nb: \x00", (2, 4)),
        ("a: &x [*x]", (1, 4)),
    ],
)
def test_syntax(text: str, place: tuple[int, int]) -> None:
    problem = problems_of(text)[0]
    assert problem.at
    assert (problem.at.line, problem.at.column) == place
    assert problem.code == "yaml-syntax"
    assert "\n" not in problem.message


def test_deep_nesting_is_a_problem() -> None:
    assert problems_of("[" * 2_000 + "]" * 2_000)[0].code == "yaml-syntax"


def test_aliases_of_aliases_are_a_problem() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert problems_of(text)[0].code == "yaml-syntax"


@given(st.binary(max_size=200))
def test_any_bytes_are_data_or_problems(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "f.yaml"
    path.write_bytes(content)
    problems: tuple[Problem, ...] = ()
    try:
        read_yaml(path)
    except ProblemsFound as found:
        problems = found.problems
    assert all(problem.code.startswith("yaml-") for problem in problems)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_data_or_problems(text: str) -> None:
    try:
        source = parse_yaml(text, "f.yaml")
    except ProblemsFound:
        return
    assert all(mark.line >= 1 and mark.column >= 1 and mark.width >= 1 for mark in source.values.values())


def test_a_folder_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="file-unreadable"):
        read_yaml(tmp_path)
