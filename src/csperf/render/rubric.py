"""A scheme in words for the team it is about: what counts, how it is computed, what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from csperf.period import LENGTHS, Length
from csperf.render.json import write_json
from csperf.render.md import escape_md, md_table
from csperf.render.numbers import plain_number, signed_share
from csperf.render.words import label, title_of, titled
from csperf.rubric.consequences import Award, GradePay, Support, Training
from csperf.rubric.measures import Aggregate, Measure
from csperf.rubric.quantities import Target
from csperf.rubric.scheme import (
    AttainRule,
    BandsRule,
    CurveRule,
    DeductRule,
    Floor,
    Indicator,
    RelativeRule,
    Rubric,
    Season,
    Variant,
)
from csperf.scoring.cards import Number
from csperf.scoring.figures import format_number
from csperf.tables.kinds import EVERYONE

SCHEMA = "csperf/rubric/v1"
_FACTS = (
    "definition", "formula", "data", "matures", "target", "team_target", "tiers", "rule", "prorate", "missing",
    "small_sample", "note", "origin", "written",
)  # fmt: skip
_BEFORE_GRADES = ("seasons", "roles", "presence")
_AFTER_GRADES = (
    "floors", "tiers", "awards", "promotions", "coaching", "pay", "rollup", "training", "support",
)  # fmt: skip


def render_rubric(
    rubric: Rubric,
    measures: Mapping[str, Measure],
    lang: str,
    format: Literal["table", "md", "json"] = "table",
    width: int = 80,
    color: bool = False,
    origins: Mapping[tuple[str | int, ...], str] | None = None,
) -> str:
    """The scheme as terminal text (at most `width` cells), Markdown or JSON.

    `measures` holds at least every measure the rubric uses, with the parts of derived ones; `origins` says
    of an extending rubric which rubric each value stands in.
    """
    outline = _Outline(rubric, measures, lang, origins or {}).build()
    if format == "json":
        return write_json(outline) + "\n"
    return _render_md(outline, lang) if format == "md" else _render_text(outline, lang, width, color)


class _Outline:
    """The whole scheme as plain data with its sentences said; every format is made from this."""

    def __init__(
        self, rubric: Rubric, measures: Mapping[str, Measure], lang: str, origins: Mapping[tuple[str | int, ...], str]
    ) -> None:
        self.rubric, self.measures, self.lang, self.origins = rubric, measures, lang, origins

    def build(self) -> dict[str, Any]:
        rubric, lang = self.rubric, self.lang
        return {
            "schema": SCHEMA,
            "name": rubric.name,
            "version": rubric.version,
            "title": title_of(rubric.title, lang, rubric.name),
            "source": rubric.source,
            "description": title_of(rubric.description, lang, "") or None,
            "extends": rubric.extends,
            **self._find_origin((), has_more=True),
            "dimensions": [
                {
                    "name": name,
                    "title": title_of(dimension.title, lang, name),
                    "weight": plain_number(dimension.weight),
                    **self._find_origin(("dimensions", name), has_more=True),
                    "indicators": [
                        self._indicator(key, indicator, ("dimensions", name, "indicators", key))
                        for key, indicator in dimension.indicators.items()
                    ],
                }
                for name, dimension in rubric.dimensions.items()
            ],
            "grades": [
                {"name": grade.name, "title": title_of(grade.title, lang, grade.name), "min": plain_number(grade.min)}
                for grade in rubric.grades
            ],
            "seasons": [self._season(name, season) for name, season in rubric.seasons.items()],
            "roles": [self._variant(name, variant) for name, variant in rubric.roles.items()],
            "applies_to": rubric.applies_to,
            "least_presence": None if rubric.least_presence is None else str(rubric.least_presence),
            "floors": [self._floor(floor) for floor in rubric.floors],
            "tiers": [
                {
                    "name": tier.name,
                    "title": title_of(tier.title, lang, tier.name),
                    "reward": title_of(tier.reward, lang, "") or None,
                    "bonus": _amount(tier.bonus),
                    "text": self._sentence(self._reward(tier.reward), self._bonus(tier.bonus, "bonus-each")),
                }
                for tier in rubric.tiers
            ],
            **{
                section: [self._rule(section, name, rule) for name, rule in rules.items()]
                for section, rules in (
                    ("awards", rubric.awards), ("promotions", rubric.promotions), ("coaching", rubric.coaching),
                )
            },
            "currency": rubric.pay.currency if rubric.pay else None,
            "pay": [
                self._pay(length, name, said)
                for length in LENGTHS
                for name, said in (rubric.pay.of_length(length) if rubric.pay else {}).items()
            ],
            "rollup": [self._rollup()],
            "training": [self._training(name, said) for name, said in rubric.trainings().items()],
            "support": list(self._support(rubric.support)) if rubric.support else [],
        }  # fmt: skip

    def _indicator(self, name: str, indicator: Indicator, path: tuple[str, ...]) -> dict[str, Any]:
        measure, lang = self.measures[name], self.lang
        small = indicator.small_sample
        days = max(part.matures_days for part in _parts(measure, self.measures))
        policy = label(f"rubric-policy-{small.then}", lang) if small else ""
        return {
            "name": name,
            "title": self._measure_title(name),
            "weight": plain_number(indicator.weight),
            "unit": measure.unit,
            "better": measure.better,
            "definition": title_of(measure.definition, lang, "") or None,
            "formula": formula_text(measure, self.measures, lang),
            "data": _data_text(measure, self.measures, lang),
            "matures": label("rubric-matures", lang, days=days) if days else None,
            "target": None if indicator.target is None else str(indicator.target),
            "team_target": None if indicator.team_target is None else str(indicator.team_target),
            "tiers": self._tiers(indicator.tiers) or None,
            "rule": rule_text(indicator, lang),
            "prorate": label("rubric-prorate", lang) if indicator.is_prorated(measure) else None,
            "missing": label(f"rubric-policy-{indicator.missing}", lang),
            "small_sample": small and label("rubric-small-sample", lang, below=small.below, policy=policy),
            "note": title_of(indicator.note, lang, "") or None,
            "origin": measure.source,
            **self._find_origin(path),
        }

    def _tiers(self, tiers: Mapping[str, Target]) -> str:
        titles = {tier.name: title_of(tier.title, self.lang, tier.name) for tier in self.rubric.tiers}
        return self._list(f"{titles[tier]} {target}" for tier, target in tiers.items())

    def _season(self, name: str, season: Season) -> dict[str, Any]:
        lang = self.lang
        days = [_month_text(month, lang) for month in season.months]
        days += [_days_text(span, lang) for span in season.dates]
        return {
            "name": name,
            "title": titled(title_of(season.title, lang, name), name, lang),
            "months": season.months,
            "dates": season.dates,
            "weights": {key: plain_number(weight) for key, weight in season.weights.items()},
            "text": self._sentence(label("rubric-season", lang, days=self._list(days)), self._weights(season)),
            **self._find_origin(("seasons", name)),
        }

    def _variant(self, name: str, variant: Variant) -> dict[str, Any]:
        lang = self.lang
        targets = [f"{self._measure_title(key)} {target}" for key, target in variant.targets.items()]
        tiers = [
            label("rubric-tiers" if said else "rubric-no-tiers", lang,
                  what=self._measure_title(key), tiers=self._tiers(said))
            for key, said in variant.tiers.items()
        ]  # fmt: skip
        return {
            "name": name,
            "title": titled(title_of(variant.title, lang, name), name, lang),
            "roles": variant.roles,
            "weights": {key: plain_number(weight) for key, weight in variant.weights.items()},
            "targets": _plain(variant.targets),
            "tiers": {key: _plain(tiers) for key, tiers in variant.tiers.items()},
            "text": self._sentence(
                label("rubric-roles", lang, roles=self._list(variant.roles)),
                self._weights(variant),
                label("rubric-targets", lang, targets=self._list(targets)) if targets else "",
                *tiers,
            ),
            **self._find_origin(("roles", name)),
        }

    def _floor(self, floor: Floor) -> dict[str, Any]:
        lang, grade = self.lang, floor.then.grade_at_most
        said = {"grade": self._grade_title(grade), "least": floor.min, "target": floor.target}
        what = self._dimension_title(floor.dimension) if floor.dimension else self._measure_title(floor.indicator or "")
        code = "rubric-floor-dimension" if floor.dimension else "rubric-floor-indicator"
        return {
            "dimension": floor.dimension,
            "indicator": floor.indicator,
            "min": None if floor.min is None else str(floor.min),
            "target": None if floor.target is None else str(floor.target),
            "grade_at_most": grade,
            "title": what,
            "text": self._sentence(label(code, lang, **said), title_of(floor.note, lang, "")),
        }

    def _rule(self, section: str, name: str, rule: Award) -> dict[str, Any]:
        lang = self.lang
        conditions = [f"{self._condition_title(key)} {target}" for key, target in rule.when.items()]
        if rule.grades:
            grades = label("list-or", lang).join(map(self._grade_title, rule.grades))
            conditions.append(label("rubric-grades", lang, grades=grades))
        if rule.top:
            conditions.append(label("rubric-top", lang, share=rule.top))
        least = rule.least_sample
        when = label(f"rubric-for-{rule.every}", lang) if rule.every != "month" else ""
        if rule.running > 1:
            when = label(f"rubric-running-{rule.every}", lang, count=rule.running)
        return {
            "name": name,
            "title": titled(title_of(rule.title, lang, name), name, lang),
            "when": _plain(rule.when),
            "grades": rule.grades,
            "top": None if rule.top is None else str(rule.top),
            "every": rule.every,
            "running": rule.running,
            "of": rule.of,
            "least_sample": least,
            "reward": title_of(rule.reward, lang, "") or None,
            "bonus": _amount(rule.bonus),
            "text": self._sentence(
                label("list-and", lang).join(conditions),
                when,
                label("rubric-of-team", lang) if rule.of == "team" else "",
                label("rubric-least-sample", lang, least=least) if least else "",
                self._reward(rule.reward),
                self._bonus(rule.bonus),
            ),
            **self._find_origin((section, name)),
        }

    def _pay(self, length: Length, name: str, said: GradePay) -> dict[str, Any]:
        lang, title, change = self.lang, self._grade_title(name), ""
        if said.change:
            share = said.change.value
            change = label("rubric-change" if share else "rubric-no-change", lang, change=signed_share(share))
        return {
            "every": length,
            "grade": name,
            "title": label("rubric-pay-of", lang, grade=title, length=label(f"rubric-for-{length}", lang)),
            "change": None if said.change is None else str(said.change),
            "bonus": _amount(said.bonus),
            "then": title_of(said.then, lang, "") or None,
            "text": self._sentence(change, self._bonus(said.bonus), title_of(said.then, lang, "")),
        }

    def _rollup(self) -> dict[str, Any]:
        rollup, lang = self.rubric.rollup, self.lang
        is_mean = rollup.method == "mean"
        return {
            "method": rollup.method,
            "least_months": str(rollup.least_months) if is_mean else None,
            "title": label("rubric-rollup", lang),
            "text": self._sentence(
                label(f"rubric-rollup-{rollup.method}", lang),
                label("rubric-least-months", lang, least=rollup.least_months) if is_mean else "",
            ),
        }

    def _training(self, name: str, said: Training) -> dict[str, Any]:
        lang = self.lang
        what = self._dimension_title(said.dimension) if said.dimension else self._measure_title(said.indicator or "")
        part = self._list(f"{column} = {value}" for column, value in said.slice.items())
        return {
            "name": name,
            "title": titled(title_of(said.title, lang, name), name, lang),
            "indicator": said.indicator,
            "dimension": said.dimension,
            "slice": said.slice,
            "text": self._sentence(
                label("rubric-training-for", lang, what=what),
                label("rubric-training-slice", lang, slice=part) if part else "",
            ),
            **self._find_origin(("training", name)),
        }

    def _support(self, said: Support) -> Iterator[dict[str, Any]]:
        lang = self.lang
        for part, dimension, code in (("ability", said.ability, "high"), ("results", said.results, "low")):
            what = self._dimension_title(dimension)
            yield {
                "part": part,
                "dimension": dimension,
                "high": str(said.high) if code == "high" else None,
                "low": str(said.low),
                "title": label(f"rubric-support-{part}", lang),
                "text": label(f"rubric-support-{code}", lang, dimension=what, high=said.high, low=said.low),
            }
        if said.offer:
            offer = title_of(said.offer, lang, "")
            yield {"part": "offer", "title": label("rubric-support-offer", lang), "text": offer}

    def _grade_title(self, name: str) -> str:
        return title_of(next((one.title for one in self.rubric.grades if one.name == name), None), self.lang, name)

    def _dimension_title(self, name: str) -> str:
        return title_of(self.rubric.dimensions[name].title, self.lang, name)

    def _bonus(self, amount: Decimal | None, code: str = "bonus") -> str:
        pay = self.rubric.pay
        if amount is None or pay is None:
            return ""
        return label(f"rubric-{code}", self.lang, amount=f"{amount:f}", currency=pay.currency)

    def _condition_title(self, name: str) -> str:
        if name in ("score", "rank", "coverage"):
            return label(f"head-{name}", self.lang)
        if name in self.rubric.dimensions:
            return label("rubric-dimension-points", self.lang, dimension=self._dimension_title(name))
        return self._measure_title(name)

    def _measure_title(self, name: str) -> str:
        indicator = self.rubric.find_indicator(name)
        own = indicator.title if indicator else None
        return title_of(own, self.lang, "") or title_of(self.measures[name].title, self.lang, name)

    def _weights(self, clause: Season | Variant) -> str:
        weights = [
            f"{title_of(dimension.title, self.lang, name)} {clause.weights[name]:f}"
            for name, dimension in self.rubric.dimensions.items()
            if name in clause.weights
        ]
        return label("rubric-weights", self.lang, weights=self._list(weights)) if weights else ""

    def _reward(self, reward: Any) -> str:
        text = title_of(reward, self.lang, "")
        return label("rubric-reward", self.lang, reward=text) if text else ""

    def _list(self, parts: Iterable[str]) -> str:
        return label("list-comma", self.lang).join(parts)

    def _sentence(self, *parts: str) -> str:
        return label("list-semicolon", self.lang).join(part for part in parts if part)

    def _find_origin(self, path: tuple[str, ...], has_more: bool = False) -> dict[str, Any]:
        """Which rubric each key of a part stands in, and that in words; both null where nothing is extended.

        has_more: the part holds others that tell this for themselves, so that each key is named.
        """
        keys = {str(at[-1]): name for at, name in self.origins.items() if at[:-1] == path}
        return {"written_in": keys or None, "written": self._origin_text(keys, has_more)}

    def _origin_text(self, keys: Mapping[str, str], has_more: bool) -> str | None:
        here, by_rubric = self.rubric.name, dict[str, list[str]]()
        for key, name in keys.items():
            by_rubric.setdefault(name, []).append(key)
        names = sorted(by_rubric, key=lambda name: (name != here, len(by_rubric[name])))
        parts = [
            label(f"rubric-keys-{'here' if name == here else 'in'}", self.lang,
                  rubric=name, keys=self._list(by_rubric[name]))
            for name in names
        ]  # fmt: skip
        if parts and not has_more:
            what = "rest" if len(parts) > 1 else "all"
            parts[-1] = label(f"rubric-{what}-{'here' if names[-1] == here else 'in'}", self.lang, rubric=names[-1])
        return self._sentence(*parts) or None


def _amount(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else plain_number(amount)


def _plain(targets: Mapping[str, Target]) -> dict[str, str]:
    return {name: str(target) for name, target in targets.items()}


def _month_text(month: str, lang: str) -> str:
    year, _, number = month.strip().partition("-")
    return label("rubric-each-month", lang, month=int(number)) if year == "*" else month.strip()


def _days_text(span: str, lang: str) -> str:
    first, _, last = (part.strip() for part in span.partition(".."))
    is_yearly = first.count("-") == 1
    return label("rubric-each-days" if is_yearly else "rubric-days", lang, first=first, last=last)


def formula_text(measure: Measure, measures: Mapping[str, Measure], lang: str) -> str:
    """The computation, in words around the conditions; a derived one tells its parts' formulas too."""
    if measure.kind == "derived":
        parts = [f"{part} = {formula_text(measures[part], measures, lang)}" for part in measure.parts]
        return label("list-semicolon", lang).join([measure.formula or "", *parts])
    if measure.constant is not None:
        return label("formula-constant", lang, value=format_number(measure.constant))
    texts = [_aggregate_text(term, lang) for term in measure.terms]
    return label("formula-ratio", lang, of=texts[0], to=texts[1]) if measure.kind == "ratio" else texts[0]


def _aggregate_text(term: Aggregate, lang: str) -> str:
    code = "rate-over" if term.kind == "rate" and term.over else term.kind.replace("_", "-")
    percent = format_number((term.percentile or Fraction(0)) * 100)
    if term.percentile == Fraction(1, 2):
        code = "median"
    formula = label(f"formula-{code}", lang, value=term.value, over=term.over, weight=term.weight, percent=percent)
    if term.per:
        formula = label("formula-per", lang, formula=formula, per=term.per)
    if term.zero_if:
        formula = label("formula-zero-if", lang, formula=formula, per=term.per, zero_if=term.zero_if)
    if term.trim:
        formula = label("formula-trim", lang, formula=formula, percent=format_number(term.trim * 100))
    if term.distinct:
        formula = label("formula-distinct", lang, formula=formula, distinct=term.distinct)
    return label("formula-where", lang, formula=formula, where=term.where) if term.where else formula


def _data_text(measure: Measure, measures: Mapping[str, Measure], lang: str) -> str:
    """Which tables, by which time, credited to whom; each different answer once."""
    sentences: list[str] = []
    for term in (term for part in _parts(measure, measures) for term in part.terms):
        code = "rubric-data" if term.window_days is None else "rubric-data-window"
        who = "rubric-agent-or-served" if term.is_shared else "rubric-agent"
        agent = label("rubric-everyone" if term.agent == EVERYONE else who, lang, agent=term.agent)
        text = label(code, lang, table=term.table, at=term.at, agent=agent, days=term.window_days)
        if text not in sentences:
            sentences.append(text)
    return label("list-semicolon", lang).join(sentences)


def _parts(measure: Measure, measures: Mapping[str, Measure]) -> Iterator[Measure]:
    """The measure and everything that it is derived from."""
    yield measure
    for part in measure.parts:
        yield from _parts(measures[part], measures)


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


def _origin_line(part: Mapping[str, Any], lang: str) -> str:
    """Where a part is written, if that is several files; else nothing."""
    said = part.get("written")
    return label("colon", lang, head=label("head-written", lang), text=said) if said else ""


def _clauses(outline: Mapping[str, Any], lang: str, keys: Iterable[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(heading, its rows of a name and what is said of it) of each clause that the scheme has."""
    for key in keys:
        rows = list(_presence_rows(outline, lang)) if key == "presence" else [
            (clause["title"], " · ".join(filter(None, (clause["text"], _origin_line(clause, lang)))))
            for clause in outline[key]
        ]  # fmt: skip
        if rows:
            yield label(f"head-clause-{key}", lang), rows


def _presence_rows(outline: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """Who is scored, and who is ranked, where that is not everybody."""
    if outline["applies_to"]:
        roles = label("list-comma", lang).join(outline["applies_to"])
        yield label("rubric-applies-to", lang), label("rubric-roles", lang, roles=roles)
    if outline["least_presence"]:
        yield label("head-rank", lang), label("rubric-least-presence", lang, least=outline["least_presence"])


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
    base = [label("rubric-extends", lang, base=outline["extends"])] if outline["extends"] else []
    return " · ".join([label("rubric-id", lang, name=outline["name"], version=outline["version"]), *source, *base])


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

    def rows(said: list[tuple[str, str]], margin: str) -> Iterator[Text]:
        lead = max(cell_len(heading) for heading, _ in said)
        for heading, text in said:
            first = f"{margin}{heading}{' ' * (lead - cell_len(heading))}  "
            yield from map(Text, indent(text, width, first))

    parts: list[RenderableType] = [Text(line, style="bold") for line in wrap(outline["title"], width)]
    parts += wrap(_identity(outline, lang), width)
    parts += wrap(_origin_line(outline, lang), width) if outline["written"] else []
    if outline["description"]:
        parts += ["", *wrap(outline["description"], width)]
    for dimension in outline["dimensions"]:
        parts += ["", Text(_heading(dimension, lang), style="bold cyan")]
        parts += indent(_origin_line(dimension, lang), width, "  ") if dimension["written"] else []
        for indicator in dimension["indicators"]:
            parts += [
                "",
                *(Text(line, style="bold") for line in indent(_named_heading(indicator, lang), width, "  ")),
            ]
            parts += rows(list(_facts(indicator, lang)), "    ")
    grades = (label("head-grades", lang), list(_grade_rows(outline, lang)))
    before, after = (_clauses(outline, lang, keys) for keys in (_BEFORE_GRADES, _AFTER_GRADES))
    for heading, said in (*before, grades, *after):
        parts += ["", Text(heading, style="bold cyan"), "", *rows(said, "  ")]
    return print_text(parts, color)


def _render_md(outline: Mapping[str, Any], lang: str) -> str:
    def bullets(said: Iterable[tuple[str, str]]) -> Iterator[str]:
        for heading, text in said:
            head = f"**{escape_md(heading)}**"
            yield f"- {label('colon', lang, head=head, text=escape_md(text)) if text else head}"

    blocks = [[f"# {escape_md(outline['title'])}"], [escape_md(_identity(outline, lang))]]
    if outline["written"]:
        blocks.append([escape_md(_origin_line(outline, lang))])
    if outline["description"]:
        blocks.append([escape_md(outline["description"])])
    for dimension in outline["dimensions"]:
        blocks.append([f"## {escape_md(_heading(dimension, lang))}"])
        if dimension["written"]:
            blocks.append([escape_md(_origin_line(dimension, lang))])
        for indicator in dimension["indicators"]:
            blocks.append([f"### {escape_md(_named_heading(indicator, lang))}"])
            blocks.append(list(bullets(_facts(indicator, lang))))
    for heading, said in _clauses(outline, lang, _BEFORE_GRADES):
        blocks += [[f"## {heading}"], list(bullets(said))]
    blocks.append([f"## {label('head-grades', lang)}"])
    headings = [(label("head-grade", lang), False), (label("head-score", lang), False)]
    blocks.append(
        md_table(headings, [[escape_md(title), escape_md(scores)] for title, scores in _grade_rows(outline, lang)])
    )
    for heading, said in _clauses(outline, lang, _AFTER_GRADES):
        blocks += [[f"## {heading}"], list(bullets(said))]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"
