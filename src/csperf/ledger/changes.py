"""What differs between two records of a month: figures per agent, keys of a rubric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from csperf.scoring.cards import DimensionScore, IndicatorScore, Measurement, Scorecard
from csperf.scoring.history import ScoreSheet

_NOTHING = "–"
Change = tuple[str, str, str]
"""What, before, after."""


def find_figures_changed(before: ScoreSheet | None, after: ScoreSheet | None) -> dict[str, list[Change]]:
    """By agent (or unit): each figure that differs. The words around the figures may differ freely."""
    old, new = _figures(before), _figures(after)
    found = {who: _compare(old.get(who, {}), new.get(who, {})) for who in sorted({*old, *new})}
    return {who: changes for who, changes in found.items() if changes}


def find_keys_changed(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """Each key of two YAML documents that differs, by its path: `dimensions.performance.weight`."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            inner = f"{path}.{key}" if path else str(key)
            if key in before and key in after:
                yield from find_keys_changed(before[key], after[key], inner)
            else:
                yield inner, _show(before.get(key)), _show(after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from find_keys_changed(old, new, f"{path}.{index}")
    elif before != after:
        yield path, _show(before), _show(after)


def _show(value: Any) -> str:
    match value:
        case None:
            return _NOTHING
        case dict():
            return "{" + ", ".join(f"{key}: {_show(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_show, value)) + "]"
        case bool():
            return str(value).lower()
    return " ".join(str(value).split())


def _compare(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    pairs = ((name, old.get(name, _NOTHING), new.get(name, _NOTHING)) for name in dict.fromkeys([*old, *new]))
    return [(name, before, after) for name, before, after in pairs if before != after]


def _figures(sheet: ScoreSheet | None) -> dict[str, dict[str, str]]:
    if sheet is None:
        return {}
    found = {card.agent.agent_id: dict(_card_figures(card)) for card in sheet.table.cards}
    for (who, measure), one in sorted(sheet.measurements.items()):
        figures, said = found.setdefault(who, {}), _measured(one)
        if figures.get(measure) != said:  # what a card shows is said once
            figures[f"{measure} as measured" if measure in figures else measure] = said
    return found


def _card_figures(card: Scorecard) -> Iterator[tuple[str, str]]:
    whole = {
        "score": card.score, "grade": card.grade, "rank": card.rank, "coverage": card.coverage,
        "presence": card.agent.presence, "variant": card.variant,
        "score without exemptions": card.unexempted.score if card.unexempted else None,
        "outcomes": " ".join(f"{one.kind}:{one.indicator or ''}:{one.name}" for one in card.outcomes) or None,
    }  # fmt: skip
    yield from ((name, _plain(value)) for name, value in whole.items())
    for part in card.dimensions:
        yield f"{part.name} points", _of_most(part)
    for line in card.indicators:
        yield line.name, _measured(line)
        yield f"{line.name} points", _of_most(line)
        yield f"{line.name} status", " ".join(filter(None, (line.status, line.policy, line.tier)))


def _of_most(part: DimensionScore | IndicatorScore) -> str:
    return f"{_plain(part.points)}/{part.max_points}"


def _measured(one: Measurement | IndicatorScore) -> str:
    """`44 ÷ 50`, `45 (12)`: the number of cases is said where the denominator is another."""
    value = _plain(one.value)
    if one.numerator is not None and one.denominator:
        value = f"{one.numerator} ÷ {one.denominator}"
    return value if one.denominator == one.sample_size else f"{value} ({one.sample_size})"


def _plain(value: object) -> str:
    return _NOTHING if value is None else str(value)
