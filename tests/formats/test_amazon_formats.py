"""Amazon's exports where they differ by marketplace or age, or cannot say whose a row is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from csperf.problems import ProblemsFound
from formats_at_hand import Fixture, read_export, read_fixture, write_export
from small_shop import run_csperf

FEEDBACK = "Date\tRating\tComments\tResponse\tOrder ID\tRater Email\n{day}\t2\t\t\t111-0000001-0000001\t\n"


def feedback(day: str, **said: str) -> Fixture:
    return Fixture("amazon-feedback", "feedback.txt", FEEDBACK.format(day=day), said=said)


@pytest.mark.parametrize(
    ("marketplace", "day"),
    [("US", "7/4/25"), ("DE", "4.7.25"), ("JP", "25/7/4"), ("SE", "2025-07-04"), ("GB", "4/7/25"), ("FR", "04/07/25")],
)
def test_each_marketplace_has_its_order_of_dates(tmp_path: Path, marketplace: str, day: str) -> None:
    read = read_export(feedback(day, marketplace=marketplace), tmp_path)
    assert read.splitlines()[2] == "111-0000001-0000001,2025-07-04 00:00:00+00:00,2"


def test_feedback_of_no_marketplace_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound) as found:
        read_export(feedback("7/4/25"), tmp_path)
    [problem] = found.value.problems
    assert problem.code == "source-marketplace"


def test_older_feedback_reads_alike(tmp_path: Path) -> None:
    newer = read_fixture("amazon-feedback")
    older = replace(newer, content=newer.content.replace("\tResponse\t", "\tYour Response\t"))
    for name in ("newer", "older"):
        (tmp_path / name).mkdir()
    assert read_export(older, tmp_path / "older") == read_export(newer, tmp_path / "newer")


def test_any_item_of_an_order_speaks_for_it(tmp_path: Path) -> None:
    """All that is read of an order stands in each of its rows, so their sequence makes no difference."""
    fixture = read_fixture("amazon-orders")
    header, *rows = fixture.content.splitlines(keepends=True)
    turned = replace(fixture, content="".join([header, *reversed(rows)]))
    found = []
    for name, one in (("as_is", fixture), ("turned", turned)):
        (tmp_path / name).mkdir()
        lines = read_export(one, tmp_path / name).splitlines()
        found.append({line for line in lines if "-00000" in line})
    assert len(found[0]) == 6
    assert found[0] == found[1]


RUBRIC = """\
name: amazon
version: "1"
title: Amazon
measures:
  orders_served:
    {title: Orders, definition: orders, source: "-", better: higher, from: orders, distinct: order_id, count: true}
  returns_in_policy:
    title: Returns
    definition: returns
    source: "-"
    better: lower
    from: returns
    optional: [is_valid]
    where: "coalesce(is_valid, true)"
    count: true
dimensions:
  all:
    title: All
    weight: 100
    indicators:
      orders_served: {weight: 25, score: {curve: {0: 0, 10: 100}}}
      returns_in_policy: {weight: 25, score: {curve: {0: 100, 10: 0}}}
      account_order_defect_rate: {weight: 25, score: {curve: {0%: 100, 5%: 0}}}
      account_order_defect_rate_seller: {weight: 25, score: {curve: {0%: 100, 5%: 0}}}
grades: [{name: all, min: 0}]
"""
WORKSPACE = """\
zone: UTC
language: en
rubric: amazon.yaml
sources:
  amazon-orders: {files: 50012025063001.txt, format: amazon-orders}
  amazon-returns: {files: june-returns.txt, format: amazon-returns}
  amazon-fba-returns: {files: june-fba-returns.txt, format: amazon-fba-returns}
  amazon-account-health: {files: seller-performance-2025-06.json, format: amazon-account-health}
  order_agents: {files: order_agents.csv}
"""


def test_orders_returns_and_account_health_are_scored_together(tmp_path: Path) -> None:
    """Both kinds of returns count; each order is its agents'; each way of shipping has its own defect rate."""
    for name in ("amazon-orders", "amazon-account-health"):
        write_export(read_fixture(name), tmp_path)
    for name, file in (("amazon-returns", "june-returns.txt"), ("amazon-fba-returns", "june-fba-returns.txt")):
        fixture = read_fixture(name)
        june = fixture.content
        for july in ("Jul-2025", "2025-07-"):
            june = june.replace(july, july.replace("Jul", "Jun").replace("07", "06"))
        june = june.replace("31-Jun", "30-Jun").replace("06-31T", "06-30T")
        write_export(replace(fixture, file=file, content=june), tmp_path)
    (tmp_path / "order_agents.csv").write_text(
        "order_id,agent_id\n111-0000001-0000001,Lina\n111-0000002-0000002,Lina\n111-0000002-0000002,Tom\n"
        "302-0000003-0000003,Tom\n111-0000009-0000009,Tom\n111-0000008-0000008,Tom\n111-0000010-0000010,Tom\n"
    )
    (tmp_path / "amazon.yaml").write_text(RUBRIC)
    (tmp_path / "csperf.yaml").write_text(WORKSPACE)
    run = run_csperf("score", "--month", "2025-06", "--format", "json", cwd=tmp_path)
    assert run.code == 0, run.err
    cards = json.loads(run.out)["agents"]
    found = {card["agent_id"]: {one["name"]: one["numerator"] for one in card["indicators"]} for card in cards}
    defects = {"account_order_defect_rate": 16, "account_order_defect_rate_seller": 7}
    assert found == {
        "Lina": {"orders_served": 2, "returns_in_policy": 3, **defects},
        "Tom": {"orders_served": 2, "returns_in_policy": 4, **defects},
    }
    [sellers] = {card["indicators"][3]["denominator"] for card in cards}
    assert sellers == 412
