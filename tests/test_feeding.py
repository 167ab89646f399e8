"""Which measures some sources can feed: by their columns, each table's from one source, derived ones by their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from csperf.engines.polars_engine import PolarsEngine
from csperf.engines.polars_sql import check_sql
from csperf.exports.reader import RawTable
from csperf.feeding import Feeding, find_feedable
from csperf.people import Scope
from csperf.rubric.catalogue import load_catalogue
from csperf.rubric.load import load_every_measure
from csperf.shipped import shipped
from small_shop import open_source

MEASURES = load_every_measure(load_catalogue([shipped("configs") / "measures.yaml"]), check_sql)


def feed(folder: Path, headers: Mapping[str, Sequence[str]], by: Scope = "agent") -> Feeding:
    """What sources with these headers feed; a table's name may be followed by a number for another source of it."""
    opened: dict[str, list[RawTable]] = {}
    for name, columns in headers.items():
        place = folder / name
        place.mkdir()
        table = name.rstrip("0123456789")
        opened.setdefault(table, []).append(open_source(place, table, ",".join(columns) + "\n"))
    return find_feedable(MEASURES, opened, PolarsEngine(folder), by)


def test_every_measure_is_either_fed_or_lacks_something(tmp_path: Path) -> None:
    found = feed(tmp_path, {"surveys": ["survey_id", "agent_id", "responded_at", "rating"]})

    assert set(found.fed) | set(found.lacking) == set(MEASURES)
    assert set(found.fed) & set(found.lacking) == set()
    assert {"csat", "csat_mean"} <= set(found.fed)
    assert found.lacking["complaint_rate"] == ("complaints", "tickets")


def test_a_missing_column_is_named_with_its_table(tmp_path: Path) -> None:
    found = feed(tmp_path, {"tickets": ["ticket_id", "agent_id", "created_at", "resolved_at"]})

    assert "resolution_hours" in found.fed
    assert found.lacking["positive_rating_rate"] == ("tickets.rating",)
    assert found.lacking["first_response"] == ("tickets.first_reply_seconds", "tickets.first_responder_id")


def test_columns_that_a_measure_can_do_without_are_not_lacking(tmp_path: Path) -> None:
    found = feed(tmp_path, {"qa_reviews": ["review_id", "agent_id", "reviewed_at", "criterion", "mark"]})

    assert "qa_score" in found.fed


def test_no_measure_is_put_together_from_two_sources_of_one_table(tmp_path: Path) -> None:
    day = ["agent_id", "date"]
    apart = {"agent_metrics1": [*day, "first_reply_seconds"], "agent_metrics2": [*day, "served_count", "reply_rate"]}

    found = feed(tmp_path, apart)

    assert "served_reported" in found.fed
    assert found.lacking["first_reply_reported"] == ("agent_metrics.served_count",)


@pytest.mark.parametrize(
    ("by", "with_agents", "lacking"),
    [("agent", False, ("order_agents",)), ("team", False, ("order_agents",)), ("shop", False, None),
     ("agent", True, None)],
)  # fmt: skip
def test_orders_without_agents(tmp_path: Path, by: Scope, with_agents: bool, lacking: tuple[str, ...] | None) -> None:
    headers = {"orders": ["order_id", "ordered_at", "returned"]}
    if with_agents:
        headers["order_agents"] = ["order_id", "agent_id"]

    assert feed(tmp_path, headers, by).lacking.get("return_repair_rate") == lacking
