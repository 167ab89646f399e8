"""Scores and measurements as Parquet, for whatever reads it; measurements are read back, exactly."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from csperf.scoring.cards import Measurement, Scorecard
from csperf.scoring.history import ScoreSheet

POLARS = pl.__version__
_POINTS, _SHARE = pl.Decimal(18, 2), pl.Decimal(18, 6)
_SCORES = {
    "period": pl.String, "scope": pl.String, "agent_id": pl.String, "name": pl.String, "team": pl.String,
    "role": pl.String, "level": pl.String, "dimension": pl.String, "indicator": pl.String, "weight": _POINTS,
    "max_points": _POINTS, "points": _POINTS, "grade": pl.String, "rank": pl.Int64, "coverage": _SHARE,
    "target": pl.String, "value": pl.String, "value_number": pl.Float64, "numerator": pl.String,
    "denominator": pl.String, "sample_size": pl.Int64, "status": pl.String, "policy": pl.String, "tier": pl.String,
}  # fmt: skip
_MEASUREMENTS = {
    "period": pl.String, "scope": pl.String, "agent_id": pl.String, "measure": pl.String, "value": pl.String,
    "value_number": pl.Float64, "numerator": pl.String, "denominator": pl.String, "sample_size": pl.Int64,
    "is_lacking": pl.Boolean,
}  # fmt: skip


def write_scores(sheets: Iterable[ScoreSheet]) -> bytes:
    """One row per card's total, dimension and indicator (column level); exact texts beside numbers for tools."""
    return _write([row for sheet in sheets for row in _score_rows(sheet)], _SCORES)


def write_measurements(sheets: Iterable[ScoreSheet]) -> bytes:
    """One row per measurement; value, numerator and denominator are exact, such as 22/25."""
    rows = [
        {
            "period": sheet.table.label, "scope": sheet.table.by, "agent_id": one.agent_id, "measure": one.measure,
            "sample_size": one.sample_size, "is_lacking": one.is_lacking, **_exact(one),
        }
        for sheet in sheets for _, one in sorted(sheet.measurements.items())
    ]  # fmt: skip
    return _write(rows, _MEASUREMENTS)


def read_measurements(path: Path) -> dict[str, dict[tuple[str, str], Measurement]]:
    """By scope, then by (agent or unit, measure); raises OSError or ValueError for a file that is none of ours."""
    found: dict[str, dict[tuple[str, str], Measurement]] = {}
    try:
        for row in pl.read_parquet(path.read_bytes()).iter_rows(named=True):
            value, numerator, denominator = (
                None if row[name] is None else Fraction(row[name]) for name in ("value", "numerator", "denominator")
            )
            one = Measurement(
                row["agent_id"], row["measure"], value, numerator, denominator, row["sample_size"], row["is_lacking"]
            )
            found.setdefault(row["scope"], {})[one.agent_id, one.measure] = one
    except (pl.exceptions.PolarsError, KeyError, TypeError, ArithmeticError) as error:
        raise ValueError(f"these are no measurements: {error}") from error
    return found


def _score_rows(sheet: ScoreSheet) -> Iterator[dict[str, Any]]:
    for card in sheet.table.cards:
        agent = card.agent
        who = {
            "period": sheet.table.label, "scope": sheet.table.by, "agent_id": agent.agent_id, "name": agent.name,
            "team": agent.team, "role": agent.role,
        }  # fmt: skip
        yield {**who, "level": "total", **_total(card)}
        for part in card.dimensions:
            yield {
                **who, "level": "dimension", "dimension": part.name, "weight": part.weight,
                "max_points": part.max_points, "points": part.points,
            }  # fmt: skip
        for line in card.indicators:
            yield {
                **who, "level": "indicator", "dimension": line.dimension, "indicator": line.name,
                "weight": line.weight, "max_points": line.max_points, "points": line.points, "target": line.target,
                "sample_size": line.sample_size, "status": line.status, "policy": line.policy, "tier": line.tier,
                **_exact(line),
            }  # fmt: skip


def _total(card: Scorecard) -> dict[str, Any]:
    return {"points": card.score, "grade": card.grade, "rank": card.rank, "coverage": card.coverage}


def _exact(one: Any) -> dict[str, Any]:
    """Value, numerator and denominator of a measurement or of an indicator's line."""
    exact = {name: getattr(one, name) for name in ("value", "numerator", "denominator")}
    texts = {name: None if value is None else str(value) for name, value in exact.items()}
    return {**texts, "value_number": None if one.value is None else float(one.value)}


def _write(rows: list[dict[str, Any]], schema: Mapping[str, Any]) -> bytes:
    target = io.BytesIO()
    columns = {name: pl.Series(name, [row.get(name) for row in rows], kind) for name, kind in schema.items()}
    pl.DataFrame(columns).write_parquet(target, compression="zstd", statistics=True)
    return target.getvalue()
