"""A scheme in words for the team it is about: what counts, how it is computed, what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal

from csperf.render.json import write_json
from csperf.render.md import escape_md, md_table
from csperf.render.numbers import plain_number
from csperf.render.words import label, title_of, titled
from csperf.rubric.measures import Aggregate, Measure
from csperf.rubric.quantities import Target
from csperf.rubric.scheme import AttainRule, BandsRule, CurveRule, DeductRule, Indicator, RelativeRule, Rubric
from csperf.scoring.cards import Number
from csperf.scoring.figures import format_number

SCHEMA = "csperf/rubric/v1"
_FACTS = ("definition", "formula", "data", "target", "rule", "missing", "small_sample", "note", "origin")


def render_rubric(
    rubric: Rubric,
    measures: Mapping[str, Measure],
    lang: str,
    format: Literal["table", "md", "json"] = "table",
    width: int = 80,
    color: bool = False,
) -> str:
    """The scheme as terminal text (at most `width` cells), Markdown or JSON.

    `measures` holds at least every measure the rubric uses, with the parts of derived ones.
    """
    outline = _outline(rubric, measures, lang)
    if format == "json":
        return write_json(outline) + "\n"
    return _render_md(outline, lang) if format == "md" else _render_text(outline, lang, width, color)


def _outline(rubric: Rubric, measures: Mapping[str, Measure], lang: str) -> dict[str, Any]:
    """The whole scheme as plain data with its sentences said; every format is made from this."""
    return {
        "schema": SCHEMA,
        "name": rubric.name,
        "version": rubric.version,
        "title": title_of(rubric.title, lang, rubric.name),
        "source": rubric.source,
        "description": title_of(rubric.description, lang, "") or None,
        "dimensions": [
            {
                "name": name,
                "title": title_of(dimension.title, lang, name),
                "weight": plain_number(dimension.weight),
                "indicators": [
                    _indicator_outline(key, indicator, measures, lang)
                    for key, indicator in dimension.indicators.items()
                ],
            }
            for name, dimension in rubric.dimensions.items()
        ],
        "grades": [
            {
                "name": grade.name,
                "title": title_of(grade.title, lang, grade.name),
                "min": plain_number(grade.min),
            }
            for grade in rubric.grades
        ],
    }


def _indicator_outline(name: str, indicator: Indicator, measures: Mapping[str, Measure], lang: str) -> dict[str, Any]:
    measure = measures[name]
    small = indicator.small_sample
    return {
        "name": name,
        "title": title_of(indicator.title, lang, "") or title_of(measure.title, lang, name),
        "weight": plain_number(indicator.weight),
        "unit": measure.unit,
        "better": measure.better,
        "definition": title_of(measure.definition, lang, "") or None,
        "formula": formula_text(measure, measures, lang),
        "data": _data_text(measure, measures, lang),
        "target": None if indicator.target is None else str(indicator.target),
        "rule": rule_text(indicator, lang),
        "missing": label(f"rubric-policy-{indicator.missing}", lang),
        "small_sample": small
        and label("rubric-small-sample", lang, below=small.below, policy=label(f"rubric-policy-{small.then}", lang)),
        "note": title_of(indicator.note, lang, "") or None,
        "origin": measure.source,
    }


def formula_text(measure: Measure, measures: Mapping[str, Measure], lang: str) -> str:
    """The computation, in words around the conditions; a derived one tells its parts' formulas too."""
    if measure.kind == "derived":
        parts = [
            label("formula-part", lang, name=part, formula=formula_text(measures[part], measures, lang))
            for part in measure.parts
        ]
        return label("list-semicolon", lang).join([measure.formula or "", *parts])
    texts = [_aggregate_text(term, lang) for term in measure.terms]
    return label("formula-ratio", lang, of=texts[0], to=texts[1]) if measure.kind == "ratio" else texts[0]


def _aggregate_text(term: Aggregate, lang: str) -> str:
    code = "rate-over" if term.kind == "rate" and term.over else term.kind.replace("_", "-")
    percent = format_number((term.percentile or Fraction(0)) * 100)
    if term.percentile == Fraction(1, 2):
        code = "median"
    formula = label(f"formula-{code}", lang, value=term.value, over=term.over, weight=term.weight, percent=percent)
    return label("formula-where", lang, formula=formula, where=term.where) if term.where else formula


def _data_text(measure: Measure, measures: Mapping[str, Measure], lang: str) -> str:
    """Which tables, by which time, credited to whom; each different answer once."""
    sentences: list[str] = []
    for term in _terms(measure, measures):
        code = "rubric-data" if term.window_days is None else "rubric-data-window"
        text = label(code, lang, table=term.table, at=term.at, agent=term.agent, days=term.window_days)
        if text not in sentences:
            sentences.append(text)
    return label("list-semicolon", lang).join(sentences)


def _terms(measure: Measure, measures: Mapping[str, Measure]) -> Iterator[Aggregate]:
    yield from measure.terms
    for part in measure.parts:
        yield from _terms(measures[part], measures)


def rule_text(indicator: Indicator, lang: str) -> str:
    """The score rule in one sentence."""
    rule, weight, target = indicator.score, Fraction(indicator.weight), indicator.target
    full = _number(weight)
    match rule:
        case DeductRule():
            code, deduct = f"rule-deduct-{rule.step or 'each'}", _number(Fraction(rule.deduct))
            return label(code, lang, weight=full, points=deduct, per=rule.per, side=_wrong_side(target, lang))
        case CurveRule():
            points = [
                label("rule-curve-point", lang, value=value, points=_number(weight * share))
                for value, share in rule.points
            ]
            return label("rule-curve", lang, points=label("list-comma", lang).join(points))
        case BandsRule():
            bands = [
                label("rule-band" if band else "rule-band-else", lang, band=band, points=_number(weight * share))
                for band, share in rule.steps
            ]
            return label("rule-bands", lang, bands=label("list-semicolon", lang).join(bands))
        case AttainRule():
            assert target is not None, "an attain rule has a target"
            code = f"rule-attain-{target.direction or 'range'}"
            most = _number(weight * min(rule.attain.cap.value, Fraction(1)))
            return label(code, lang, weight=full, most=most, target=target, low=target.low, high=target.high)
        case RelativeRule():
            return label("rule-relative", lang, weight=full)


def _number(number: Fraction) -> Number:
    return Number(format_number(number))


def _wrong_side(target: Target | None, lang: str) -> str:
    assert target is not None, "a deduct rule has a target"
    if target.direction is None:
        return label("side-outside", lang, bound=target)
    return label("side-below", lang, bound=target.low) if target.low else label("side-above", lang, bound=target.high)


def _facts(indicator: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """(heading, text) of everything known about an indicator, in the order it is read."""
    for key in _FACTS:
        if indicator[key]:
            yield label(f"head-{key.replace('_', '-')}", lang), indicator[key]


def _grade_rows(outline: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """(grade, range of scores), from the best to the lowest."""
    above = None
    for grade in outline["grades"]:
        low = f"{grade['min']:f}"
        yield (
            grade["title"],
            (
                label("rubric-grade-top", lang, low=low)
                if above is None
                else label("rubric-grade", lang, low=low, high=above)
            ),
        )
        above = low


def _identity(outline: Mapping[str, Any], lang: str) -> str:
    source = [label("rubric-source", lang, source=outline["source"])] if outline["source"] else []
    return " · ".join([label("rubric-id", lang, name=outline["name"], version=outline["version"]), *source])


def _heading(part: Mapping[str, Any], lang: str) -> str:
    points = label("rubric-points", lang, weight=Number(f"{part['weight']:f}"))
    return f"{part['title']} · {points}"


def _named_heading(indicator: Mapping[str, Any], lang: str) -> str:
    return _heading({**indicator, "title": titled(indicator["title"], indicator["name"], lang)}, lang)


def _render_text(outline: Mapping[str, Any], lang: str, width: int, color: bool) -> str:
    from rich.cells import cell_len
    from rich.console import RenderableType
    from rich.text import Text

    from csperf.render.terminal import indent, print_text, wrap

    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(outline["title"], width)]
    parts += wrap(_identity(outline, lang), width)
    if outline["description"]:
        parts += ["", *wrap(outline["description"], width)]
    for dimension in outline["dimensions"]:
        parts += ["", Text(_heading(dimension, lang), style="bold cyan")]
        for indicator in dimension["indicators"]:
            parts += [
                "",
                *(Text(line, style="bold") for line in indent(_named_heading(indicator, lang), width, "  ")),
            ]
            facts = list(_facts(indicator, lang))
            lead = max(cell_len(heading) for heading, _ in facts)
            for heading, text in facts:
                first = f"    {heading}{' ' * (lead - cell_len(heading))}  "
                parts += [Text(line) for line in indent(text, width, first)]
    parts += ["", Text(label("head-grades", lang), style="bold cyan"), ""]
    grades = list(_grade_rows(outline, lang))
    lead = max(cell_len(title) for title, _ in grades)
    parts += [Text(f"  {title}{' ' * (lead - cell_len(title))}  {scores}") for title, scores in grades]
    return print_text(parts, color)


def _render_md(outline: Mapping[str, Any], lang: str) -> str:
    blocks = [[f"# {escape_md(outline['title'])}"], [escape_md(_identity(outline, lang))]]
    if outline["description"]:
        blocks.append([escape_md(outline["description"])])
    for dimension in outline["dimensions"]:
        blocks.append([f"## {escape_md(_heading(dimension, lang))}"])
        for indicator in dimension["indicators"]:
            blocks.append([f"### {escape_md(_named_heading(indicator, lang))}"])
            blocks.append(
                [
                    f"- {label('colon', lang, head=f'**{heading}**', text=escape_md(text))}"
                    for heading, text in _facts(indicator, lang)
                ]
            )
    blocks.append([f"## {label('head-grades', lang)}"])
    headings = [(label("head-grade", lang), False), (label("head-score", lang), False)]
    blocks.append(
        md_table(headings, [[escape_md(title), escape_md(scores)] for title, scores in _grade_rows(outline, lang)])
    )
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"
