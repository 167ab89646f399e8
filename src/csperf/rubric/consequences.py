"""What follows from scores: tiers, awards, pay, promotions, coaching, training. It never feeds back into them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from csperf.period import Length
from csperf.rubric.fields import LABEL, Model, Money, QuantityField, ShareField, TargetField
from csperf.rubric.measures import Text
from csperf.rubric.quantities import Quantity, parse_quantity

# How many decimals the amounts of a currency have where it is not two (ISO 4217).
_MINOR_DIGITS = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)


def minor_digits(currency: str) -> int:
    """How many decimals an amount in a currency has."""
    return _MINOR_DIGITS.get(currency, 2)


def _change(value: Quantity) -> Quantity:
    if value.kind != "share" or not -1 <= value.value <= 10:
        raise ValueError(f'"{value}" is no change of pay; write a share of it, such as 10% or -5%')
    return value


class Tier(Model):
    """A step of targets beyond one another: base, challenge, excellence."""

    name: str = Field(pattern=LABEL, description="lower-case letters, digits, - and _")
    title: Text | None = None
    reward: Text | None = Field(None, description="what reaching it brings, in words")
    bonus: Money | None = Field(None, description="money for each indicator that reaches it, in the currency of pay")


class Award(Model):
    """A named outcome for whoever meets every condition, in one period or in several running.

    Used for awards, promotions and coaching alike. What is not known meets no condition.
    """

    title: Text | None = None
    reward: Text | None = Field(None, description="what it brings, in words")
    bonus: Money | None = Field(None, description="money that it brings, in the currency of pay")
    when: dict[str, TargetField] = Field(
        default_factory=dict, description="conditions on score, rank, coverage, a dimension's points, or any measure"
    )
    grades: list[str] = Field(default_factory=list, description="the grade is one of these")
    top: ShareField | None = Field(
        None, description="placed among this share of those ranked, such as 10%; at least the best one"
    )
    every: Length = Field("month", description="the length of the periods that it looks at")
    running: Annotated[int, Field(ge=1, le=24)] = Field(
        1, description="in how many such periods running the conditions hold; one without a score breaks the run"
    )
    of: Literal["agent", "team"] = Field("agent", description="whom it is for; teams are scored from all their rows")
    least_sample: Annotated[int, Field(ge=1)] | None = Field(
        None, description="fewer cases than this behind a measure of `when`, and there is no award"
    )

    @model_validator(mode="after")
    def _asks_something(self) -> Award:
        if not (self.when or self.grades or self.top):
            raise ValueError("it has no condition; write when:, grades: or top:")
        return self


class GradePay(Model):
    """What a grade brings."""

    change: Annotated[QuantityField, AfterValidator(_change)] | None = Field(
        None, description="change of the base pay, such as 10% or -5%"
    )
    bonus: Money | None = None
    then: Text | None = Field(None, description="what follows besides, in words, such as a change of post")


class Pay(Model):
    """What grades bring, by the length of the period that they are of."""

    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO code, such as CNY")
    month: dict[str, GradePay] = Field(default_factory=dict, description="grade → what it brings each month")
    quarter: dict[str, GradePay] = Field(default_factory=dict)
    year: dict[str, GradePay] = Field(default_factory=dict)

    @property
    def digits(self) -> int:
        """How many decimals an amount has."""
        return minor_digits(self.currency)

    def of_length(self, length: Length) -> dict[str, GradePay]:
        """What grades of periods of this length bring."""
        return {"month": self.month, "quarter": self.quarter, "year": self.year}[length]


class Rollup(Model):
    """How a quarter or a year comes from its months."""

    method: Literal["mean", "pooled"] = Field(
        "mean", description="mean: the mean of the monthly scores; pooled: scored once from all rows of the period"
    )
    least_months: ShareField = Field(
        default_factory=lambda: parse_quantity("50%"),
        description="share of the months with data that an agent needs a score in to be ranked",
    )


class Training(Model):
    """What somebody learns who loses points there."""

    title: Text
    indicator: str | None = Field(None, description="an indicator of the rubric")
    dimension: str | None = Field(None, description="or a whole dimension of it")
    slice: dict[str, str] = Field(
        default_factory=dict, description="only where this part is the weak one, such as {category: 物流}"
    )

    @model_validator(mode="after")
    def _is_for_one(self) -> Training:
        if (self.indicator is None) == (self.dimension is None):
            raise ValueError("a training is for one indicator or one dimension; write indicator: or dimension:")
        if self.slice and self.indicator is None:
            raise ValueError("slice: is a part of an indicator; name the indicator, or leave slice: out")
        return self


class Support(Model):
    """Which dimensions tell ability and results, so that high ability with low results is told from low ability."""

    ability: str = Field(description="the dimension that tells what somebody can do")
    results: str = Field(description="the dimension that tells what comes of it")
    high: ShareField = Field(description="share of the ability points from which it is high, such as 80%")
    low: ShareField = Field(description="share of the points below which results, or ability, are low, such as 75%")
    offer: Text | None = Field(None, description="what high ability with low results gets, such as project support")
