"""What can be wrong with a scheme, found without data: weights, targets, units, rules, policies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter, ValidationError

from csperf.problems import Problem
from csperf.rubric.measures import Measure
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
    TargetField,
    Weight,
)
from csperf.rubric.sql import CheckSql, SqlFacts
from csperf.yaml_models import value_at
from csperf.yaml_source import YamlPath, YamlSource

__all__ = ["CheckSql", "IndicatorLine", "SqlFacts", "check_indicator", "check_scheme", "read_lines"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_HUNDRED = Decimal(100)


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

    @property
    def path(self) -> YamlPath:
        """Where it stands in the rubric."""
        return ("dimensions", self.dimension, "indicators", self.name)


def read_lines(rubric: Rubric | None, source: YamlSource) -> list[IndicatorLine]:
    """The indicators of a rubric; where the whole could not be read, what can be read of each."""
    if rubric is not None:
        return [
            IndicatorLine(dimension, name, entry.weight, entry.target, entry.target is not None, entry.score,
                          entry.missing, entry.small_sample)
            for dimension, name, entry in rubric.indicators()
        ]  # fmt: skip
    lines: list[IndicatorLine] = []
    for dimension, group in _mapping(value_at(source.data, ("dimensions",))).items():
        for name, entry in _mapping(_mapping(group).get("indicators")).items():
            said = _mapping(entry)
            lines.append(
                IndicatorLine(
                    str(dimension), str(name), _read(Weight, said.get("weight")),
                    _read(TargetField, said.get("target")), said.get("target") is not None,
                    _read(ScoreRule, said.get("score")),
                    _read(Policy, said.get("missing")), _read(SmallSample, said.get("small_sample")),
                )
            )  # fmt: skip
    return lines


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _read(annotation: Any, value: Any) -> Any:
    if value is None:
        return None
    try:
        return TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        return None


def check_scheme(lines: Sequence[IndicatorLine], source: YamlSource) -> Iterator[Problem]:
    """What is wrong between the parts: weights that do not add up, names that stand twice or clash."""
    dimensions = _mapping(value_at(source.data, ("dimensions",)))
    yield from _check_weights(dimensions, lines, source)
    yield from _check_names(dimensions, lines, source)
    grades = value_at(source.data, ("grades",))
    names = [_mapping(grade).get("name") for grade in grades] if isinstance(grades, list) else []
    for index, name in enumerate(names):
        if name is not None and name in names[:index]:
            yield source.problem(
                ("grades", index, "name"),
                "rubric-repeated-name",
                f'two grades are called "{name}"',
                hint="give each grade a name of its own",
            )


def _check_weights(
    dimensions: Mapping[Any, Any], lines: Sequence[IndicatorLine], source: YamlSource
) -> Iterator[Problem]:
    weights: list[Decimal | None] = []
    for name, group in dimensions.items():
        said = _read(Weight, _mapping(group).get("weight"))
        weights.append(said)
        parts = [line.weight for line in lines if line.dimension == str(name)]
        if said is None or not parts or None in parts:
            continue
        total = sum((part for part in parts if part is not None), Decimal(0))
        if total != said:
            yield source.problem(
                ("dimensions", str(name), "weight"), "rubric-weights",
                f'the indicators of dimension "{name}" add up to {total}, '
                f"{_off(total, said)} its weight of {said}",
                hint="change the weights of the indicators, or that of the dimension",
            )  # fmt: skip
    if weights and None not in weights:
        total = sum((weight for weight in weights if weight is not None), Decimal(0))
        if total != _HUNDRED:
            yield source.problem(
                ("dimensions",), "rubric-weights",
                f"the weights of the dimensions add up to {total}, {_off(total, _HUNDRED)} 100",
                hint="change the weights so that they add up to 100", key=True,
            )  # fmt: skip


def _off(total: Decimal, wanted: Decimal) -> str:
    return f"{total - wanted} more than" if total > wanted else f"{wanted - total} less than"


def _check_names(
    dimensions: Mapping[Any, Any], lines: Sequence[IndicatorLine], source: YamlSource
) -> Iterator[Problem]:
    for name in map(str, dimensions):
        if not _NAME.fullmatch(name):
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


class _Check:
    def __init__(self, line: IndicatorLine, measure: Measure, source: YamlSource) -> None:
        self.line, self.measure, self.source = line, measure, source
        self.kind = unit_kind(measure.unit)
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

    def problem(self, keys: YamlPath, code: str, message: str, hint: str, *, key: bool = False) -> Problem:
        said = f'indicator "{self.line.name}": {message}'
        return self.source.problem((*self.line.path, *keys), code, said, hint=hint, key=key)

    def warning(self, keys: YamlPath, code: str, message: str, hint: str) -> Problem:
        said = f'indicator "{self.line.name}": {message}'
        return self.source.problem((*self.line.path, *keys), code, said, hint=hint, severity="warning")

    def _check_unit(self, keys: YamlPath, quantities: Sequence[Quantity], *, key: bool = False) -> Iterator[Problem]:
        wrong = next((quantity for quantity in quantities if quantity.kind != self.kind), None)
        if wrong:
            unit = f'in "{self.measure.unit}"' if self.measure.unit else "a plain number"
            fitting = [f'"{unit}"' for unit, (kind, _) in UNITS.items() if kind == self.kind and unit]
            hint = f"write it with {' or '.join(fitting)}" if fitting else "write it without a unit"
            yield self.problem(
                keys, "rubric-unit", f'"{wrong}" does not fit the measure, which is {unit}', hint, key=key
            )

    def _check_target(self) -> Iterator[Problem]:
        target = self.line.target
        if target is None:
            return
        yield from self._check_unit(("target",), [bound for bound in (target.low, target.high) if bound][:1])
        if target.direction and self.measure.better and target.direction != self.measure.better:
            sign = "<=" if self.measure.better == "lower" else ">="
            yield self.problem(
                ("target",),
                "rubric-direction",
                f'"{target}" contradicts the measure: {_better(self.measure)}',
                f'write the target with "{sign}", or mend "better" of the measure',
            )

    def _check_deduct(self, rule: DeductRule) -> Iterator[Problem]:
        yield from self._need_target("deduct")
        yield from self._check_unit(("score", "per"), [rule.per])
        bounds = [bound for bound in (self.line.target.low, self.line.target.high) if bound] if self.line.target else []
        # A count away from a whole bound is whole, and so are its steps of 1; only then is no step begun.
        has_whole_steps = rule.per.value == 1 and all(bound.value.denominator == 1 for bound in bounds)
        if (
            rule.step is None
            and not (self.measure.kind == "count" and has_whole_steps)
            and (bounds or not self.line.has_target)
        ):
            yield self.problem(
                ("score",),
                "rubric-step-missing",
                "it must be said what a begun step costs",
                "add step: completed (only whole steps), started (a begun step counts whole) or proportional",
                key=True,
            )

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
        target = self.line.target
        if target and (target.direction is None or (target.low or target.high).value <= 0):  # type: ignore[union-attr]
            yield self.problem(
                ("target",),
                "rubric-bad-target",
                f'attain cannot measure a value against "{target}"',
                'attain needs one bound above 0, such as ">= 90%"; otherwise use deduct or bands',
            )
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
            above = next((other for other, _ in steps[:index] if _covers(other, target)), None)
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
        if thin and self.measure.kind == "count":
            yield self.problem(
                ("small_sample",),
                "rubric-no-sample",
                "a count has no sample that could be too small",
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
                    f"a {self.measure.kind} has no team value that one agent could be given",
                    "use exclude, full, zero or hold",
                )


def _better(measure: Measure) -> str:
    return f'{measure.better} is better for "{measure.name}"'


def _covers(wide: Target, narrow: Target) -> bool:
    """Whether every value that meets `narrow` meets `wide` as well."""
    if wide.low and not (narrow.low and _is_inside(narrow.low.value - wide.low.value, narrow.strict, wide.strict)):
        return False
    return not wide.high or bool(
        narrow.high and _is_inside(wide.high.value - narrow.high.value, narrow.strict, wide.strict)
    )


def _is_inside(room: Fraction, narrow_excludes_bound: bool, wide_excludes_bound: bool) -> bool:
    return room > 0 or (room == 0 and (narrow_excludes_bound or not wide_excludes_bound))
