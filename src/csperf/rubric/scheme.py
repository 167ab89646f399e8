"""The scheme itself: dimensions, indicators, score rules, policies, grades. One class per YAML mapping."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from csperf.rubric.consequences import Award, Pay, Rollup, Support, Tier, Training
from csperf.rubric.fields import (
    FULL_SCORE,
    LABEL,
    DaysField,
    Model,
    MonthsField,
    QuantityField,
    ShareField,
    TargetField,
    Weight,
)
from csperf.rubric.measures import Measure, Text
from csperf.rubric.quantities import Quantity, Target, parse_quantity, parse_target
from csperf.rubric.spans import Span, parse_day_span, parse_month_span

Policy = Literal["exclude", "full", "zero", "team", "hold"]
"""What an indicator counts for when its data is missing or thin."""


class DeductRule(Model):
    """Start with the full weight; take `deduct` points off for each `per` on the wrong side of the target."""

    deduct: Annotated[Decimal, Field(gt=0)]
    per: QuantityField
    step: Literal["completed", "started", "proportional"] | None = Field(
        None, description="whether a step counts when completed, when started, or in proportion"
    )

    @field_validator("per")
    @classmethod
    def _positive(cls, per: Quantity) -> Quantity:
        if per.value <= 0:
            raise ValueError("the step must be more than 0")
        return per


class CurveRule(Model):
    """Straight lines between given values, in percent of the weight; flat outside."""

    curve: dict[str | int | Decimal, Annotated[Decimal, Field(ge=0, le=100)]] = Field(min_length=2)

    @field_validator("curve")
    @classmethod
    def _ordered(cls, curve: dict[Any, Decimal]) -> dict[Any, Decimal]:
        points = [parse_quantity(key) for key in curve]
        if len({point.kind for point in points}) > 1:
            raise ValueError("the values of a curve must all have the same unit")
        if any(a.value >= b.value for a, b in pairwise(points)):
            raise ValueError("the values of a curve must rise from one to the next")
        return curve

    @property
    def points(self) -> list[tuple[Quantity, Fraction]]:
        """(value, share of the weight from 0 to 1), by rising value."""
        return [(parse_quantity(key), Fraction(share) / 100) for key, share in self.curve.items()]


class BandsRule(Model):
    """Steps in percent of the weight: the first condition that holds decides, else the `else`."""

    bands: dict[str, Annotated[Decimal, Field(ge=0, le=100)]] = Field(min_length=2)

    @field_validator("bands")
    @classmethod
    def _complete(cls, bands: dict[str, Decimal]) -> dict[str, Decimal]:
        if list(bands)[-1] != "else":
            raise ValueError('the last band must be "else", so that every value has its points')
        kinds = {parse_target(condition).kind for condition in list(bands)[:-1]}
        if len(kinds) > 1:
            raise ValueError("the bands must all have the same unit")
        return bands

    @property
    def steps(self) -> list[tuple[Target | None, Fraction]]:
        """(condition or None for else, share of the weight from 0 to 1), in the order they are tried."""
        return [
            (None if condition == "else" else parse_target(condition), Fraction(share) / 100)
            for condition, share in self.bands.items()
        ]


class Attainment(Model):
    """How far an attainment counts."""

    cap: QuantityField = Field(default_factory=lambda: parse_quantity("100%"))


class AttainRule(Model):
    """Value against target as a share (upside down where lower is better), never above the weight."""

    attain: Attainment


class RelativeRule(Model):
    """Place among the team: the share of colleagues who are not better, ties counting half."""

    relative: Literal["percentile"]


def _rule_kind(value: Any) -> str | None:
    """Which score rule a mapping is: the first key that names one."""
    if isinstance(value, dict):
        return next((key for key in _RULES.values() if key in value), None)
    return _RULES.get(type(value))


_RULES: dict[type, str] = {
    DeductRule: "deduct", CurveRule: "curve", BandsRule: "bands", AttainRule: "attain",
    RelativeRule: "relative",
}  # fmt: skip


ScoreRule = Annotated[
    Annotated[DeductRule, Tag("deduct")]
    | Annotated[CurveRule, Tag("curve")]
    | Annotated[BandsRule, Tag("bands")]
    | Annotated[AttainRule, Tag("attain")]
    | Annotated[RelativeRule, Tag("relative")],
    Discriminator(
        _rule_kind,
        custom_error_type="score_rule",
        custom_error_message="a score rule is one of deduct, curve, bands, attain, relative",
        custom_error_context={"allowed": "deduct, curve, bands, attain, relative"},
    ),
]


class SmallSample(Model):
    """Below this sample size the policy applies instead of the measured value."""

    below: Annotated[int, Field(ge=1)]
    then: Policy


class Indicator(Model):
    """A measure with weight, target and score rule. Its key in the YAML is the measure's name."""

    weight: Weight = Field(description="its points when everything is reached; all of a rubric are 100")
    title: Text | None = None
    target: TargetField | None = None
    team_target: TargetField | None = Field(None, description="the target of teams and of the shop (--by team)")
    tiers: dict[str, TargetField] = Field(
        default_factory=dict, description='tier of the rubric → what reaches it, such as challenge: ">= 95%"'
    )
    prorate: bool | None = Field(
        None,
        description="whether a count or sum of the period is judged on a full one for who was here for a part; "
        "default: where more is better",
    )
    score: ScoreRule = Field(description="deduct, curve, bands, attain or relative")
    missing: Policy = "exclude"
    small_sample: SmallSample | None = None
    note: Text | None = Field(None, description="the reading this scheme takes where its source is ambiguous")

    def is_prorated(self, measure: Measure) -> bool:
        """Whether it is judged on a full period for an agent who was here for a part of it."""
        if not measure.is_volume:
            return False
        if self.prorate is not None:
            return self.prorate
        better = measure.better or (self.target.direction if self.target else None)
        return better == "higher"


class Dimension(Model):
    """A group of indicators; their weights add up to its own."""

    weight: Weight = Field(description="the sum of its indicators' weights")
    title: Text | None = None
    indicators: dict[str, Indicator] = Field(min_length=1)


class Grade(Model):
    """A grade and the lowest printed score that earns it."""

    name: str = Field(pattern=LABEL, description="lower-case letters, digits, - and _")
    title: Text | None = None
    min: Annotated[Decimal, Field(ge=0, le=FULL_SCORE)]


class Season(Model):
    """A part of the year with weights of its own. It holds for a period of which at least half lies in it."""

    title: Text | None = None
    months: list[MonthsField] = Field(default_factory=list, description='months: "*-11" each year, "2025-06" once')
    dates: list[DaysField] = Field(
        default_factory=list, description='spans of days: "11-01 .. 11-20" each year, "2025-06-01 .. 2025-06-20" once'
    )
    weights: dict[str, Weight] = Field(
        min_length=1, description="dimension → its weight, all of them; indicators keep their share of the dimension"
    )

    @model_validator(mode="after")
    def _says_when(self) -> Season:
        if not self.months and not self.dates:
            raise ValueError('it does not say when it is; add months: ["*-11"] or dates: ["11-01 .. 11-20"]')
        return self

    @property
    def spans(self) -> list[Span]:
        """The days it holds in, as written."""
        return [*map(parse_month_span, self.months), *map(parse_day_span, self.dates)]


class Variant(Model):
    """What differs for the agents of some roles: weights of dimensions, targets and tiers of indicators."""

    title: Text | None = None
    roles: list[str] = Field(min_length=1, description="roles as the roster names them")
    weights: dict[str, Weight] = Field(
        default_factory=dict, description="dimension → its weight, all of them; they go before those of a season"
    )
    targets: dict[str, TargetField] = Field(default_factory=dict, description="indicator → its target for these roles")
    tiers: dict[str, dict[str, TargetField]] = Field(
        default_factory=dict,
        description="indicator → what reaches each tier for these roles, in place of its own; {} for no tiers",
    )


class FloorConsequence(Model):
    """What follows where a floor is not held."""

    grade_at_most: str = Field(description="the best grade that can then be had")


class Floor(Model):
    """A dimension's share of its points, or an indicator's value, that must be held for the better grades."""

    dimension: str | None = None
    indicator: str | None = None
    min: ShareField | None = Field(None, description="of a dimension: the least share of its points, such as 70%")
    target: TargetField | None = Field(None, description="of an indicator: what its value must meet, such as >= 100%")
    then: FloorConsequence
    note: Text | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Floor:
        said = [key for key in ("dimension", "min", "indicator", "target") if getattr(self, key) is not None]
        if said not in (["dimension", "min"], ["indicator", "target"]):
            raise ValueError("a floor has either dimension and min, or indicator and target; write one floor for each")
        return self


class Rubric(Model):
    """A whole scheme."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9._-]*$",
        description="lower-case letters, digits, dots and hyphens: aftersales-2025",
    )
    version: str
    extends: str | None = Field(None, description="another rubric by name or file, of which this one says what differs")
    title: Text
    source: str | None = Field(None, description="where the scheme comes from")
    description: Text | None = None
    measures: dict[str, Any] = Field(
        default_factory=dict, description="measures of this scheme alone; they override the catalogue"
    )
    dimensions: dict[str, Dimension] = Field(min_length=1)
    grades: list[Grade] = Field(min_length=1)
    applies_to: list[str] = Field(
        default_factory=list, description="the roles that are scored by this rubric; default: everybody"
    )
    roles: dict[str, Variant] = Field(default_factory=dict, description="what differs for some roles, by a name")
    seasons: dict[str, Season] = Field(default_factory=dict)
    least_presence: ShareField | None = Field(
        None, description="share of the period below which an agent gets no rank, such as 50%"
    )
    floors: list[Floor] = Field(default_factory=list)
    tiers: list[Tier] = Field(default_factory=list, description="from the lowest to the highest")
    awards: dict[str, Award] = Field(default_factory=dict)
    promotions: dict[str, Award] = Field(default_factory=dict, description="who is a candidate for more")
    coaching: dict[str, Award] = Field(default_factory=dict, description="who is listed for help")
    pay: Pay | None = None
    rollup: Rollup = Field(default_factory=Rollup, description="how a quarter or a year comes from its months")
    training: dict[str, Training] = Field(default_factory=dict, description="what to learn where points are lost")
    support: Support | None = None

    @field_validator("version", mode="before")
    @classmethod
    def _version_text(cls, version: Any) -> Any:
        return str(version) if isinstance(version, int | Decimal) else version

    @field_validator("grades")
    @classmethod
    def _grades_fall(cls, grades: list[Grade]) -> list[Grade]:
        lows = [grade.min for grade in grades]
        if lows != sorted(lows, reverse=True) or len(set(lows)) != len(lows):
            raise ValueError("grades must be listed from the highest min to the lowest, each different")
        if lows[-1] != 0:
            raise ValueError("the lowest grade must have min: 0, so that every score has a grade")
        return grades

    def indicators(self) -> list[tuple[str, str, Indicator]]:
        """(dimension, indicator name, indicator) in the rubric's order."""
        return [
            (dimension_name, name, indicator)
            for dimension_name, dimension in self.dimensions.items()
            for name, indicator in dimension.indicators.items()
        ]

    def trainings(self) -> dict[str, Training]:
        """Those for an indicator or dimension that there is; a base may have more."""
        return {
            name: training
            for name, training in self.training.items()
            if training.dimension in self.dimensions or self.find_indicator(training.indicator or "")
        }

    def find_indicator(self, name: str) -> Indicator | None:
        """The indicator of this name, in whichever dimension; None if there is none."""
        return next((one.indicators[name] for one in self.dimensions.values() if name in one.indicators), None)
