"""What can be wrong with a scheme, found without data: weights, targets, units, rules, policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter, ValidationError

from csperf.problems import Problem
from csperf.rubric.fields import FULL_SCORE, TargetField, Weight
from csperf.rubric.measures import NAME, Measure
from csperf.rubric.quantities import UNITS, Quantity, Target, unit_kind
from csperf.rubric.scheme import (
    AttainRule,
    BandsRule,
    CurveRule,
    DeductRule,
    Policy,
    RelativeRule,
    Rubric,
    ScoreRule,
    SmallSample,
)
from csperf.yaml_models import value_at
from csperf.yaml_source import YamlPath, YamlSource


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator as far as it can be read, so that one slip does not hide the others.

    None where nothing is written, or nothing readable; `has_target` says that something is.
    """

    dimension: str
    name: str
    weight: Decimal | None
    target: Target | None
    has_target: bool
    score: Any
    missing: str | None
    small_sample: SmallSample | None
    team_target: Target | None
    tiers: Mapping[str, Target] | None
    prorate: bool | None

    @property
    def path(self) -> YamlPath:
        """Where it stands in the rubric."""
        return ("dimensions", self.dimension, "indicators", self.name)


_PARTS: dict[str, Any] = {
    "weight": Weight, "target": TargetField, "score": ScoreRule, "missing": Policy, "small_sample": SmallSample,
    "team_target": TargetField, "tiers": dict[str, TargetField], "prorate": bool,
}  # fmt: skip
"""Key of an indicator → what it holds, as far as that is checked."""


def read_lines(rubric: Rubric | None, source: YamlSource) -> list[IndicatorLine]:
    """The indicators of a rubric; where the whole could not be read, what can be read of each."""
    if rubric is not None:
        return [
            IndicatorLine(
                dimension=dimension, name=name, has_target=entry.target is not None,
                **{key: getattr(entry, key) for key in _PARTS},
            )
            for dimension, name, entry in rubric.indicators()
        ]  # fmt: skip
    return [
        IndicatorLine(
            dimension=str(dimension), name=str(name), has_target=_mapping(said).get("target") is not None,
            **{key: read_part(kind, _mapping(said).get(key)) for key, kind in _PARTS.items()},
        )
        for dimension, group in mapping_at(source, ("dimensions",)).items()
        for name, said in _mapping(_mapping(group).get("indicators")).items()
    ]  # fmt: skip


def mapping_at(source: YamlSource, path: YamlPath) -> Mapping[Any, Any]:
    """The mapping at a path of a file; an empty one where there is none."""
    return _mapping(value_at(source.data, path))


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def read_part(annotation: Any, value: Any) -> Any:
    """A part of a scheme as its type; None where nothing is written, or nothing readable."""
    if value is None:
        return None
    try:
        return TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        return None


def check_scheme(lines: Sequence[IndicatorLine], source: YamlSource) -> Iterator[Problem]:
    """What is wrong between the parts: weights that do not add up, names that stand twice or clash."""
    dimensions = mapping_at(source, ("dimensions",))
    yield from _check_weights(dimensions, lines, source)
    yield from _check_names(dimensions, lines, source)
    for key in ("grades", "tiers"):
        names = read_names(source, key)
        for index, name in enumerate(names):
            if name is not None and name in names[:index]:
                yield source.problem(
                    (key, index, "name"),
                    "rubric-repeated-name",
                    f'two {key} are called "{name}"',
                    hint=f"give each {key.removesuffix('s')} a name of its own",
                )


def read_names(source: YamlSource, key: str) -> list[Any]:
    """The names in a list of things that have one, such as grades; None for one without."""
    entries = value_at(source.data, (key,))
    return [_mapping(entry).get("name") for entry in entries] if isinstance(entries, list) else []


def _check_weights(
    dimensions: Mapping[Any, Any], lines: Sequence[IndicatorLine], source: YamlSource
) -> Iterator[Problem]:
    weights: list[Decimal | None] = []
    for name, group in dimensions.items():
        said = read_part(Weight, _mapping(group).get("weight"))
        weights.append(said)
        parts = [line.weight for line in lines if line.dimension == str(name)]
        if said is None or not parts or None in parts:
            continue
        total = sum((part for part in parts if part is not None), Decimal(0))
        if total != said:
            weight: YamlPath = ("dimensions", str(name), "weight")
            # Where another file says the weight, the slip is in this one, at what it says of the dimension.
            is_here = source.origin(weight) is source.origin(())
            yield source.problem(
                weight if is_here else weight[:-1], "rubric-weights", key=not is_here, message=
                f'the indicators of dimension "{name}" add up to {total}, '
                f"{off_by(total, said)} its weight of {said}",
                hint="change the weights of the indicators, or that of the dimension",
            )  # fmt: skip
    if weights and None not in weights:
        total = sum((weight for weight in weights if weight is not None), Decimal(0))
        if total != FULL_SCORE:
            yield source.problem(
                ("dimensions",), "rubric-weights",
                f"the weights of the dimensions add up to {total}, {off_by(total, FULL_SCORE)} {FULL_SCORE}",
                hint="change the weights so that they add up to 100", key=True,
            )  # fmt: skip


def off_by(total: Decimal, wanted: Decimal) -> str:
    """`5 less than`, `2.5 more than`: how a total misses what it should be."""
    return f"{total - wanted} more than" if total > wanted else f"{wanted - total} less than"


def _check_names(
    dimensions: Mapping[Any, Any], lines: Sequence[IndicatorLine], source: YamlSource
) -> Iterator[Problem]:
    for name in map(str, dimensions):
        if not NAME.fullmatch(name):
            yield source.problem(
                ("dimensions", name),
                "rubric-bad-name",
                f'"{name}" cannot be the name of a dimension',
                hint="use lower-case letters, digits and _; put what people read in title",
                key=True,
            )
    first: dict[str, str] = {}
    for line in lines:
        if line.name in first:
            yield source.problem(
                line.path,
                "rubric-repeated-name",
                key=True,
                message=(f'indicator "{line.name}" stands in dimension "{first[line.name]}" already'),
                hint="count a measure once, or give a second measure another name",
            )
        if line.name in map(str, dimensions):
            yield source.problem(
                line.path,
                "rubric-name-clash",
                f'"{line.name}" is an indicator and a dimension; both would be {line.name}_points',
                hint="rename the dimension",
                key=True,
            )
        first.setdefault(line.name, line.dimension)


def check_indicator(line: IndicatorLine, measure: Measure, source: YamlSource) -> Iterator[Problem]:
    """What is wrong between an indicator and its measure."""
    yield from _Check(line, measure, source).run()


@dataclass(frozen=True)
class Place:
    """Where a part of a scheme is written, and what a sentence about it begins with."""

    source: YamlSource
    path: YamlPath
    said: str

    def problem(self, code: str, message: str, hint: str, *, key: bool = False) -> Problem:
        """A problem here."""
        return self.source.problem(self.path, code, f"{self.said}: {message}", hint=hint, key=key)


def check_target(target: Target, measure: Measure, place: Place) -> Iterator[Problem]:
    """What is wrong between a target and its measure."""
    yield from check_unit([bound for bound in (target.low, target.high) if bound][:1], measure, place)
    if target.direction and measure.better and target.direction != measure.better:
        sign = "<=" if measure.better == "lower" else ">="
        yield place.problem(
            "rubric-direction",
            f'"{target}" contradicts the measure: {_better(measure)}',
            f'write the target with "{sign}", or mend "better" of the measure',
        )


def check_unit(
    quantities: Sequence[Quantity], measure: Measure, place: Place, *, key: bool = False
) -> Iterator[Problem]:
    """The first of the quantities that is not in a unit of the measure's."""
    kind = unit_kind(measure.unit)
    wrong = next((quantity for quantity in quantities if quantity.kind != kind), None)
    if wrong:
        unit = f'in "{measure.unit}"' if measure.unit else "a plain number"
        fitting = [f'"{unit}"' for unit, (known, _) in UNITS.items() if known == kind and unit]
        hint = f"write it with {' or '.join(fitting)}" if fitting else "write it without a unit"
        yield place.problem("rubric-unit", f'"{wrong}" does not fit the measure, which is {unit}', hint, key=key)


def check_attainable(target: Target, rule: Any, place: Place) -> Iterator[Problem]:
    """Whether a target is one that attain, if that is the rule, can divide by."""
    bound = target.low or target.high
    if isinstance(rule, AttainRule) and (target.direction is None or bound is None or bound.value <= 0):
        yield place.problem(
            "rubric-bad-target",
            f'attain cannot measure a value against "{target}"',
            'attain needs one bound above 0, such as ">= 90%"; otherwise use deduct or bands',
        )


def check_step(target: Target | None, line: IndicatorLine, measure: Measure, place: Place) -> Iterator[Problem]:
    """Whether deduct, if that is the rule, leaves open what a begun step costs where one can occur."""
    rule = line.score
    if not isinstance(rule, DeductRule) or rule.step is not None:
        return
    bounds = [bound.value for bound in (target.low, target.high) if bound] if target else []
    # A count away from a whole bound is whole, and so are its steps of 1; only then is no step begun.
    # (Counts per head or on a full month are not whole, and are taken off in proportion.)
    if measure.kind != "count" or rule.per.value != 1 or any(bound.denominator != 1 for bound in bounds):
        yield place.problem(
            "rubric-step-missing",
            "it must be said what a begun step costs",
            "add step: completed (only whole steps), started (a begun step counts whole) or proportional",
            key=True,
        )


class _Check:
    def __init__(self, line: IndicatorLine, measure: Measure, source: YamlSource) -> None:
        self.line, self.measure, self.source = line, measure, source
        self.direction = measure.better or (line.target.direction if line.target else None)

    def run(self) -> Iterator[Problem]:
        yield from self._check_target()
        rule = self.line.score
        if isinstance(rule, DeductRule):
            yield from self._check_deduct(rule)
        elif isinstance(rule, AttainRule):
            yield from self._check_attain(rule)
        elif isinstance(rule, CurveRule):
            yield from self._check_curve(rule)
        elif isinstance(rule, BandsRule):
            yield from self._check_bands(rule)
        elif isinstance(rule, RelativeRule):
            yield from self._check_relative()
        yield from self._check_policies()
        if self.line.prorate is not None and not self.measure.is_volume:
            hint = "leave prorate out; it is for what an agent counts or sums up in the period"
            yield self.problem(("prorate",), "rubric-prorate", self._why_no_volume(), hint)

    def place(self, *keys: str | int) -> Place:
        return Place(self.source, (*self.line.path, *keys), f'indicator "{self.line.name}"')

    def problem(self, keys: YamlPath, code: str, message: str, hint: str, *, key: bool = False) -> Problem:
        return self.place(*keys).problem(code, message, hint, key=key)

    def warning(self, keys: YamlPath, code: str, message: str, hint: str) -> Problem:
        said = f"{self.place().said}: {message}"
        return self.source.problem((*self.line.path, *keys), code, said, hint=hint, severity="warning")

    def _check_unit(self, keys: YamlPath, quantities: Sequence[Quantity], *, key: bool = False) -> Iterator[Problem]:
        yield from check_unit(quantities, self.measure, self.place(*keys), key=key)

    def _check_target(self) -> Iterator[Problem]:
        for key, target in (("target", self.line.target), ("team_target", self.line.team_target)):
            if target is not None:
                yield from check_target(target, self.measure, self.place(key))
                yield from check_attainable(target, self.line.score, self.place(key))

    def _check_deduct(self, rule: DeductRule) -> Iterator[Problem]:
        yield from self._need_target("deduct")
        yield from self._check_unit(("score", "per"), [rule.per])
        if self.line.target or not self.line.has_target:
            yield from check_step(self.line.target, self.line, self.measure, self.place("score"))

    def _need_target(self, rule: str) -> Iterator[Problem]:
        if not self.line.has_target:
            yield self.problem(
                (),
                "rubric-target-missing",
                f"{rule} needs a target",
                'add a target such as ">= 90%"',
                key=True,
            )

    def _check_attain(self, rule: AttainRule) -> Iterator[Problem]:
        yield from self._need_target("attain")
        cap = rule.attain.cap
        if cap.kind != "share" or cap.value <= 0:
            yield self.problem(
                ("score", "attain", "cap"),
                "rubric-bad-cap",
                f'the cap cannot be "{cap}"',
                "write a share above 0%, such as 100%",
            )
        elif cap.value > 1:
            yield self.warning(
                ("score", "attain", "cap"),
                "rubric-cap-no-effect",
                f"a cap of {cap} has no effect, as points never exceed the weight",
                "leave the cap out",
            )

    def _check_curve(self, rule: CurveRule) -> Iterator[Problem]:
        points = rule.points
        yield from self._check_unit(("score", "curve"), [value for value, _ in points], key=True)
        shares = [share for _, share in points]
        yield from self._check_slope("curve", shares)

    def _check_bands(self, rule: BandsRule) -> Iterator[Problem]:
        steps = [(target, share) for target, share in rule.steps if target is not None]
        bounds = [bound for target, _ in steps for bound in (target.low, target.high) if bound]
        yield from self._check_unit(("score", "bands"), bounds, key=True)
        written = list(rule.bands)
        for index, (target, _) in enumerate(steps):
            above = next((other for other, _ in steps[:index] if covers(other, target)), None)
            if above:
                yield self.problem(
                    ("score", "bands", written[index]),
                    "rubric-unreachable-band",
                    f'the band "{target}" is never reached, as "{above}" above it decides first',
                    "put the narrower band first",
                    key=True,
                )
        directions = {target.direction for target, _ in steps}
        shares = [share for _, share in rule.steps]
        if directions == {"higher"}:
            yield from self._check_slope("bands", shares[::-1])
        elif directions == {"lower"}:
            yield from self._check_slope("bands", shares)

    def _check_slope(self, rule: str, shares: Sequence[Fraction]) -> Iterator[Problem]:
        """`shares` by rising value: a rule that only ever gives less for a better value is upside down."""
        rising = list(shares) if self.direction == "higher" else list(shares)[::-1]
        falls = all(a >= b for a, b in pairwise(rising)) and rising[0] > rising[-1]
        if self.direction and falls:
            said = _better(self.measure) if self.measure.better else f'its target is "{self.line.target}"'
            yield self.problem(
                ("score", rule),
                "rubric-direction",
                f"the {rule} gives fewer points for a better value: {said}",
                'turn it round, or mend "better" of the measure',
                key=True,
            )

    def _check_relative(self) -> Iterator[Problem]:
        if self.direction is None:
            yield self.problem(
                ("score", "relative"),
                "rubric-direction",
                "a place among colleagues needs to know which way is better",
                'add a target, or "better" to the measure',
            )
        yield self.warning(
            ("score", "relative"),
            "rubric-relative",
            "this score changes when colleagues come and go",
            "use a target with deduct, curve or bands if pay hangs on it",
        )

    def _check_policies(self) -> Iterator[Problem]:
        thin = self.line.small_sample
        if thin and self.measure.kind in ("count", "constant"):
            yield self.problem(
                ("small_sample",),
                "rubric-no-sample",
                f"a {self.measure.kind} has no sample that could be too small",
                "leave small_sample out",
                key=True,
            )
        chosen: list[tuple[YamlPath, str | None]] = [
            (("missing",), self.line.missing), (("small_sample", "then"), thin.then if thin else None)
        ]  # fmt: skip
        for keys, policy in chosen:
            if policy == "team" and not self.measure.is_poolable:
                yield self.problem(
                    keys,
                    "rubric-no-team-value",
                    self._why_not_pooled(),
                    "use exclude, full, zero or hold",
                )

    def _why_not_pooled(self) -> str:
        if not self.measure.has_poolable_kind:
            return f"a {self.measure.kind} has no team value that one agent could be given"
        term = next(term for term in self.measure.terms if term.counts_again)
        thing = term.distinct or term.per
        what = f"one {thing}" if thing else f"a row of {term.table}"
        return f"{what} can count for several of a team, and would count more than once for the team"

    def _why_no_volume(self) -> str:
        if self.measure.kind not in ("count", "sum"):
            return f"a {self.measure.kind} does not grow with the days that somebody is here"
        days = self.measure.terms[0].window_days
        if days is not None:
            return f"presence is a share of the period, and not of the {days} days that are counted"
        return "the whole shop's number does not grow with the days that one agent is here"


def _better(measure: Measure) -> str:
    return f'{measure.better} is better for "{measure.name}"'


def covers(wide: Target, narrow: Target) -> bool:
    """Whether every value that meets `narrow` meets `wide` as well."""
    if wide.low and not (narrow.low and _is_inside(narrow.low.value - wide.low.value, narrow.strict, wide.strict)):
        return False
    return not wide.high or bool(
        narrow.high and _is_inside(wide.high.value - narrow.high.value, narrow.strict, wide.strict)
    )


def _is_inside(room: Fraction, narrow_excludes_bound: bool, wide_excludes_bound: bool) -> bool:
    return room > 0 or (room == 0 and (narrow_excludes_bound or not wide_excludes_bound))
