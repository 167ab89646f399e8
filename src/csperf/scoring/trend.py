"""How agents, teams or the shop went from month to month, and what months before and after an event come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from csperf.period import name_months
from csperf.problems import Problem, ProblemsFound, suggest
from csperf.rubric.load import LoadedRubric
from csperf.scoring.cards import Agent, Number, Title, Words, words
from csperf.scoring.gauges import MEDIAN, SCORE, Cell, Course, Figure, Gauge, follow, gauge_of, pool_gauge
from csperf.scoring.history import History, PeriodRecord

Scope = Literal["agent", "team", "shop"]
Kind = Literal["all", "third", "ends"]
"""What is compared around an event: all months before with all from then on; the last month before with the third
from then on; the first month with the last."""

LEAST_CASES = 20
"""Below so many cases a figure is too thin to be judged alone, as 42 CFR 414.1265 has it."""
_ORDINARY_LUCK = Fraction(196, 100)


@dataclass(frozen=True)
class MonthFigure:
    """A month of a line. points: of one agent's or team's indicator.

    change and course: against the calendar month before; null where either has no value.
    """

    label: str
    figure: Figure
    points: Decimal | None = None
    max_points: Decimal | None = None
    change: Fraction | None = None
    course: Course | None = None


@dataclass(frozen=True)
class Line:
    """One gauge of one agent or team (null: of the shop), a figure for every month that was asked for."""

    who: Agent | None
    gauge: Gauge
    months: tuple[MonthFigure, ...]


@dataclass(frozen=True)
class Compared:
    """A line before and after. difference: after − before; cautions: why it may say little."""

    line: Line
    before: Figure
    after: Figure
    difference: Fraction | None
    course: Course | None
    cautions: tuple[Words, ...]


@dataclass(frozen=True)
class Contrast:
    """Some months against others, by label, for every line."""

    kind: Kind
    before: tuple[str, ...]
    after: tuple[str, ...]
    lines: tuple[Compared, ...]


@dataclass(frozen=True)
class Trend:
    """All that is rendered. months: of each label asked for, its record; null where it has no data.

    since: the month from which something was different; event: what people call it.
    """

    by: Scope
    zone: str
    months: Mapping[str, PeriodRecord | None]
    lines: tuple[Line, ...]
    since: str | None = None
    event: str | None = None
    contrasts: tuple[Contrast, ...] = ()
    notes: tuple[Words, ...] = ()


def trace_months(
    history: History, labels: Sequence[str], zone: str, scheme: LoadedRubric, by: Scope, who: Sequence[Agent],
    indicators: Sequence[str] = (), since: str | None = None, event: str | None = None,
) -> Trend:  # fmt: skip
    """The lines of those in `who` (of the shop: of nobody), over all labels in order of time.

    Without indicators, one line of scores each; of the shop, and of one agent or team, every indicator too.
    """
    names = list(indicators) or (_list_indicators(history, scheme) if len(who) <= 1 else [])
    gauges = [gauge_of(_scheme_with(history, scheme, name), name) for name in names]
    if not indicators:
        gauges = [Gauge(SCORE), *([Gauge(MEDIAN)] if by == "shop" else []), *gauges]
    months = {label: history.find(label) for label in labels}
    lines = tuple(_draw_line(months, by, one, gauge) for one in (who if by != "shop" else (None,)) for gauge in gauges)
    contrasts = tuple(_contrast(months, by, lines, since)) if since else ()
    notes = (
        *_note_months(months, gauges),
        *_note_contrasts(months, since, contrasts),
        *_note_unpooled(lines, contrasts),
    )
    return Trend(by, zone, months, lines, since, event, contrasts, notes)


def check_history(history: History, labels: Sequence[str]) -> None:
    """Raises ProblemsFound where none of the months has data."""
    if not history.months:
        asked = labels[0] if len(labels) == 1 else f"any month from {labels[0]} to {labels[-1]}"
        hint = "give the last month to look at with --month, and further back with --months"
        raise ProblemsFound([Problem("history-empty", f"there is no data of {asked}", hint=hint)])


def find_agents(history: History, asked: Sequence[str], resolve: Callable[[str], str]) -> list[Agent]:
    """Those asked for by id, name or alias, each once, as the latest month knows them; raises ProblemsFound."""
    known = {card.agent.agent_id: card.agent for month in history.months for card in month.agents.table.cards}
    ids = {name: name if name in known else resolve(name) for name in asked}
    names = [name for agent in known.values() for name in (agent.agent_id, agent.name) if name]
    problems = [
        Problem("agent-unknown", f'no agent "{name}" in {_span(history)}', hint=suggest(name, names))
        for name, agent_id in ids.items()
        if agent_id not in known
    ]
    if problems:
        raise ProblemsFound(problems)
    return [known[agent_id] for agent_id in dict.fromkeys(ids.values())]


def find_teams(history: History, asked: Sequence[str]) -> list[Agent]:
    """The teams asked for, each once, as the latest month knows them; raises ProblemsFound."""
    sheets = [month.teams for month in history.months if month.teams is not None]
    known = {card.agent.agent_id: card.agent for sheet in sheets for card in sheet.table.cards}
    problems = [
        Problem(
            "team-unknown", f'no team "{name}" in {_span(history)}',
            hint=suggest(name, list(known)) if known else "the roster's column team says who is in which",
        )
        for name in asked
        if name not in known
    ]  # fmt: skip
    if problems:
        raise ProblemsFound(problems)
    return [known[name] for name in dict.fromkeys(asked)]


def check_indicators(history: History, scheme: LoadedRubric, asked: Sequence[str]) -> None:
    """Raises ProblemsFound for an indicator that neither today's rubric nor that of a month has."""
    known = _list_indicators(history, scheme)
    problems = [
        Problem(
            "indicator-unknown", f'rubric "{scheme.rubric.name}" has no indicator "{name}"', hint=suggest(name, known)
        )
        for name in asked
        if name not in known
    ]
    if problems:
        raise ProblemsFound(problems)


def _span(history: History) -> str:
    first, last = history.months[0].label, history.months[-1].label
    return first if first == last else f"{first} to {last}"


def _list_indicators(history: History, scheme: LoadedRubric) -> list[str]:
    """Those of today's rubric, then those that only a month's has."""
    rubrics = [scheme.rubric, *(month.scheme.rubric for month in reversed(history.months))]
    return list(dict.fromkeys(name for rubric in rubrics for _, name, _ in rubric.indicators()))


def _scheme_with(history: History, scheme: LoadedRubric, name: str) -> LoadedRubric:
    """Today's scheme, or else the latest month's, that has the indicator."""
    schemes = [scheme, *(month.scheme for month in reversed(history.months))]
    return next(one for one in schemes if one.rubric.find_indicator(name))


def _draw_line(months: Mapping[str, PeriodRecord | None], by: Scope, who: Agent | None, gauge: Gauge) -> Line:
    drawn: list[MonthFigure] = []
    for label in months:
        figure, points, most = _read_month(_find_cells(months, by, who, [label]), who, gauge)
        before = drawn[-1].figure.value if drawn else None
        drawn.append(MonthFigure(label, figure, points, most, *follow(gauge, before, figure.value)))
    return Line(who, gauge, tuple(drawn))


def _read_month(
    cells: Sequence[Cell], who: Agent | None, gauge: Gauge
) -> tuple[Figure, Decimal | None, Decimal | None]:
    """(the figure, points, max points): of one agent or team as the card has it, of the shop pooled."""
    for cell in cells if who is not None else ():
        for one in cell.card.indicators:
            if one.name == gauge.name:
                figure = Figure(one.value, one.numerator, one.denominator, one.sample_size)
                return figure, one.points, one.max_points
    return pool_gauge(gauge, cells), None, None


def _find_cells(
    months: Mapping[str, PeriodRecord | None], by: Scope, who: Agent | None, labels: Sequence[str]
) -> list[Cell]:
    records = {label: months[label] for label in labels}
    sheets = {
        label: record.teams if by == "team" else record.agents
        for label, record in records.items()
        if record is not None
    }
    return [
        Cell(label, card, sheet)
        for label, sheet in sheets.items() if sheet is not None
        for card in sheet.table.cards if who is None or card.agent.agent_id == who.agent_id
    ]  # fmt: skip


# ── before and after ──────────────────────────────────────────────────────────────────────────────


def _contrast(
    months: Mapping[str, PeriodRecord | None], by: Scope, lines: Sequence[Line], since: str
) -> Iterator[Contrast]:
    """The same months once; nothing where either side has no month with data."""
    there = [label for label, record in months.items() if record is not None]
    before, after = [label for label in there if label < since], [label for label in there if label >= since]
    if not before or not after:
        return
    sides: list[tuple[Kind, list[str], list[str]]] = [("all", before, after)]
    if (third := third_month(since)) in after:
        sides.append(("third", before[-1:], [third]))
    sides.append(("ends", before[:1], after[-1:]))
    once = {(tuple(earlier), tuple(later)): kind for kind, earlier, later in reversed(sides)}
    for (earlier, later), kind in reversed(once.items()):
        compared = tuple(_compare(months, by, line, earlier, later) for line in lines)
        yield Contrast(kind, earlier, later, compared)


def third_month(since: str) -> str:
    """The third month from `since` on, itself the first."""
    year, month = divmod(12 * int(since[:4]) + int(since[5:]) + 1, 12)
    return f"{year:04}-{month + 1:02}"


def _compare(
    months: Mapping[str, PeriodRecord | None], by: Scope, line: Line, earlier: Sequence[str], later: Sequence[str]
) -> Compared:
    before, after = (_figure_over(months, by, line, labels) for labels in (earlier, later))
    difference, course = follow(line.gauge, before.value, after.value)
    cautions = tuple(_list_cautions(line.gauge, before, after)) if difference is not None else ()
    return Compared(line, before, after, difference, course, cautions)


def _figure_over(months: Mapping[str, PeriodRecord | None], by: Scope, line: Line, labels: Sequence[str]) -> Figure:
    """One month as the line has it, several together."""
    if len(labels) == 1:
        return next(month.figure for month in line.months if month.label == labels[0])
    return pool_gauge(line.gauge, _find_cells(months, by, line.who, labels))


def _list_cautions(gauge: Gauge, before: Figure, after: Figure) -> Iterator[Words]:
    """Of what is a sample of cases; an amount is none."""
    if gauge.measure is None or not gauge.measure.has_poolable_kind:
        return
    sizes = before.sample_size, after.sample_size
    if min(sizes) < LEAST_CASES:
        yield words("trend-few-cases", before=Number(sizes[0]), after=Number(sizes[1]), least=Number(LEAST_CASES))
    elif gauge.measure.kind == "rate" and _is_ordinary_luck(before, after):
        yield words("trend-luck")


def _is_ordinary_luck(before: Figure, after: Figure) -> bool:
    """Whether two shares differ by less than chance alone gives in 95 of 100 cases.

    |p₁ − p₂| < 1.96 √(p (1 − p) (1/n₁ + 1/n₂)) with p = (k₁ + k₂) ÷ (n₁ + n₂), both sides squared.
    """
    (k1, n1), (k2, n2) = ((Fraction(one.numerator or 0), Fraction(one.denominator or 0)) for one in (before, after))
    if not n1 or not n2:
        return False
    pooled = (k1 + k2) / (n1 + n2)
    return (k1 / n1 - k2 / n2) ** 2 < _ORDINARY_LUCK**2 * pooled * (1 - pooled) * (1 / n1 + 1 / n2)


# ── what is said beside the figures ───────────────────────────────────────────────────────────────


def _note_months(months: Mapping[str, PeriodRecord | None], gauges: Sequence[Gauge]) -> Iterator[Words]:
    there = {label: record for label, record in months.items() if record is not None}
    if absent := [label for label in months if label not in there]:
        yield words("trend-absent", months=name_months(absent))
    if unsealed := [label for label, record in there.items() if record.record == "open"]:
        yield words("trend-open", months=name_months(unsealed))
    for label, record in there.items():
        for one in record.adjustments[-1:]:
            yield words("trend-adjusted", month=label, dated=one.dated, reason=one.reason, approved_by=one.approved_by)
    for (_, earlier), (label, later) in pairwise(there.items()):
        rubrics = [
            (one.rubric_name, one.rubric_version, one.rubric_sha256)
            for one in (earlier.agents.table, later.agents.table)
        ]
        if rubrics[0] != rubrics[1]:
            name, version, _ = rubrics[1]
            yield words("trend-rubric", month=label, name=name, version=version)
        elif earlier.agents.table.season != later.agents.table.season:
            yield words("trend-season", month=label)
        for gauge in gauges:
            if _define(earlier.scheme, gauge.name) != _define(later.scheme, gauge.name):
                yield words("trend-redefined", indicator=Title(gauge.name, gauge.title), month=label)


def _define(scheme: LoadedRubric, name: str) -> tuple[object, ...]:
    """What decides a measure's value; empty where the scheme does not have it."""
    measure = scheme.measures.get(name)
    if measure is None:
        return ()
    parts = (_define(scheme, part) for part in measure.parts)
    return (measure.kind, measure.terms, measure.formula, measure.constant, measure.unit, *parts)


def _note_contrasts(
    months: Mapping[str, PeriodRecord | None], since: str | None, contrasts: Sequence[Contrast]
) -> Iterator[Words]:
    if since and not contrasts:
        yield words("trend-one-side", since=since)
    elif since and months.get(third_month(since)) is None:
        yield words("trend-no-third", since=since, month=third_month(since))


def _note_unpooled(lines: Sequence[Line], contrasts: Sequence[Contrast]) -> Iterator[Words]:
    """Indicators that have values, but none together, each once."""
    alone = [(line.gauge, month.figure) for line in lines for month in line.months]
    compared = [(one.line.gauge, side) for each in contrasts for one in each.lines for side in (one.before, one.after)]
    names = {gauge.name: gauge.title for gauge, figure in (*alone, *compared) if gauge.measure and figure.is_unpooled}
    for name, title in names.items():
        yield words("trend-not-pooled", indicator=Title(name, title))
