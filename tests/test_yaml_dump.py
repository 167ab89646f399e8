"""YAML that is written reads as the same data, digits and all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.shipped import shipped
from csperf.yaml_source import dump_yaml, parse_yaml, read_yaml

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8) | st.sampled_from(
    [
        "",
        "007",
        "1.5",
        "yes",
        "null",
        "~",
        "2025-06-01",
        "1:30",
        "0x1F",
        "- a",
        "a: b",
        "#",
        "'",
        "多 行\n文字\n",
        " x ",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT
    | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT.filter(bool), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_reads_as_the_same_data(data: object) -> None:
    read = parse_yaml(dump_yaml(data), "x.yaml").data

    assert read == data
    assert repr(read) == repr(data)


def test_a_whole_decimal_stays_one() -> None:
    text = dump_yaml({"a": Decimal("1E+2"), "b": Decimal("12.50"), "c": 30})
    assert text == "a: 100.0\nb: 12.50\nc: 30\n"


@pytest.mark.parametrize("path", sorted((shipped("configs") / "rubrics").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_rubric_reads_as_before(path: object) -> None:
    data = read_yaml(path).data  # type: ignore[arg-type]
    assert parse_yaml(dump_yaml(data), "x.yaml").data == data
