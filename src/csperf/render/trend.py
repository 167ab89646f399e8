"""A trend: month by month with a sparkline, and what changed around an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any, Literal

from rich.console import RenderableType
from rich.text import Text

from csperf.render.csv import neutralise, write_csv
from csperf.render.json import say_all, write_json
from csperf.render.md import escape_md, join_blocks, md_grid
from csperf.render.numbers import NOTHING, plain_number, plain_or_null, points_text, result_number, result_or_null
from csperf.render.table import left_out_names
from csperf.render.terminal import Column, break_heading, build_grid, clean, fit_columns, print_text, wrap
from csperf.render.words import agent_label, label, say, say_list, title_of
from csperf.rubric.quantities import unit_kind
from csperf.scoring.cards import Agent, Number
from csperf.scoring.figures import format_number, format_points, format_value, round_value, sign_of
from csperf.scoring.gauges import SCORE, Course, Figure, Gauge
from csperf.scoring.history import PeriodRecord
from csperf.scoring.trend import Compared, Contrast, Line, MonthFigure, Trend

TrendFormat = Literal["table", "json", "csv", "md"]
FORMATS: tuple[TrendFormat, ...] = ("table", "json", "csv", "md")
SCHEMA = "csperf/trend/v1"
_BARS = "▁▂▃▄▅▆▇█"
_STYLES: dict[Course | None, str] = {"better": "green", "worse": "red"}


def render_trend(
    trend: Trend, format: TrendFormat, lang: str, *,
    width: int = 80, color: bool = False, bom: bool = False, asked: str = "",
) -> str:  # fmt: skip
    """A trend in one of the formats; CSV is of the months, or of what is compared where there is an event.

    width, color and asked (the flags, quoted, that its command repeats) matter to the terminal table, bom to CSV only.
    """
    match format:
        case "table":
            return _render_table(trend, lang, width, color, asked)
        case "json":
            return _render_json(trend, lang)
        case "csv":
            return write_csv(_contrast_rows(trend, lang) if trend.since else _month_rows(trend), bom)
        case "md":
            return _render_md(trend, lang)


@dataclass(frozen=True)
class _Section:
    """A heading, a grid, and what is said below it."""

    heading: str
    columns: list[Column]
    said: list[str]


def _sections(trend: Trend, lang: str) -> Iterator[_Section]:
    yield _Section("", (_columns_of_one if len(trend.lines) == 1 else _columns_of_many)(trend, lang), [])
    for contrast in trend.contrasts:
        title, grid = _contrast_title(contrast, lang), _contrast_columns(trend, contrast, lang)
        yield _Section(title, grid, _caution_lines(trend, contrast, lang))


def _caution_lines(trend: Trend, contrast: Contrast, lang: str) -> list[str]:
    """Each different caution once, with the lines it is about."""
    about: dict[str, list[str]] = {}
    for one in contrast.lines:
        for caution in one.cautions:
            about.setdefault(say(caution, lang), []).append(_line_name(trend, one.line, lang))
    comma = label("list-comma", lang)
    return [label("colon", lang, head=comma.join(names), text=said) for said, names in about.items()]


# ── in words ──────────────────────────────────────────────────────────────────────────────────────


def _title(trend: Trend, lang: str) -> str:
    people = _people(trend)
    who = label("trend-shop", lang)
    if len(people) == 1:
        who = clean(agent_label(people[0], lang))
    elif people:
        who = label(f"trend-{trend.by}s", lang, count=Number(len(people)))
    labels = list(trend.months)
    title = label("trend-title", lang, who=who, first=labels[0], last=labels[-1])
    return f"{title} · {trend.zone}"


def _people(trend: Trend) -> list[Agent]:
    return list({line.who.agent_id: line.who for line in trend.lines if line.who is not None}.values())


def _event_line(trend: Trend, lang: str) -> list[str]:
    if trend.since is None:
        return []
    event = clean(trend.event or "")
    return [label("trend-event" if event else "trend-since", lang, since=trend.since, event=event)]


def _gauge_title(trend: Trend, gauge: Gauge, lang: str) -> str:
    if gauge.measure is not None:
        return title_of(gauge.title, lang, gauge.name)
    return label("trend-mean-score" if gauge.name == SCORE and trend.by == "shop" else f"trend-{gauge.name}", lang)


def _line_name(trend: Trend, line: Line, lang: str) -> str:
    """What tells the line from the others."""
    title = _gauge_title(trend, line.gauge, lang)
    if line.who is None or len(_people(trend)) == 1:
        return title
    who = clean(agent_label(line.who, lang))
    return who if len({one.gauge.name for one in trend.lines}) == 1 else f"{who} · {title}"


def _value_text(gauge: Gauge, value: Fraction | None) -> str:
    if gauge.measure is None:
        return NOTHING if value is None else format_points(value)
    return format_value(value, gauge.unit)


def _change_text(gauge: Gauge, before: Fraction | None, after: Fraction | None, lang: str) -> str:
    """The difference of the two as they read."""
    if before is None or after is None:
        return NOTHING
    old, new = (round_value(value, gauge.unit, 2) for value in (before, after))
    sign = sign_of(new - old)
    if unit_kind(gauge.unit) == "share":
        amount = format_number(abs(new - old) * 100, 2, 2)
        return sign + label("trend-percentage-points", lang, amount=amount)
    return sign + _value_text(gauge, abs(new - old))


def _course_text(course: Course | None, lang: str) -> str:
    return "" if course is None else label(f"trend-course-{course}", lang)


def _counts_text(figure: Figure) -> str:
    if figure.numerator is None:
        return NOTHING
    above = format_number(figure.numerator)
    return above if figure.denominator is None else f"{above}/{format_number(figure.denominator)}"


def _record_name(record: PeriodRecord | None) -> str:
    if record is None:
        return "absent"
    return "adjusted" if record.adjustments else record.record


def _shown_labels(trend: Trend) -> list[str]:
    """All from the first month that has data on."""
    labels = list(trend.months)
    first = next(index for index, name in enumerate(labels) if trend.months[name] is not None)
    return labels[first:]


def draw_sparkline(values: Sequence[Fraction | None]) -> str:
    """One bar per value from the lowest to the highest, a blank where there is none; all the same: the middle one."""
    known = [value for value in values if value is not None]
    if not known:
        return " " * len(values)
    low, span = min(known), max(known) - min(known)
    steps = len(_BARS) - 1

    def bar(value: Fraction) -> str:
        return _BARS[floor((value - low) / span * steps + Fraction(1, 2)) if span else steps // 2]

    return "".join(" " if value is None else bar(value) for value in values)


# ── grids ─────────────────────────────────────────────────────────────────────────────────────────


def _columns_of_many(trend: Trend, lang: str) -> list[Column]:
    """A line per row, its months beside each other; the latest months are the last to be left out."""
    shown = _shown_labels(trend)
    first = len(trend.months) - len(shown)
    columns = _who_columns(trend, trend.lines, lang)
    sparks = [draw_sparkline([month.figure.value for month in line.months[first:]]) for line in trend.lines]
    columns.append(Column("sparkline", (label("trend-head-sparkline", lang),), sparks))
    for index, name in enumerate(shown):
        record = label(f"trend-record-{_record_name(trend.months[name])}", lang)
        cells = [_value_text(line.gauge, line.months[first + index].figure.value) for line in trend.lines]
        columns.append(Column(name, (name, record), cells, importance=len(shown) - index + 1, right=True))
    last = [line.months[-1] for line in trend.lines]
    columns.append(_change_column([_change_of(line, len(line.months) - 1, lang) for line in trend.lines], last, lang))
    columns.append(_course_column([month.course for month in last], lang))
    return columns


def _columns_of_one(trend: Trend, lang: str) -> list[Column]:
    """A month per row, with all that is known of it."""
    line, shown = trend.lines[0], _shown_labels(trend)
    first = len(line.months) - len(shown)
    months, gauge = line.months[first:], line.gauge
    changes = [_change_of(line, first + index, lang) for index in range(len(months))]
    name = _gauge_title(trend, gauge, lang)
    columns = [
        Column("month", (label("trend-head-month", lang),), shown),
        Column("value", break_heading(name), [_value_text(gauge, one.figure.value) for one in months], right=True),
        Column("sparkline", ("",), _bars([one.figure.value for one in months])),
        _change_column(changes, months, lang),
        _course_column([one.course for one in months], lang),
    ]
    if any(one.points is not None for one in months):
        points = [
            NOTHING if one.points is None or one.max_points is None
            else label("card-points", lang, points=format_points(one.points), max_points=format_points(one.max_points))
            for one in months
        ]  # fmt: skip
        columns.append(Column("points", (label("head-points", lang),), points, importance=2, right=True))
    if any(one.figure.numerator is not None for one in months) and (gauge.measure or trend.by == "shop"):
        counts = [_counts_text(one.figure) for one in months]
        columns.append(Column("counts", break_heading(label("trend-head-counts", lang)), counts, 3, right=True))
    if gauge.measure is not None:
        sizes = [str(one.figure.sample_size) for one in months]
        columns.append(Column("cases", (label("trend-head-samples", lang),), sizes, importance=3, right=True))
    records = [label(f"trend-record-{_record_name(trend.months[name])}", lang) for name in shown]
    columns.append(Column("record", (label("trend-head-record", lang),), records, importance=1))
    return columns


def _bars(values: Sequence[Fraction | None]) -> list[str]:
    return list(draw_sparkline(values))


def _contrast_columns(trend: Trend, contrast: Contrast, lang: str) -> list[Column]:
    lines, columns = contrast.lines, _who_columns(trend, [one.line for one in contrast.lines], lang)
    arrows = [_arrow(_value_text(one.line.gauge, side.value) for side in (one.before, one.after)) for one in lines]
    columns.append(Column("before-after", (label("trend-head-before-after", lang),), arrows, right=True))
    changes = [_change_text(one.line.gauge, one.before.value, one.after.value, lang) for one in lines]
    columns.append(_change_column(changes, lines, lang))
    columns.append(_course_column([one.course for one in lines], lang))
    samples = [_arrow(str(side.sample_size) for side in (one.before, one.after)) for one in lines]
    columns.append(Column("cases", (label("trend-head-samples", lang),), samples, importance=1, right=True))
    counts = [_arrow(map(_counts_text, (one.before, one.after))) if one.line.gauge.measure else "" for one in lines]
    columns.append(Column("counts", (label("trend-head-counts", lang),), counts, importance=2, right=True))
    return columns


def _arrow(sides: Iterable[str]) -> str:
    return " → ".join(sides)


def _who_columns(trend: Trend, lines: Sequence[Line], lang: str) -> list[Column]:
    """What tells the rows apart."""
    columns: list[Column] = []
    people = [line.who for line in lines if line.who is not None]
    if len(_people(trend)) > 1:
        heading = "head-team" if trend.by == "team" else "head-agent-id"
        columns.append(Column("who", (label(heading, lang),), [clean(one.agent_id) for one in people]))
        if any(one.name for one in people):
            names = [clean(one.name or NOTHING) for one in people]
            columns.append(Column("name", (label("head-name", lang),), names, importance=1))
    if not columns or len({line.gauge.name for line in lines}) > 1:
        titles = [_gauge_title(trend, line.gauge, lang) for line in lines]
        columns.append(Column("what", (label("trend-head-gauge", lang),), titles))
    return columns


def _change_of(line: Line, index: int, lang: str) -> str:
    before = line.months[index - 1].figure.value if index else None
    return _change_text(line.gauge, before, line.months[index].figure.value, lang)


def _change_column(cells: list[str], courses: Sequence[MonthFigure | Compared], lang: str) -> Column:
    styles = [_STYLES.get(one.course, "") for one in courses]
    return Column("change", (label("head-change", lang),), cells, right=True, styles=styles)


def _course_column(courses: list[Course | None], lang: str) -> Column:
    styles = [_STYLES.get(course, "") for course in courses]
    return Column("course", ("",), [_course_text(course, lang) for course in courses], styles=styles)


def _contrast_title(contrast: Contrast, lang: str) -> str:
    before, after = (_months_text(labels, lang) for labels in (contrast.before, contrast.after))
    return label(f"trend-contrast-{contrast.kind}", lang, before=before, after=after)


def _months_text(labels: Sequence[str], lang: str) -> str:
    if len(labels) == 1:
        return labels[0]
    return label("trend-months", lang, first=labels[0], last=labels[-1], count=len(labels))


# ── formats ───────────────────────────────────────────────────────────────────────────────────────


def _render_table(trend: Trend, lang: str, width: int, color: bool, asked: str) -> str:
    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(_title(trend, lang), width)]
    parts += [Text(line) for said in _event_line(trend, lang) for line in wrap(said, width)]
    hidden: dict[str, None] = {}
    for section in _sections(trend, lang):
        shown, left_out = fit_columns(section.columns, width)
        hidden |= dict.fromkeys(
            clean(column.heading[0] if column.name in trend.months else " ".join(column.heading)) for column in left_out
        )
        parts += ["", *(Text(line, style="bold") for line in wrap(section.heading, width) if line), build_grid(shown)]
        parts += [Text(line, style="yellow") for said in section.said for line in wrap(said, width)]
    below = [line for note in trend.notes for line in wrap(say(note, lang), width)]
    if hidden:
        below += left_out_names(list(hidden), lang, width)
        below.append(label("see-all", lang, command=f"csperf trend{asked} --format md"))
    parts += ["", *(Text(line, style="dim") for line in below)] if below else []
    return print_text(parts, color)


def _render_md(trend: Trend, lang: str) -> str:
    blocks = [[f"# {escape_md(_title(trend, lang))}"], [escape_md(line) for line in _event_line(trend, lang)]]
    for section in _sections(trend, lang):
        blocks += [[f"## {escape_md(section.heading)}"] if section.heading else [], md_grid(section.columns)]
        blocks.append([f"- {escape_md(said)}" for said in section.said])
    blocks.append([f"- {escape_md(say(note, lang))}" for note in trend.notes])
    return join_blocks(blocks)


_WHO = ["by", "agent_id", "name", "team", "indicator", "unit"]


def _who_cells(trend: Trend, line: Line) -> list[str]:
    who = line.who
    texts = (who.agent_id, who.name or "", who.team or "") if who is not None else ("", "", "")
    return [trend.by, *map(neutralise, texts), line.gauge.name, neutralise(line.gauge.unit)]


def _month_rows(trend: Trend) -> list[list[str]]:
    head = ["month", "record", *_WHO, "value", "numerator", "denominator", "sample_size", "points", "max_points",
            "change", "course"]  # fmt: skip
    return [head] + [
        [month.label, _record_name(trend.months[month.label]), *_who_cells(trend, line),
         *_figure_cells(line.gauge, month.figure), points_text(month.points, ""), points_text(month.max_points, ""),
         _number_text(line.gauge, month.change), month.course or ""]
        for line in trend.lines for month in line.months
    ]  # fmt: skip


def _contrast_rows(trend: Trend, lang: str) -> list[list[str]]:
    sides = [
        f"{part}_{side}" for side in ("before", "after")
        for part in ("months", "value", "numerator", "denominator", "sample_size")
    ]  # fmt: skip
    return [["since", "event", "compared", *_WHO, *sides, "difference", "course", "cautions"]] + [
        [trend.since or "", neutralise(trend.event or ""), contrast.kind, *_who_cells(trend, one.line),
         " ".join(contrast.before), *_figure_cells(one.line.gauge, one.before),
         " ".join(contrast.after), *_figure_cells(one.line.gauge, one.after),
         _number_text(one.line.gauge, one.difference), one.course or "", say_list(one.cautions, lang)]
        for contrast in trend.contrasts for one in contrast.lines
    ]  # fmt: skip


def _figure_cells(gauge: Gauge, figure: Figure) -> list[str]:
    counts = ["" if one is None else f"{plain_number(one):f}" for one in (figure.numerator, figure.denominator)]
    return [_number_text(gauge, figure.value), *counts, str(figure.sample_size)]


def _number_text(gauge: Gauge, value: Fraction | None) -> str:
    number = _number(gauge, value)
    return "" if number is None else f"{number:f}"


def _number(gauge: Gauge, value: Fraction | None) -> Any:
    """As data formats print it: a score with its point, what was measured with one where it needs one."""
    if value is None:
        return None
    return plain_number(value) if gauge.measure else result_number(plain_number(value))


def _render_json(trend: Trend, lang: str) -> str:
    document = {
        "schema": SCHEMA,
        "by": trend.by,
        "zone": trend.zone,
        "months": [_record(name, record) for name, record in trend.months.items()],
        "lines": [
            {**_line_record(trend, line, lang), "months": [_month_record(line, month) for month in line.months]}
            for line in trend.lines
        ],
        "since": trend.since,
        "event": trend.event,
        "compared": [
            {"kind": contrast.kind, "before": list(contrast.before), "after": list(contrast.after),
             "lines": [_compared_record(trend, one, lang) for one in contrast.lines]}
            for contrast in trend.contrasts
        ],
        "notes": say_all(trend.notes, lang),
    }  # fmt: skip
    return write_json(document) + "\n"


def _record(name: str, record: PeriodRecord | None) -> dict[str, Any]:
    table = record.agents.table if record is not None else None
    return {
        "label": name,
        "record": _record_name(record),
        "sealed_on": record.sealed_on if record is not None else None,
        "rubric": table and {
            "name": table.rubric_name, "version": table.rubric_version, "sha256": table.rubric_sha256
        },
    }  # fmt: skip


def _line_record(trend: Trend, line: Line, lang: str) -> dict[str, Any]:
    who, gauge = line.who, line.gauge
    return {
        "agent_id": who.agent_id if who is not None else None,
        "name": who.name if who is not None else None,
        "team": who.team if who is not None else None,
        "indicator": gauge.name,
        "title": _gauge_title(trend, gauge, lang),
        "unit": gauge.unit,
        "better": gauge.better,
    }


def _month_record(line: Line, month: MonthFigure) -> dict[str, Any]:
    return {
        "label": month.label,
        **_figure_record(line.gauge, month.figure),
        "points": result_or_null(month.points),
        "max_points": result_or_null(month.max_points),
        "change": _number(line.gauge, month.change),
        "course": month.course,
    }


def _compared_record(trend: Trend, one: Compared, lang: str) -> dict[str, Any]:
    gauge = one.line.gauge
    return {
        **_line_record(trend, one.line, lang),
        "before": _figure_record(gauge, one.before),
        "after": _figure_record(gauge, one.after),
        "difference": _number(gauge, one.difference),
        "course": one.course,
        "cautions": say_all(one.cautions, lang),
    }


def _figure_record(gauge: Gauge, figure: Figure) -> dict[str, Any]:
    return {
        "value": _number(gauge, figure.value),
        "numerator": plain_or_null(figure.numerator),
        "denominator": plain_or_null(figure.denominator),
        "sample_size": figure.sample_size,
    }
