"""One agent's scorecard, so that every point can be recomputed with pencil and paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from rich.cells import cell_len
from rich.console import RenderableType
from rich.text import Text

from csperf.render.json import agent_record, period_record, rubric_record, write_json
from csperf.render.numbers import NOTHING, plain_number
from csperf.render.outcomes import (
    exemption_lines,
    heading_parts,
    original_text,
    outcome_text,
    provisional_lines,
    standing_text,
)
from csperf.render.table import grade_style, left_out_names
from csperf.render.terminal import (
    GAP,
    Column,
    build_grid,
    clean,
    fit_columns,
    indent,
    print_text,
    wrap,
)
from csperf.render.titles import grade_title, part_titles, rubric_title, variant_title
from csperf.render.words import agent_label, label, say, titled
from csperf.scoring.cards import Agent, DimensionScore, IndicatorScore, Number, Scorecard, ScoreTable
from csperf.scoring.figures import format_number, format_points, format_share, format_value

SCHEMA = "csperf/explain/v1"
_ROW_HEADS = {"file", "row", "key", "time", "counted"}


def render_explain(
    table: ScoreTable,
    card: Scorecard,
    lang: str,
    width: int = 80,
    color: bool = False,
    indicator: str | None = None,
) -> str:
    """Who, when and what came out; then each indicator from its numbers to its points, and the sums.

    With `indicator` only that one is shown, and no sums. Lines have at most `width` cells.
    """
    parts: list[RenderableType] = list(_head_lines(table, card, lang, width))
    if indicator is None and card.months:
        parts += ["", *_month_lines(table, card, lang, width)]
    for dimension in card.dimensions:
        lines = [
            line for line in card.indicators if line.dimension == dimension.name and indicator in (None, line.name)
        ]
        if not lines:
            continue
        parts.append("")
        title = part_titles(table, lang)[dimension.name]
        parts += _spread(title, _points_of(dimension, lang), width, "bold cyan")
        for line in lines:
            parts += ["", *_indicator_lines(table, card, line, lang, width)]
        if indicator is None and len(lines) > 1 and dimension.points is not None:
            scored = [line.points for line in lines if line.points is not None]
            parts += ["", *indent(_sum_text(title, scored, dimension.points, lang), width, "  ")]
    if indicator is None:
        parts += _total_lines(card, lang, width)
    return print_text(parts, color)


def render_explain_json(table: ScoreTable, card: Scorecard, lang: str, indicator: str | None = None) -> str:
    """The agent's object of the score JSON, with period, rubric and the `steps` of each indicator."""
    record = agent_record(card, lang, steps=True)
    if indicator is not None:
        record["indicators"] = [line for line in record["indicators"] if line["name"] == indicator]
    document = {
        "schema": SCHEMA,
        "period": period_record(table, lang),
        "rubric": rubric_record(table),
        "by": table.by,
        "agent": record,
    }
    return write_json(document) + "\n"


def render_rows(
    rows: Sequence[Mapping[str, str | None]],
    columns: Sequence[str],
    lang: str,
    width: int = 80,
    color: bool = False,
    hits_count_against: bool = False,
) -> str:
    """The rows behind an indicator as a grid of `columns`; those that do not fit are left out and named.

    The key, the row number and what a row was counted as (`hit`, `miss`) always stand.
    `hits_count_against`: a rate that should be low, whose hits are named so.
    """
    if not rows:
        return label("no-rows", lang) + "\n"
    grid = [_row_column(rows, name, lang, hits_count_against) for name in columns]
    shown, left_out = fit_columns(grid, width)
    parts: list[RenderableType] = [build_grid(shown)]
    if left_out:
        names = left_out_names([column.heading[0] for column in left_out], lang, width)
        parts += ["", *(Text(line, style="dim") for line in names)]
    return print_text(parts, color)


def _head_lines(table: ScoreTable, card: Scorecard, lang: str, width: int) -> Iterator[Text]:
    team = card.agent.team if table.by == "agent" else None
    who = [agent_label(card.agent, lang), team, table.label, table.zone]
    for line in wrap(clean(" · ".join(part for part in who if part)), width):
        yield Text(line, style="bold")
    rubric = label(
        "card-rubric",
        lang,
        title=rubric_title(table, lang),
        name=table.rubric_name,
        version=table.rubric_version,
    )
    variant = variant_title(table, card, lang)
    roles = [label("card-variant", lang, variant=variant)] if variant else []
    for line in wrap(" · ".join([rubric, *roles, *heading_parts(table, lang)]), width):
        yield Text(line)
    for said in table.record:
        for line in wrap(clean(say(said, lang)), width):
            yield Text(line)
    for why in provisional_lines(table.provisional, lang):
        for line in wrap(why, width):
            yield Text(line, style="yellow")
    presence = _presence_text(table, card.agent, lang)
    for line in wrap(presence, width) if presence else []:
        yield Text(line)
    for line in wrap(" · ".join(_results(table, card, lang)), width):
        yield Text(line, style=grade_style(table, card.grade))
    original = original_text(table, card, lang)
    notes = [*([original] if original else []), *(say(note, lang) for note in card.notes)]
    for note in [*notes, *exemption_lines(table, card, lang), *_outcomes(table, card, lang)]:
        for line in wrap(note, width):
            yield Text(line)


def _month_lines(table: ScoreTable, card: Scorecard, lang: str, width: int) -> Iterator[Text]:
    """What each month gives, and the mean as it is done on paper."""
    for month in card.months:
        standing = standing_text(table, month.standing, lang)
        state = label("month-sealed" if month.is_sealed else "month-open", lang)
        original = original_text(table, month, lang)
        said = label("colon", lang, head=month.label, text=" · ".join([standing, state]))
        for line in indent(label("list-semicolon", lang).join([said, *([original] if original else [])]), width, "  "):
            yield Text(line)
    scores = [month.score for month in card.months if month.score is not None]
    if card.score is not None:
        points = " + ".join(map(format_points, scores))
        mean = label("rollup-points", lang, points=points, count=len(scores), mean=format_points(card.score))
        for line in wrap(label("colon", lang, head=label("months-mean", lang), text=mean), width):
            yield Text(line, style="bold")


def _presence_text(table: ScoreTable, agent: Agent, lang: str) -> str | None:
    """How much of the period somebody was here; nothing for a single agent who was here all the time."""
    if agent.is_unit:
        if not agent.members:
            return label("card-no-members", lang)
        presence = format_number(agent.presence)
        return label("card-members", lang, members=Number(agent.members), presence=presence)
    code = "card-presence-months" if table.months else "card-presence-running" if table.as_of else "card-presence"
    return None if agent.presence == 1 else label(code, lang, presence=format_value(agent.presence, "%"))


def _outcomes(table: ScoreTable, card: Scorecard, lang: str) -> Iterator[str]:
    """Awards and floors; a tier stands with its indicator."""
    return (outcome_text(table, outcome, lang) for outcome in card.outcomes if outcome.kind != "tier")


def _results(table: ScoreTable, card: Scorecard, lang: str) -> Iterator[str]:
    """Score, grade, rank and coverage, each where there is one."""
    if card.score is None:
        yield label("card-no-score", lang)
    else:
        yield label("card-score", lang, score=format_points(card.score))
    if card.grade is not None:
        yield label("card-grade", lang, grade=grade_title(table, card.grade, lang))
    if card.rank is not None:
        ranked = sum(other.rank is not None for other in table.cards)
        yield label("card-rank", lang, rank=card.rank, count=ranked)
    yield label("card-coverage", lang, coverage=format_share(Fraction(card.coverage)))


def _indicator_lines(table: ScoreTable, card: Scorecard, line: IndicatorScore, lang: str, width: int) -> Iterator[Text]:
    title = part_titles(table, lang)[line.name]
    yield from _spread(titled(title, line.name, lang), _points_of(line, lang), width, "bold", "  ")
    for text in indent(" · ".join(_facts(line, lang)), width, "    "):
        yield Text(text)
    for reason in line.reason:
        for text in indent(say(reason, lang), width, "    "):
            yield Text(text)
    for number, step in enumerate(line.steps, start=1):
        for text in indent(say(step, lang), width, f"    {number}. "):
            yield Text(text)
    after = [
        outcome_text(table, one, lang) for one in card.outcomes if one.kind == "tier" and one.indicator == line.name
    ]
    after += [label("card-needed", lang, needed=say(line.needed, lang))] if line.needed else []
    for text in after:
        for part in indent(text, width, "    "):
            yield Text(part)


def _facts(line: IndicatorScore, lang: str) -> Iterator[str]:
    """Sample size and weight; value and target as well where no steps show them."""
    if not line.steps:
        yield (
            label("card-value", lang, value=_value_text(line))
            if line.value is not None
            else label("card-no-value", lang)
        )
    yield label("card-sample-size", lang, sample_size=line.sample_size)
    if not line.steps and line.target is not None:
        yield label("card-target", lang, target=line.target)
    yield label("card-weight", lang, weight=f"{plain_number(line.weight):f}")


def _value_text(line: IndicatorScore) -> str:
    """The value, after the division it comes from where there is one."""
    shown = format_value(line.value, line.unit)
    if line.numerator is None or line.denominator is None:
        return shown
    return f"{format_number(line.numerator)} ÷ {format_number(line.denominator)} = {shown}"


def _points_of(part: DimensionScore | IndicatorScore, lang: str) -> str:
    if part.points is None:
        return label("card-not-scored", lang)
    return label("card-points", lang, points=format_points(part.points), max_points=format_points(part.max_points))


def _total_lines(card: Scorecard, lang: str, width: int) -> list[RenderableType]:
    points = [dimension.points for dimension in card.dimensions if dimension.points is not None]
    if card.score is None or not points:
        return []
    total = _sum_text(label("head-total", lang), points, card.score, lang)
    return ["", *(Text(line, style="bold") for line in wrap(total, width))]


def _sum_text(title: str, points: Sequence[Decimal], total: Decimal, lang: str) -> str:
    """An addition as it is done on paper: `Performance: 26.00 + 15.00 = 41.00`."""
    addition = " + ".join(map(format_points, points))
    return label("colon", lang, head=title, text=f"{addition} = {format_points(total)}")


def _spread(left: str, right: str, width: int, style: str, first: str = "") -> list[Text]:
    """Two texts on one line, the second at the right edge; on a line of its own where there is no room."""
    lines = indent(left, width, first)
    gap = width - cell_len(lines[-1]) - cell_len(right)
    if gap >= GAP:
        lines[-1] += " " * gap + right
    else:
        lines.append(" " * max(width - cell_len(right), 0) + right)
    return [Text(line, style=style) for line in lines]


def _row_column(rows: Sequence[Mapping[str, str | None]], name: str, lang: str, hits_count_against: bool) -> Column:
    cells = [clean(row.get(name) or NOTHING) for row in rows]
    if name == "counted":
        said = {"hit": "against", "miss": "fine"} if hits_count_against else {"hit": "hit", "miss": "miss"}
        said |= {"exempt": "exempt"}
        cells = [label(f"counted-{said[cell]}", lang) if cell in said else cell for cell in cells]
    heading = label(f"head-{name}", lang) if name in _ROW_HEADS else name
    importance = 0 if name in {"row", "key", "counted"} else 2 if name == "file" else 1
    return Column(name, (heading,), cells, importance, right=name == "row")
