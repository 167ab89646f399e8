"""A first rubric for some sources: of a pool of indicators those that they feed, weighed up to 100."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from csperf.engines.base import SourceResult
from csperf.engines.polars_sql import check_sql
from csperf.exports.reader import RawTable
from csperf.feeding import Feeding, find_feedable
from csperf.people import Scope
from csperf.period import Period, parse_month
from csperf.pipeline import load_measures, score_period
from csperf.problems import Problem, ProblemsFound
from csperf.render.start import render_rubric
from csperf.rubric.load import LoadedRubric, load_rubric
from csperf.scoring.cards import IndicatorScore, ScoreTable
from csperf.session import Session
from csperf.shipped import shipped
from csperf.yaml_source import read_yaml

POOL = shipped("configs") / "starter.yaml"
"""The rubric that a first one is chosen from."""
_NEAREST = 3


@dataclass(frozen=True)
class Choice:
    """A rubric as it is written, whom and which month to score by it first, and the scores of that.

    tables: those that it is computed from.
    """

    content: Mapping[str, Any]
    by: Scope
    month: str
    scores: ScoreTable
    tables: frozenset[str]


def choose_rubric(session: Session, sources: Collection[tuple[RawTable, SourceResult]], today: dt.date) -> Choice:
    """Of each meaning the first indicator that says something of most people in the month to begin with.

    By agent, or of the whole shop where nothing can be said of agents. Raises ProblemsFound where nothing can be
    scored at all. sources: each with what was found in it.
    """
    content = read_yaml(POOL).data
    pool = load_rubric(POOL, load_measures(session.workspace), check_sql)
    opened: dict[str, list[RawTable]] = {}
    for raw, _ in sources:
        opened.setdefault(raw.contract.table, []).append(raw)
    scopes: tuple[Scope, ...] = ("agent", "shop")
    for by in scopes:
        feeding = find_feedable(pool.measures, opened, session.engine, by)
        fed = [name for _, name, _ in pool.rubric.indicators() if name in feeding.fed]
        month, tables = _find_month(sources, _list_tables(pool, fed), f"{today:%Y-%m}")
        there = [name for name in fed if _list_tables(pool, [name]) <= tables]
        if not there:
            continue
        period = parse_month(month, session.workspace.content.zone, today)
        kept = choose_indicators(content, _score(session, compose_rubric(content, there), period, by))
        if kept:
            chosen = compose_rubric(content, kept)
            return Choice(chosen, by, month, _score(session, chosen, period, by), _list_tables(pool, kept))
    raise ProblemsFound([_explain_nothing(pool, feeding, sources)])


def compose_rubric(pool: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The pool's rubric with these indicators and their measures alone; the weights are whole and add up to 100."""
    kept = {
        (dimension, name): said
        for dimension, group in pool["dimensions"].items() for name, said in group["indicators"].items()
        if name in names
    }  # fmt: skip
    shares = share_out([Fraction(said["weight"]) for said in kept.values()], 100)
    dimensions: dict[str, Any] = {}
    for ((dimension, name), said), weight in zip(kept.items(), shares, strict=True):
        group = dimensions.setdefault(dimension, {**pool["dimensions"][dimension], "weight": 0, "indicators": {}})
        group["weight"] += weight
        group["indicators"][name] = {key: value for key, value in said.items() if key != "title"} | {"weight": weight}
    measures = {name: said for name, said in pool["measures"].items() if name in names}
    changed = {**pool, "measures": measures, "dimensions": dimensions}
    return {key: value for key, value in changed.items() if value}


def share_out(parts: Sequence[Fraction], total: int) -> list[int]:
    """Whole numbers in proportion to the parts that add up to the total: the largest remainders are rounded up."""
    exact = [part * total / sum(parts) for part in parts]
    whole = [math.floor(one) for one in exact]
    behind = sorted(range(len(parts)), key=lambda index: whole[index] - exact[index])
    for index in behind[: total - sum(whole)]:
        whole[index] += 1
    return whole


def choose_indicators(pool: Mapping[str, Any], scores: ScoreTable) -> list[str]:
    """Of each meaning the first indicator that has a value for half of the people or more.

    Where so few of these have enough cases that most people would get no score, only those that are scored.
    """
    said = {name: one for group in pool["dimensions"].values() for name, one in group["indicators"].items()}
    told = [card.indicators for card in scores.cards if any(one.value is not None for one in card.indicators)]
    valued = _keep_first(said, told, [{one.name for one in card if one.value is not None} for card in told])
    scored = [{one.name for one in card if one.points is not None} for card in told]
    covered = sum(_weigh(said, names & {*valued}) * 2 >= _weigh(said, valued) for names in scored)
    return valued if covered * 2 >= len(told) else _keep_first(said, told, scored) or valued


def _keep_first(
    said: Mapping[str, Mapping[str, Any]], told: Sequence[Sequence[IndicatorScore]], known: Iterable[Collection[str]]
) -> list[str]:
    counts = Counter(name for names in known for name in names)
    kept: dict[str, str] = {}
    for name, indicator in said.items():
        if counts[name] and counts[name] * 2 >= len(told):
            kept.setdefault(indicator.get("title", name), name)
    return list(kept.values())


def _weigh(said: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> Fraction:
    return sum((Fraction(said[name]["weight"]) for name in names), Fraction(0))


def _score(session: Session, content: Mapping[str, Any], period: Period, by: Scope) -> ScoreTable:
    path = session.workdir / f"{content['name']}.yaml"
    path.write_text(render_rubric(content, "en"), encoding="utf-8")
    scheme = load_rubric(path, load_measures(session.workspace), check_sql)
    return score_period(session, scheme, period, by=by, with_words=False).table


def _list_tables(pool: LoadedRubric, names: Iterable[str]) -> frozenset[str]:
    return frozenset(term.table for name in names for term in pool.measures[name].terms)


def _find_month(
    sources: Iterable[tuple[RawTable, SourceResult]], tables: Collection[str], latest: str
) -> tuple[str, set[str]]:
    """(the month that most sources of these tables hold, of several the last; the tables that hold it)."""
    spans = [
        (raw.contract.table, *span) for raw, result in sources
        if raw.contract.table in tables and (span := _find_months(result))
    ]  # fmt: skip
    months = sorted({month for _, *span in spans for month in span if month <= latest}, reverse=True)
    held = {month: [table for table, first, last in spans if first <= month <= last] for month in months}
    best = max(months, key=lambda month: len(held[month]), default=latest)
    return best, set(held.get(best, ()))


def _find_months(result: SourceResult) -> tuple[str, str] | None:
    """The first and the last month that a source holds."""
    first, last = result.first, result.last
    if first is None or last is None:
        return None
    if isinstance(last, dt.datetime):
        last -= dt.timedelta(days=1)  # exports often run a few hours into the next month
    return f"{first:%Y-%m}", max(f"{first:%Y-%m}", f"{last:%Y-%m}")


def _explain_nothing(
    pool: LoadedRubric, feeding: Feeding, sources: Collection[tuple[RawTable, SourceResult]]
) -> Problem:
    if feeding.fed:
        spans = ((raw.name, _find_months(result)) for raw, result in sources)
        return Problem(
            "init-nothing-to-score", f"no month of these files has a value of {', '.join(feeding.fed)}",
            samples=tuple(f"{name}: {' … '.join(dict.fromkeys(span)) if span else 'no rows'}" for name, span in spans),
            hint="export the same months of each; csperf data inspect FILE shows how the first rows are read",
        )  # fmt: skip
    here = {raw.contract.table for raw, _ in sources}
    nearest = sorted(
        feeding.lacking.items(), key=lambda item: (here.isdisjoint(_list_tables(pool, [item[0]])), len(item[1]))
    )
    return Problem(
        "init-nothing-to-score", "these files feed none of the measures to begin with",
        samples=tuple(f"{name} needs {', '.join(lacking)}" for name, lacking in nearest[:_NEAREST]),
        hint="add the exports that hold these; csperf data inspect FILE says what each file can feed",
    )  # fmt: skip
