"""JSON, NDJSON, CSV, Markdown and Excel: golden files, and what each format promises."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from typing import Any

import fastexcel
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_sample import LANGS, build_table, check_golden

from csperf.render import FORMATS, Format, render_score
from csperf.render.csv import neutralise, render_csv
from csperf.render.json import render_json, write_json
from csperf.render.md import escape_md, render_md
from csperf.render.ndjson import render_ndjson
from csperf.render.numbers import plain_number, result_number
from csperf.render.xlsx import render_xlsx
from csperf.scoring.cards import Agent

SCHEMA = json.loads(files("csperf.render").joinpath("score.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["json", "ndjson", "md"])
def test_golden(request: pytest.FixtureRequest, name: Format, lang: str) -> None:
    rendered = render_score(build_table(), name, lang)
    assert isinstance(rendered, str)
    check_golden(request, f"score.{lang}.{name}", rendered)


def test_golden_csv(request: pytest.FixtureRequest) -> None:
    check_golden(request, "score.csv", render_csv(build_table()))


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_renders_a_table_without_agents(format: Format) -> None:
    rendered = render_score(replace(build_table(), cards=()), format, "en")
    assert rendered or format == "ndjson"


@pytest.mark.parametrize("format", FORMATS)
def test_same_table_same_bytes(format: Format) -> None:
    assert render_score(build_table(), format, "zh-CN") == render_score(build_table(), format, "zh-CN")


@pytest.mark.parametrize("lang", LANGS)
def test_json_is_valid_against_the_shipped_schema(lang: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(render_json(build_table(), lang)), SCHEMA)


def test_the_schema_refuses_what_is_not_in_the_contract() -> None:
    document = json.loads(render_json(build_table(), "en"))
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for place in (document, document["agents"][0], document["agents"][0]["indicators"][0]):
        place["surprise"] = 1
        assert list(validator.iter_errors(document))
        del place["surprise"]
    assert not list(validator.iter_errors(document))
    del document["agents"][0]["coverage"]
    assert list(validator.iter_errors(document))


def test_json_numbers_are_written_as_the_contract_shows() -> None:
    text = render_json(build_table(), "en")
    for line in ('"score": 98.0,', '"weight": 40,', '"max_points": 40,', '"points": 36.0,', '"value": 0.88,',
                 '"numerator": 44,', '"value": 0.944444,', '"coverage": 1.0,', '"score": null,'):  # fmt: skip
        assert line in text


def test_json_points_add_up_to_the_digit() -> None:
    document = json.loads(render_json(build_table(), "en"), parse_float=Decimal, parse_int=Decimal)
    for agent in document["agents"]:
        for dimension in agent["dimensions"]:
            parts = [line["points"] for line in agent["indicators"]
                     if line["dimension"] == dimension["name"] and line["points"] is not None]  # fmt: skip
            assert dimension["points"] == (sum(parts) if parts else None)
        if agent["score"] is not None:
            assert agent["score"] == sum(part["points"] for part in agent["dimensions"])


def test_json_keeps_chinese_and_says_reasons_in_the_language() -> None:
    chinese, english = render_json(build_table(), "zh-CN"), render_json(build_table(), "en")
    assert "王小明" in english
    assert "short by 2.00%: 2 completed steps of 1% × 2 points" in english
    assert "short by" not in chinese


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_write_json_is_what_the_standard_library_writes(value: Any) -> None:
    assert write_json(value) == json.dumps(value, ensure_ascii=False, indent=2)
    assert write_json(value, level="") == json.dumps(value, ensure_ascii=False)


@given(st.fractions(max_denominator=10**9), st.integers(0, 40))
def test_plain_number_is_half_up_and_exact_to_six_digits(fraction: Fraction, zeros: int) -> None:
    value = fraction * 10**zeros
    printed = f"{plain_number(value):f}"
    assert abs(Fraction(printed) - value) <= Fraction(1, 2 * 10**6)
    assert "E" not in printed
    assert not ("." in printed and printed.endswith("0"))


def test_numbers() -> None:
    assert f"{plain_number(Decimal('30.00')):f}" == "30"
    assert f"{plain_number(Fraction(1, 2_000_000)):f}" == "0.000001"
    assert f"{plain_number(Fraction(1, 20_000)):f}" == "0.00005"
    assert f"{plain_number(Fraction(-1, 3_000_000)):f}" == "0"
    assert f"{result_number(Decimal('26.00')):f}" == "26.0"
    assert f"{result_number(Decimal('26.25')):f}" == "26.25"
    assert f"{result_number(Decimal('1E+2')):f}" == "100.0"


def test_ndjson_has_one_whole_object_per_agent() -> None:
    table = build_table()
    document = json.loads(render_json(table, "en"))
    lines = render_ndjson(table, "en").splitlines()
    assert [json.loads(line) for line in lines] == [
        {key: document[key] for key in ("period", "rubric", "by")} | agent for agent in document["agents"]
    ]


def test_csv_columns_are_the_contract() -> None:
    header, *rows = csv.reader(io.StringIO(render_csv(build_table())))
    assert header[:8] == ["period", "agent_id", "name", "team", "score", "grade", "rank", "coverage"]
    assert header[8:13] == [
        "performance_points",
        "attitude_points",
        "csat_value",
        "csat_points",
        "csat_sample_size",
    ]
    assert header[-2:] == ["outcomes", "presence"]
    assert len(header) == 8 + 2 + 3 * 4 + 2
    assert all(len(row) == len(header) for row in rows)
    assert rows[1][:8] == ["2025-06", "A003", "李娜", "售后一组", "86.00", "qualified", "2", "1"]
    assert rows[4][4:8] == ["", "", "", "0.2"]


def test_csv_has_a_byte_order_mark_only_for_files() -> None:
    assert render_csv(build_table(), bom=True) == "\ufeff" + render_csv(build_table())
    assert not render_csv(build_table()).startswith("\ufeff")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_neutralised(start: str) -> None:
    table = build_table()
    dangerous = f"{start}1+1"
    card = replace(table.cards[0], agent=Agent(dangerous, dangerous, dangerous))
    _, row = csv.reader(io.StringIO(render_csv(replace(table, cards=(card,))), newline=""))
    assert row[1:4] == [f"'{dangerous}"] * 3
    assert neutralise(f"a{dangerous}") == f"a{dangerous}"


def test_negative_values_stay_numbers() -> None:
    table = build_table()
    line = replace(table.cards[0].indicators[1], value=Fraction(-3, 2))
    card = replace(table.cards[0], indicators=(table.cards[0].indicators[0], line, *table.cards[0].indicators[2:]))
    row = next(csv.DictReader(io.StringIO(render_csv(replace(table, cards=(card,))))))
    assert row["first_response_value"] == "-1.5"


def test_md_escapes_markup_and_keeps_the_table_whole() -> None:
    assert escape_md("a|b*c\n<d>") == r"a\|b\*c \<d\>"
    lines = render_md(build_table(), "en").splitlines()
    table = [line.replace(r"\|", "") for line in lines if line.startswith("| ")]
    scores = table[: 2 + len(build_table().cards)]
    assert len({line.count("|") for line in scores}) == 1


def test_xlsx_holds_every_agent_and_indicator() -> None:
    table = build_table()
    workbook = fastexcel.read_excel(render_xlsx(table, "zh-CN"))
    assert workbook.sheet_names == ["得分", "指标明细", "来源与说明"]
    scores = workbook.load_sheet("得分").to_polars()
    assert scores["工号"].to_list() == [card.agent.agent_id for card in table.cards]
    assert scores["姓名"].to_list()[2] == '=HYPERLINK("http://example.com")'
    assert scores.columns.count("得分") == 1
    assert scores["得分"].to_list() == [98.0, 86.0, 86.0, 66.34, None]
    assert scores["等级"].to_list() == ["优秀", "合格", "合格", "不合格", None]
    lines = workbook.load_sheet("指标明细").to_polars()
    assert len(lines) == 5 * 4
    assert lines["分子"].to_list()[4] == 44


def test_xlsx_never_writes_a_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(render_xlsx(build_table(), "en"))) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 3
    assert not any(b"<f>" in sheet for sheet in sheets)
