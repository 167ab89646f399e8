"""What the engine counted → one measurement per agent and measure, ratios and formulas worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from graphlib import TopologicalSorter

from csperf.rubric.measures import Aggregate, Measure, evaluate_formula
from csperf.rubric.quantities import unit_kind
from csperf.scoring.cards import Agent, AggregateResult, Measurement
from csperf.tables.kinds import EVERYONE

Results = Mapping[Aggregate, Mapping[str, AggregateResult]]
"""By aggregate and agent_id (or unit). An absent aggregate has no source, an absent agent no rows."""

_NOTHING = AggregateResult(None)
_ZERO = Fraction(0)


def finish_measurements(
    measures: Mapping[str, Measure], results: Results, agents: Sequence[Agent]
) -> dict[tuple[str, str], Measurement]:
    """A measurement for every agent and measure, by (agent_id, measure name).

    `measures` holds the parts of its derived measures too. A count without rows is 0 where its source
    exists; everything else without rows is unknown. What is of everyone is given to each. A unit's counts
    and sums are per head: divided by how many people it had.
    """
    order = TopologicalSorter({name: measure.parts for name, measure in measures.items()}).static_order()
    finished: dict[tuple[str, str], Measurement] = {}
    lacking: set[str] = set()
    for name in order:
        measure = measures[name]
        if lacking.intersection(measure.parts) or any(term not in results for term in measure.terms):
            lacking.add(name)
        for agent in agents:
            agent_id = agent.agent_id
            if name in lacking:
                finished[agent_id, name] = Measurement(agent_id, name, None, is_lacking=True)
            elif measure.kind == "constant":
                finished[agent_id, name] = Measurement(agent_id, name, measure.constant)
            elif measure.kind == "derived":
                # A constant has no rows that a sample could be too small of.
                parts = {part: finished[agent_id, part] for part in measure.parts}
                sizes = [parts[part].sample_size for part in parts if measures[part].kind != "constant"]
                finished[agent_id, name] = finish_derived(measure, agent_id, parts, min(sizes, default=0))
            elif measure.kind == "ratio":
                of, to = (_find_result(results, term, agent_id) for term in measure.terms)
                finished[agent_id, name] = _finish_ratio(measure, agent_id, of, to)
            else:
                (term,) = measure.terms
                found = _finish_single(measure, agent_id, _find_result(results, term, agent_id))
                is_per_head = agent.is_unit and measure.is_per_head
                finished[agent_id, name] = _per_head(found, agent.presence) if is_per_head else found
    return finished


def _find_result(results: Results, aggregate: Aggregate, agent_id: str) -> AggregateResult:
    found = results[aggregate].get(EVERYONE if aggregate.agent == EVERYONE else agent_id)
    if found is None and aggregate.kind == "count":
        return AggregateResult(value=_ZERO, numerator=_ZERO)
    return found or _NOTHING


def _finish_single(measure: Measure, agent_id: str, term: AggregateResult) -> Measurement:
    value = None if term.denominator == 0 else term.value
    return Measurement(agent_id, measure.name, value, term.numerator, term.denominator, term.sample_size)


def _per_head(total: Measurement, heads: Fraction) -> Measurement:
    value = total.value / heads if total.value is not None and heads else None
    return replace(total, value=value, denominator=heads)


def _finish_ratio(measure: Measure, agent_id: str, of: AggregateResult, to: AggregateResult) -> Measurement:
    value = of.value / to.value if of.value is not None and to.value else None
    sample_size = of.sample_size
    if unit_kind(measure.unit) == "share":
        sample_size = int(to.value or 0) if measure.terms[1].is_of_cases else to.sample_size
    return Measurement(agent_id, measure.name, value, of.value, to.value, sample_size)


def finish_derived(measure: Measure, agent_id: str, parts: Mapping[str, Measurement], sample_size: int) -> Measurement:
    """What the arithmetic of a derived measure makes of its parts."""
    assert measure.formula is not None
    value = evaluate_formula(measure.formula, {name: part.value for name, part in parts.items()})
    return Measurement(agent_id, measure.name, value, sample_size=sample_size)
