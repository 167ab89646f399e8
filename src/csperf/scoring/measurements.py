"""What the engine counted → one measurement per agent and measure, ratios and formulas worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from graphlib import TopologicalSorter

from csperf.rubric.measures import Aggregate, Measure, evaluate_formula
from csperf.rubric.quantities import unit_kind
from csperf.scoring.cards import AggregateResult, Measurement

Results = Mapping[Aggregate, Mapping[str, AggregateResult]]
"""By aggregate and agent_id. An absent aggregate has no source, an absent agent no rows."""

_NOTHING = AggregateResult(None)
_ZERO = Fraction(0)


def finish_measurements(
    measures: Mapping[str, Measure], results: Results, agents: Sequence[str]
) -> dict[tuple[str, str], Measurement]:
    """A measurement for every agent and measure, by (agent_id, measure name).

    `measures` holds the parts of its derived measures too. A count without rows is 0 where its source
    exists; everything else without rows is unknown.
    """
    order = TopologicalSorter({name: measure.parts for name, measure in measures.items()}).static_order()
    finished: dict[tuple[str, str], Measurement] = {}
    for name in order:
        measure = measures[name]
        for agent_id in agents:
            if measure.kind == "derived":
                parts = {part: finished[agent_id, part] for part in measure.parts}
                finished[agent_id, name] = _finish_derived(measure, agent_id, parts)
            else:
                terms = [_find_result(results, term, agent_id) for term in measure.terms]
                finish = _finish_ratio if measure.kind == "ratio" else _finish_single
                finished[agent_id, name] = finish(measure, agent_id, *terms)
    return finished


def _find_result(results: Results, aggregate: Aggregate, agent_id: str) -> AggregateResult:
    if aggregate not in results:
        return _NOTHING
    found = results[aggregate].get(agent_id)
    if found is None and aggregate.kind == "count":
        return AggregateResult(value=_ZERO, numerator=_ZERO)
    return found or _NOTHING


def _finish_single(measure: Measure, agent_id: str, term: AggregateResult) -> Measurement:
    value = None if term.denominator == 0 else term.value
    return Measurement(agent_id, measure.name, value, term.numerator, term.denominator, term.sample_size)


def _finish_ratio(measure: Measure, agent_id: str, of: AggregateResult, to: AggregateResult) -> Measurement:
    value = of.value / to.value if of.value is not None and to.value else None
    is_share = unit_kind(measure.unit) == "share"
    sample_size = int(to.value or 0) if is_share else of.sample_size
    return Measurement(agent_id, measure.name, value, of.value, to.value, sample_size)


def _finish_derived(measure: Measure, agent_id: str, parts: Mapping[str, Measurement]) -> Measurement:
    assert measure.formula is not None
    value = evaluate_formula(measure.formula, {name: part.value for name, part in parts.items()})
    sample_size = min(part.sample_size for part in parts.values())
    return Measurement(agent_id, measure.name, value, sample_size=sample_size)
