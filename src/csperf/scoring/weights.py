"""What each indicator weighs: as written, in a season, for a role, and once excluded ones pass theirs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from csperf.rubric.fields import FULL_SCORE
from csperf.rubric.scheme import Rubric


@dataclass(frozen=True)
class Weights:
    """The weights that count, in the rubric's order. cause: what they are not as written for, if anything."""

    dimensions: Mapping[str, Decimal]
    indicators: Sequence[Decimal]
    cause: Literal["season", "role"] | None


def choose_weights(rubric: Rubric, season: str | None, variant: str | None) -> Weights:
    """Those of the role's variant where it has any, else of the season, else as written."""
    written = {name: dimension.weight for name, dimension in rubric.dimensions.items()}
    if variant is not None and rubric.roles[variant].weights:
        return _weigh(rubric, rubric.roles[variant].weights, "role")
    if season is not None:
        return _weigh(rubric, rubric.seasons[season].weights, "season")
    return Weights(written, [indicator.weight for _, _, indicator in rubric.indicators()], None)


def _weigh(rubric: Rubric, dimensions: Mapping[str, Decimal], cause: Literal["season", "role"]) -> Weights:
    ordered = {name: dimensions[name] for name in rubric.dimensions}
    return Weights(ordered, share_weights(rubric, ordered, [True] * len(rubric.indicators())), cause)


def share_weights(rubric: Rubric, dimensions: Mapping[str, Decimal], is_live: Sequence[bool]) -> list[Decimal]:
    """The most points each indicator can bring: 100.00 in all over the live ones, 0 for the others.

    Within a dimension the live ones share its weight in proportion to what is written for them; a dimension
    with none passes its weight to the others in proportion to theirs. All are 0 when nothing is live.
    """
    live: dict[str, list[Decimal]] = {name: [] for name in rubric.dimensions}
    for (name, _, indicator), alive in zip(rubric.indicators(), is_live, strict=True):
        live[name].append(indicator.weight if alive else Decimal(0))
    totals = apportion([dimensions[name] if any(group) else Decimal(0) for name, group in live.items()], FULL_SCORE)
    groups = zip(live.values(), totals, strict=True)
    return [part for group, total in groups for part in apportion(group, total)]


def apportion(weights: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """`total` (at most 2 decimals) split by weight into parts of 2 decimals that add up to it exactly.

    Largest remainder; of equal remainders the earlier part gets the cent. No weight, no part.
    """
    whole = sum(map(Fraction, weights))
    if not whole:
        return [Decimal("0.00") for _ in weights]
    shares = [Fraction(total) * 100 * Fraction(weight) / whole for weight in weights]
    cents = [int(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: cents[index] - shares[index])
    for index in by_remainder[: int(total * 100) - sum(cents)]:
        cents[index] += 1
    return [Decimal(cent).scaleb(-2) for cent in cents]
