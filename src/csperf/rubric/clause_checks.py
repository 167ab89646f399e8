"""What can be wrong with the clauses of a scheme beside its indicators: seasons, roles, floors, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

from csperf.period import LENGTHS
from csperf.problems import Problem, suggest
from csperf.rubric.checks import (
    IndicatorLine,
    Place,
    check_attainable,
    check_step,
    check_target,
    check_unit,
    covers,
    mapping_at,
    off_by,
    read_names,
    read_part,
)
from csperf.rubric.consequences import Award, GradePay, Support, Training, minor_digits
from csperf.rubric.extend import find_level, name_of
from csperf.rubric.fields import FULL_SCORE, Money, TargetField, Weight
from csperf.rubric.measures import Measure
from csperf.rubric.quantities import Target
from csperf.rubric.scheme import Floor, Season, Variant
from csperf.rubric.spans import find_shared_day
from csperf.yaml_models import value_at
from csperf.yaml_source import YamlPath, YamlSource

# What an award can ask for beside points and measures, and the kind of quantity it is.
_RESERVED = {"score": "number", "rank": "number", "coverage": "share"}
# The sections of rules, and what one of them is called.
_RULES = {"awards": "award", "promotions": "promotion", "coaching": "coaching rule"}


def check_clauses(
    lines: Sequence[IndicatorLine],
    source: YamlSource,
    find_measure: Callable[[str], Measure | None],
    known: Collection[str],
) -> Iterator[Problem]:
    """What is wrong with each clause, however little of the rest can be read. `known`: the measures by name."""
    check = _Clauses(lines, source, find_measure, known)
    yield from check.check_seasons()
    yield from check.check_roles()
    yield from check.check_floors()
    yield from check.check_tiers()
    yield from check.check_rules()
    yield from check.check_pay()
    yield from check.check_training()
    yield from check.check_support()


class _Clauses:
    def __init__(
        self,
        lines: Sequence[IndicatorLine],
        source: YamlSource,
        find_measure: Callable[[str], Measure | None],
        known: Collection[str],
    ) -> None:
        self.source, self.find_measure, self.known = source, find_measure, known
        self.lines = {line.name: line for line in lines}
        self.dimensions = list(map(str, mapping_at(source, ("dimensions",))))
        self.grades = [str(name) for name in read_names(source, "grades") if name]

    def check_seasons(self) -> Iterator[Problem]:
        found = list(self._read(("seasons",), Season))
        for name, said, _ in found:
            yield from self._check_weights(("seasons", name, "weights"), f'season "{name}"', said)
            yield from self._check_inherited(name, said)
        readable = [(name, season) for name, _, season in found if season]
        for (first, one), (second, other) in combinations(readable, 2):
            day = find_shared_day(one.spans, other.spans)
            if day:
                yield self.source.problem(
                    ("seasons", second),
                    "rubric-season-overlap",
                    f'seasons "{first}" and "{second}" both hold on {day}',
                    hint="a day can lie in one season only; change the months or dates of one of them",
                    key=True,
                )

    def _check_inherited(self, season: str, said: Mapping[Any, Any]) -> Iterator[Problem]:
        """Whether the weights of a season were written for dimensions that weigh something else by now."""
        path: YamlPath = ("seasons", season, "weights")
        level = find_level(self.source, path)
        kept = []
        for name in self.dimensions:
            place: YamlPath = ("dimensions", name, "weight")
            then, now = (read_part(Weight, value_at(source.data, place)) for source in (level, self.source))
            inside = read_part(Weight, value_at(said, ("weights", name)))
            if None not in (then, now, inside) and now not in (then, inside):
                kept.append((place, f"{name} {inside}, not {now}"))
        if kept:
            yield self.source.problem(
                kept[0][0],
                "rubric-season-inherited",
                f'season "{season}" keeps the weights of {name_of(level)}: {"; ".join(text for _, text in kept)}',
                hint=f"write seasons: {{{season}: {{weights: {{…}}}}}} too, or {season}: null for no such season",
                severity="warning",
            )

    def check_roles(self) -> Iterator[Problem]:
        claimed: dict[str, str] = {}
        for name, said, variant in self._read(("roles",), Variant):
            path: YamlPath = ("roles", name)
            if said.get("weights") is not None:
                yield from self._check_weights((*path, "weights"), f'variant "{name}"', said)
            for key, check in (("targets", self._check_variant_target), ("tiers", self._check_tiers)):
                for indicator, written in mapping_at(self.source, (*path, key)).items():
                    place = Place(
                        self.source, (*path, key, str(indicator)), f'variant "{name}", indicator "{indicator}"'
                    )
                    if line := self.lines.get(str(indicator)):
                        yield from check(line, written, place)
                    else:
                        yield self._unknown(place.path, "indicator", str(indicator), self.lines, key=True)
            for index, role in enumerate(variant.roles if variant else ()):
                if role in claimed:
                    yield self.source.problem(
                        (*path, "roles", index),
                        "rubric-role-twice",
                        f'role "{role}" belongs to variant "{claimed[role]}" already',
                        hint="name each role once",
                    )
                claimed.setdefault(role, name)

    def _check_variant_target(self, line: IndicatorLine, written: Any, place: Place) -> Iterator[Problem]:
        target, measure = read_part(TargetField, written), self.find_measure(line.name)
        if measure is not None and target is not None:
            yield from check_target(target, measure, place)
            yield from check_attainable(target, line.score, place)
            # A rule that is open anyway has been told of where it stands.
            if not line.target or not any(check_step(line.target, line, measure, place)):
                yield from check_step(target, line, measure, place)

    def check_floors(self) -> Iterator[Problem]:
        grades = self.grades
        floors = value_at(self.source.data, ("floors",))
        for index, written in enumerate(floors if isinstance(floors, list) else ()):
            floor = read_part(Floor, written)
            if floor is None:
                continue
            path: YamlPath = ("floors", index)
            if floor.dimension is not None and floor.dimension not in self.dimensions:
                yield self._unknown((*path, "dimension"), "dimension", floor.dimension, self.dimensions)
            if floor.indicator is not None and floor.indicator not in self.lines:
                yield self._unknown((*path, "indicator"), "indicator", floor.indicator, self.lines)
            measure = self.find_measure(floor.indicator) if floor.indicator else None
            if measure is not None and floor.target is not None:
                yield from check_target(
                    floor.target, measure, Place(self.source, (*path, "target"), f'floor of "{floor.indicator}"')
                )
            most, grade = (*path, "then", "grade_at_most"), floor.then.grade_at_most
            if grades and grade not in grades:
                yield self._unknown(most, "grade", grade, grades)
            elif grades and grade == grades[0]:
                yield self.source.problem(
                    most,
                    "rubric-floor-no-effect",
                    f'"{grade}" is the best grade, so this floor never changes anything',
                    hint=f"name a lower grade: {', '.join(grades[1:]) or 'there is none yet'}",
                )

    def check_tiers(self) -> Iterator[Problem]:
        for line in self.lines.values():
            place = Place(self.source, (*line.path, "tiers"), f'indicator "{line.name}"')
            yield from self._check_tiers(line, line.tiers, place)

    def _check_tiers(self, line: IndicatorLine, written: Any, place: Place) -> Iterator[Problem]:
        """What reaches each tier: tiers that there are, in the measure's unit, each asking as much as those below."""
        order = [str(name) for name in read_names(self.source, "tiers") if name]
        tiers = read_part(dict[str, TargetField], written) or {}
        measure = self.find_measure(line.name)
        for name, target in tiers.items():
            here = Place(self.source, (*place.path, name), f'{place.said}, tier "{name}"')
            if name not in order:
                yield self._unknown(here.path, "tier", name, order, key=True)
            if measure is not None:
                yield from check_target(target, measure, here)
        rising = [(name, tiers[name]) for name in order if name in tiers]
        for (lower, easier), (higher, harder) in pairwise(rising):
            if easier.kind == harder.kind and not covers(easier, harder):
                yield Place(self.source, (*place.path, higher), place.said).problem(
                    "rubric-tier-order",
                    f'tier "{higher}" ("{harder}") is above "{lower}" ("{easier}"), but can be reached without it',
                    "let each tier ask at least as much as those below it; "
                    "tiers: lists them from the lowest to the highest",
                )

    def check_rules(self) -> Iterator[Problem]:
        for section, called in _RULES.items():
            for name, said, _ in self._read((section,), Award):
                path: YamlPath = (section, name)
                for key, written in mapping_at(self.source, (*path, "when")).items():
                    place = Place(self.source, (*path, "when", str(key)), f'{called} "{name}"')
                    yield from self._check_condition(str(key), read_part(TargetField, written), place)
                grades = said.get("grades")
                for index, grade in enumerate(grades if isinstance(grades, list) else ()):
                    yield from self._check_grade((*path, "grades", index), str(grade))
                if section != "awards" and said.get("of") == "team":
                    yield Place(self.source, (*path, "of"), f'{called} "{name}"').problem(
                        "rubric-team-rule", f"{section} are for agents", "leave of: out; awards can be for teams"
                    )
                if section == "coaching" and said.get("bonus") is not None:
                    yield Place(self.source, (*path, "bonus"), f'{called} "{name}"').problem(
                        "rubric-coaching-bonus", "the coaching list brings no money", "leave the bonus out", key=True
                    )
                else:
                    yield from self._check_money((*path, "bonus"), said.get("bonus"))

    def check_pay(self) -> Iterator[Problem]:
        for length in LENGTHS:
            for grade, said, _ in self._read(("pay", length), GradePay):
                yield from self._check_grade(("pay", length, grade), grade, key=True)
                yield from self._check_money(("pay", length, grade, "bonus"), said.get("bonus"))
        tiers = value_at(self.source.data, ("tiers",))
        for index, tier in enumerate(tiers if isinstance(tiers, list) else ()):
            if isinstance(tier, Mapping):
                yield from self._check_money(("tiers", index, "bonus"), tier.get("bonus"))

    def check_training(self) -> Iterator[Problem]:
        for name, said, _ in self._read(("training",), Training):
            for what, known in (("indicator", self.lines), ("dimension", self.dimensions)):
                path: YamlPath = ("training", name, what)
                # A base's training for what is taken out here is no mistake of either.
                is_here = self.source.origin(path) is self.source.origin(())
                if isinstance(said.get(what), str) and said[what] not in known and is_here:
                    yield self._unknown(path, what, said[what], known)

    def check_support(self) -> Iterator[Problem]:
        said = mapping_at(self.source, ("support",))
        for key in ("ability", "results"):
            if isinstance(said.get(key), str) and said[key] not in self.dimensions:
                yield self._unknown(("support", key), "dimension", said[key], self.dimensions)
        support = read_part(Support, said or None)
        if support is None:
            return
        if support.ability == support.results:
            yield Place(self.source, ("support", "results"), "support").problem(
                "rubric-support", "ability and results are the same dimension", "name two dimensions"
            )
        if support.high.value <= support.low.value:
            yield Place(self.source, ("support", "high"), "support").problem(
                "rubric-support", f"high, {support.high}, is not above low, {support.low}",
                "let high be more than low, such as high: 80% and low: 75%",
            )  # fmt: skip

    def _check_grade(self, path: YamlPath, grade: str, *, key: bool = False) -> Iterator[Problem]:
        if self.grades and grade not in self.grades:
            yield self._unknown(path, "grade", grade, self.grades, key=key)

    def _check_money(self, path: YamlPath, written: Any) -> Iterator[Problem]:
        """Whether an amount has a currency, and no more decimals than this has."""
        amount = read_part(Money, written)
        if amount is None:
            return
        currency = value_at(self.source.data, ("pay", "currency"))
        if value_at(self.source.data, ("pay",)) is None:
            yield self.source.problem(
                path, "rubric-no-currency", f"a bonus of {amount}, but of which currency?",
                hint="add pay: {currency: CNY} to the rubric, or another ISO code",
            )  # fmt: skip
        elif isinstance(currency, str) and amount != round(amount, digits := minor_digits(currency)):
            yield self.source.problem(
                path, "rubric-money-decimals", f"{amount} has more decimals than {currency}, which has {digits}",
                hint="write an amount that can be paid",
            )  # fmt: skip

    def _check_condition(self, name: str, target: Target | None, place: Place) -> Iterator[Problem]:
        kind = _RESERVED.get(name) or ("number" if name in self.dimensions else None)
        if kind is not None:
            if target is not None and target.kind != kind:
                said = "a share, such as >= 80%" if kind == "share" else "a plain number"
                what = f'the points of dimension "{name}" are' if name in self.dimensions else f"{name} is"
                yield place.problem("rubric-unit", f'"{target}" does not fit: {what} {said}', "change the unit")
            return
        if name not in self.known and name not in self.lines:
            choices = [*_RESERVED, *self.dimensions, *self.known]
            yield self._unknown(place.path, "condition", name, choices, key=True)
            return
        measure = self.find_measure(name)
        if measure is not None and target is not None:
            yield from check_unit([bound for bound in (target.low, target.high) if bound][:1], measure, place)

    def _check_weights(self, path: YamlPath, said: str, entry: Mapping[Any, Any]) -> Iterator[Problem]:
        """Weights of dimensions: of all of them, and 100 together."""
        weights = entry.get("weights")
        if not isinstance(weights, Mapping):
            return
        unknown = [name for name in map(str, weights) if name not in self.dimensions]
        for name in unknown:
            yield self._unknown((*path, name), "dimension", name, self.dimensions, key=True)
        if unknown:
            return  # a misspelt name is one mistake, not a missing weight as well
        absent = [name for name in self.dimensions if name not in set(map(str, weights))]
        read = [read_part(Weight, weight) for weight in weights.values()]
        if absent:
            yield self.source.problem(
                path,
                "rubric-weights",
                f"{said} says no weight for {' and '.join(absent)}",
                hint="give every dimension a weight, 100 together",
                key=True,
            )
        elif None not in read and (total := sum(read, Decimal(0))) != FULL_SCORE:
            yield self.source.problem(
                path,
                "rubric-weights",
                f"the weights of {said} add up to {total}, {off_by(total, FULL_SCORE)} {FULL_SCORE}",
                hint="change the weights so that they add up to 100",
                key=True,
            )

    def _read(self, path: YamlPath, model: Any) -> Iterator[tuple[str, Mapping[Any, Any], Any]]:
        """(name, what is written, the model or None where it cannot be read) of each entry of a mapping."""
        for name, written in mapping_at(self.source, path).items():
            if isinstance(written, Mapping):
                yield str(name), written, read_part(model, written)

    def _unknown(self, path: YamlPath, what: str, name: str, known: Collection[str], *, key: bool = False) -> Problem:
        hint = suggest(name, list(known)) if known else f"this rubric has no {what}s"
        message = f'unknown {what} "{name}"'
        if what == "indicator" and name in self.known:
            message = f'"{name}" is a measure, but no indicator of this rubric'
        if self.source.origin(path) is not self.source.origin(()):
            hint += f"; {name_of(self.source)} extends this, and can write {path[0]}: anew, or null for none"
        return self.source.problem(path, "rubric-unknown-name", message, hint=hint, key=key)
