"""Adding a source to csperf.yaml: the file says what was meant, and every other byte of it stays."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.workspace_edit import add_file, add_source, show_source, write_scalar
from csperf.yaml_source import parse_yaml

BLOCK = """\
# Our shop
rubric: aftersales-60-20-20   # the scheme

sources:
  # who is who
  roster:
    files: roster.csv
  tickets:
    files:
      - "exports/tickets-*.csv"   # every month
      - old.csv
    format: zendesk-tickets

  # not yet
  # surveys: {files: surveys.csv}

# the end
zone: Asia/Shanghai
"""
FLOW = """\
rubric: x
sources:
  roster:  {files: roster.csv}      # who is who
  tickets: {files: ["a.csv", b.csv], format: zendesk-tickets}
"""
ENTRY = {"files": "exports/评价 6月.csv", "format": "amazon-feedback"}


def added_lines(before: str, after: str) -> list[str]:
    """The lines that are new; fails where one is gone."""
    changes = [line for line in difflib.ndiff(before.splitlines(True), after.splitlines(True)) if line[0] in "+-"]
    assert not [line for line in changes if line[0] == "-"]
    return [line[2:] for line in changes]


def test_source_is_added_as_its_neighbours_are_written() -> None:
    text = add_source(BLOCK, "surveys", ENTRY)
    assert text is not None
    assert added_lines(BLOCK, text) == [
        "  surveys:\n", "    files: exports/评价 6月.csv\n", "    format: amazon-feedback\n",
    ]  # fmt: skip
    text = add_source(FLOW, "surveys", ENTRY)
    assert text is not None
    assert added_lines(FLOW, text) == ["  surveys: {files: exports/评价 6月.csv, format: amazon-feedback}\n"]


def test_source_lines_up_where_its_neighbours_do() -> None:
    ragged = FLOW.replace("roster:  {", "roster: {")
    entry = {"files": "qa.csv"}
    assert added_lines(FLOW, add_source(FLOW, "qa", entry) or "") == ["  qa:      {files: qa.csv}\n"]
    assert added_lines(ragged, add_source(ragged, "qa", entry) or "") == ["  qa: {files: qa.csv}\n"]


def test_comments_after_the_sources_stay_where_they_are() -> None:
    text = add_source(BLOCK, "surveys", ENTRY) or ""
    assert text.endswith("# the end\nzone: Asia/Shanghai\n")
    assert text.index("# not yet") < text.index("  surveys:\n") < text.index("# the end")


@pytest.mark.parametrize("text", [BLOCK, FLOW])
def test_line_ends_are_those_of_the_file(text: str) -> None:
    windows = text.replace("\n", "\r\n")
    assert add_source(windows, "surveys", ENTRY) == (add_source(text, "surveys", ENTRY) or "").replace("\n", "\r\n")
    assert add_file(windows, "tickets", "c.csv") == (add_file(text, "tickets", "c.csv") or "").replace("\n", "\r\n")


def test_last_line_may_lack_its_end() -> None:
    assert add_source(FLOW.removesuffix("\n"), "surveys", ENTRY) == add_source(FLOW, "surveys", ENTRY)


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        (FLOW, "roster", "  roster:  {files: [roster.csv, c.csv]}      # who is who\n"),
        (FLOW, "tickets", '  tickets: {files: ["a.csv", b.csv, c.csv], format: zendesk-tickets}\n'),
        (BLOCK, "roster", "    files: [roster.csv, c.csv]\n"),
        (BLOCK, "tickets", "      - c.csv\n"),
    ],
)
def test_file_joins_the_others_of_its_source(text: str, name: str, line: str) -> None:
    found = add_file(text, name, "c.csv")
    assert found is not None
    assert line in found.splitlines(True)
    assert abs(len(found.splitlines()) - len(text.splitlines())) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "rubric: x\nsources: {roster: {files: roster.csv}}\n",
        "{rubric: x, sources: {roster: {files: a.csv}}}",
        "rubric: x\nsources:\n  ? roster\n  : {files: a.csv}\n  ? other\n  : {files: b.csv}\n",
        "rubric: [",
    ],
)
def test_shape_that_defeats_it_is_left_alone(text: str) -> None:
    found = add_source(text, "surveys", ENTRY)
    assert found is None or parse_yaml(found, "").data["sources"]["surveys"] == ENTRY


def test_braces_are_left_to_a_person() -> None:
    assert add_source("rubric: x\nsources: {roster: {files: roster.csv}}\n", "surveys", ENTRY) is None
    assert add_source(FLOW, "roster", ENTRY) is None
    assert show_source("surveys", ENTRY) == "surveys:\n  files: exports/评价 6月.csv\n  format: amazon-feedback"


def test_a_shared_list_is_not_changed_for_two() -> None:
    text = "rubric: x\nsources:\n  roster: {files: &all [a.csv]}\n  tickets: {files: *all}\n"
    assert add_file(text, "tickets", "b.csv") is None


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1))
def test_any_file_name_is_written_so_that_it_reads_back(name: str) -> None:
    assert parse_yaml(f"{{files: {write_scalar(name)}, format: x}}", "").data["files"] == name
    for text in (BLOCK, FLOW):
        found = add_source(text, "surveys", {"files": name})
        assert found is not None
        assert parse_yaml(found, "").data["sources"]["surveys"] == {"files": name}
