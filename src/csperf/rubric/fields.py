"""What the values of a rubric look like in YAML: quantities, targets, shares, months, days, labels."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from csperf.rubric.quantities import Quantity, Target, parse_quantity, parse_target
from csperf.rubric.spans import parse_day_span, parse_month_span

FULL_SCORE = Decimal(100)
"""What all the weights of a scheme add up to."""
LABEL = r"^[a-z][a-z0-9_-]*$"
"""What grades, tiers and the like are called."""


class Model(BaseModel):
    """A mapping of a rubric, in which no other key may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True)


def _quantity(value: Any) -> Quantity:
    return value if isinstance(value, Quantity) else parse_quantity(value)


def _target(value: Any) -> Target:
    return value if isinstance(value, Target) else parse_target(value)


def _share(value: Quantity | None) -> Quantity | None:
    if value is not None and not (value.kind == "share" and 0 < value.value <= 1):
        raise ValueError(f'"{value}" is not a share; write one above 0% and up to 100%, such as 50%')
    return value


QuantityField = Annotated[
    Quantity,
    BeforeValidator(_quantity),
    PlainSerializer(str),
    WithJsonSchema({"type": ["string", "number"], "description": "a number with a unit: 90%, 30s, 2h, 20/h, 5"}),
]
TargetField = Annotated[
    Target,
    BeforeValidator(_target),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "description": '">= 90%", "<= 30s", "20/h .. 40/h"'}),
]
ShareField = Annotated[QuantityField, AfterValidator(_share)]
Weight = Annotated[Decimal, Field(gt=0, le=FULL_SCORE, decimal_places=2)]


def _month(text: str) -> str:
    parse_month_span(text)
    return text


def _days(text: str) -> str:
    parse_day_span(text)
    return text


MonthsField = Annotated[str, AfterValidator(_month)]
DaysField = Annotated[str, AfterValidator(_days)]
Money = Annotated[Decimal, Field(ge=0, le=10**9, decimal_places=3)]
