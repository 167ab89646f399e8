"""A rubric file read and applied a second time, in plain Python and without csperf: printed values → a card.

It covers what the shipped rubrics use: every rule but `relative`, seasons by month, floors, tiers, awards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

CONFIGS = Path(__file__).parents[1] / "configs"
UNITS = {"s": Fraction(1), "min": Fraction(60), "h": Fraction(3600), "d": Fraction(86400), "%": Fraction(1, 100)}
SIGNS = {">=": 1, ">": 1, "<=": -1, "<": -1}

Tree = dict[str, Any]


# ── what the file says ────────────────────────────────────────────────────────────────────────────


@cache
def read_measures() -> Tree:
    return dict(yaml.safe_load((CONFIGS / "measures.yaml").read_text("utf-8")))


@cache
def read_rubric(name: str) -> Tree:
    """The file, over the one that it extends."""
    tree: Tree = yaml.safe_load((CONFIGS / "rubrics" / f"{name}.yaml").read_text("utf-8"))
    return merge(read_rubric(tree["extends"]), tree) if "extends" in tree else tree


def merge(base: Tree, own: Tree) -> Tree:
    """What `own` says, over `base`; this deep only as far as dimensions and indicators need it."""
    both = {key: merge(base[key], own[key]) for key in base.keys() & own.keys() if isinstance(own[key], dict)}
    return {**base, **own, **both}


def indicators(rubric: Tree) -> list[tuple[str, str, Tree]]:
    """(dimension, name, indicator) in the order of the file."""
    return [(dim, name, one) for dim, part in rubric["dimensions"].items() for name, one in part["indicators"].items()]


def season_of(rubric: Tree, month: str) -> str | None:
    for name, season in rubric.get("seasons", {}).items():
        if any(pattern in (month, f"*{month[4:]}") for pattern in season["months"]):
            return str(name)
    return None


def quantity(text: object) -> Fraction:
    """A number with its unit, in seconds or as a share where it has one."""
    found = re.fullmatch(r"(-?[\d.]+)(%|s|min|h|d|/h|/d)?", str(text))
    assert found, text
    return Fraction(found[1]) * UNITS.get(found[2] or "", Fraction(1))


def shortfall(target: str, value: Fraction) -> Fraction:
    """By how much the value is on the wrong side."""
    if ".." in target:
        low, high = map(quantity, target.split(" .. "))
        return max(low - value, value - high, Fraction(0))
    sign, bound = target.split()
    return max((quantity(bound) - value) * SIGNS[sign], Fraction(0))


def is_met(target: str, value: Fraction) -> bool:
    strict = target.split()[0] in ("<", ">") and value == quantity(target.split()[1])
    return shortfall(target, value) == 0 and not strict


# ── points ────────────────────────────────────────────────────────────────────────────────────────


def share_earned(indicator: Tree, value: Fraction, is_whole: bool) -> Fraction:
    """The share of its written weight that an indicator earns by its rule; the value in base units."""
    rule, target, weight = indicator["score"], indicator.get("target", ""), Fraction(str(indicator["weight"]))
    if "deduct" in rule:
        steps = shortfall(target, value) / quantity(rule["per"])
        match rule.get("step", "completed" if is_whole else "proportional"):
            case "completed":
                steps = Fraction(steps.__floor__())
            case "started":
                steps = Fraction(steps.__ceil__())
        return max(weight - steps * Fraction(str(rule["deduct"])), Fraction(0)) / weight
    if "curve" in rule:
        return along(sorted((quantity(at), Fraction(share, 100)) for at, share in rule["curve"].items()), value)
    if "bands" in rule:
        bands = rule["bands"].items()
        return next(Fraction(share, 100) for when, share in bands if when == "else" or is_met(when, value))
    attained = Fraction(1)
    if short := shortfall(target, value):
        bound = value + short if quantity(target.split()[-1]) > value else value - short
        attained = min(value, bound) / max(value, bound)
    return min(attained, quantity(rule["attain"].get("cap", "100%")))


def along(curve: Sequence[tuple[Fraction, Fraction]], value: Fraction) -> Fraction:
    """The height at `value` of straight lines between points, flat outside them."""
    if value <= curve[0][0]:
        return curve[0][1]
    for (left, low), (right, high) in pairwise(curve):
        if value <= right:
            return low + (value - left) / (right - left) * (high - low)
    return curve[-1][1]


def cents(value: Fraction) -> Decimal:
    """Rounded half up to two decimals."""
    return Decimal((value * 100 + Fraction(1, 2)).__floor__()).scaleb(-2)


def split(total: Decimal, weights: Iterable[Decimal]) -> list[Decimal]:
    """Parts of two decimals that add up to the total: cut off first, then a cent each by the largest remainder."""
    listed = list(weights)
    if not any(listed):
        return [Decimal("0.00") for _ in listed]
    exact = [Fraction(total) * 100 * Fraction(weight) / Fraction(sum(listed)) for weight in listed]
    parts = [part.__floor__() for part in exact]
    for _ in range(int(total * 100) - sum(parts)):
        last = max(range(len(parts)), key=lambda index: (exact[index] - parts[index], -index))
        parts[last] += 1
    return [Decimal(part).scaleb(-2) for part in parts]


def split_in_two(dimensions: dict[str, Decimal], lines: Sequence[tuple[str, Decimal]]) -> list[Decimal]:
    """100 over the dimensions that have any weight in `lines`, then each dimension's part over its lines."""
    live = {dimension for dimension, weight in lines if weight}
    weights = [weight if name in live else Decimal(0) for name, weight in dimensions.items()]
    parts: list[Decimal] = []
    for name, part in zip(dimensions, split(Decimal(100), weights), strict=True):
        parts += split(part, [weight for dimension, weight in lines if dimension == name])
    return parts


# ── a card ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Line:
    """One indicator: what it weighs, could bring and did bring; points None where it is not scored."""

    name: str
    dimension: str
    weight: Decimal
    most: Decimal
    points: Decimal | None
    tier: str | None


@dataclass(frozen=True)
class Card:
    """What one agent's printed values come to."""

    lines: tuple[Line, ...]
    dimensions: dict[str, Decimal | None]
    coverage: Fraction
    score: Decimal | None
    grade: str | None
    floors: frozenset[str]


def base_value(line: Tree, presence: Fraction, is_prorated: bool) -> Fraction | None:
    """The printed value as exactly as it is printed, in base units, on a full month where that is to be."""
    if line["value"] is None or (is_prorated and not presence):
        return None
    value = Fraction(line["value"])
    if line["numerator"] is not None and line["denominator"] is not None:
        value = Fraction(line["numerator"]) / Fraction(line["denominator"])
    unit = Fraction(1) if line["unit"] == "%" else UNITS.get(line["unit"], Fraction(1))
    return value * unit / (presence if is_prorated else 1)


def is_prorated(name: str, indicator: Tree) -> bool:
    """Whether a short month is judged on a full one: of volumes of the month itself, and never of shares."""
    entry = read_measures().get(name, {})  # a rubric's own are none
    is_volume = ("count" in entry or "sum" in entry) and "window" not in entry
    return bool(indicator.get("prorate", is_volume and entry["better"] == "higher"))


def pool(agents: Sequence[Tree], team: str | None, name: str) -> Fraction:
    """What a team's printed counts come to together; everybody's, for an agent without a team."""
    members = [agent for agent in agents if team is None or agent["team"] == team]
    lines = [line for agent in members for line in agent["indicators"] if line["name"] == name]
    known = [(Fraction(line["numerator"]), line["denominator"]) for line in lines if line["denominator"]]
    return sum((of for of, _ in known), Fraction(0)) / Fraction(sum(to for _, to in known))


def judge(name: str, indicator: Tree, agent: Tree, agents: Sequence[Tree]) -> tuple[Fraction | None, Fraction | None]:
    """The value that is judged, None where there is too little of it, and the share of its weight that it earns."""
    line = next(line for line in agent["indicators"] if line["name"] == name)
    presence = Fraction(agent["presence"])
    part_time = presence < 1 and is_prorated(name, indicator)
    value = base_value(line, presence, part_time)
    few = indicator.get("small_sample", {"below": 0, "then": ""})
    policy = few["then"] if line["sample_size"] < few["below"] else ""
    if value is None:
        policy = indicator.get("missing", "exclude")
    match policy:
        case "":
            assert value is not None
            return value, share_earned(indicator, value, is_whole=not part_time)
        case "exclude":
            return None, None
        case "full":
            return None, Fraction(1)
        case "team":
            return None, share_earned(indicator, pool(agents, agent["team"], name), is_whole=True)
    raise AssertionError(policy)


def score_again(rubric: Tree, agents: Sequence[Tree], agent: Tree, month: str) -> Card:
    """One of the agents' cards, from the rubric's file and the printed values, presence and sample sizes alone."""
    written = indicators(rubric)
    judged = {name: judge(name, indicator, agent, agents) for _, name, indicator in written}
    as_written = [(dim, Decimal(str(indicator["weight"]))) for dim, _, indicator in written]
    dimensions = {name: Decimal(str(part["weight"])) for name, part in rubric["dimensions"].items()}
    weights = [weight for _, weight in as_written]
    if season := season_of(rubric, month):
        dimensions = {name: Decimal(rubric["seasons"][season]["weights"][name]) for name in dimensions}
        weights = split_in_two(dimensions, as_written)
    live = [
        (dim, weight if earned is not None else Decimal(0))
        for (dim, weight), (_, earned) in zip(as_written, judged.values(), strict=True)
    ]
    lines = []
    for (dim, name, indicator), weight, most in zip(written, weights, split_in_two(dimensions, live), strict=True):
        value, earned = judged[name]
        points = None if earned is None else cents(Fraction(most) * earned)
        lines.append(Line(name, dim, weight, most, points, tier_of(rubric, indicator, value)))
    return grade_again(rubric, dimensions, tuple(lines), {name: value for name, (value, _) in judged.items()})


def tier_of(rubric: Tree, indicator: Tree, value: Fraction | None) -> str | None:
    asked = indicator.get("tiers", {})
    order = [tier["name"] for tier in rubric.get("tiers", [])]
    reached = [name for name in order if name in asked and value is not None and is_met(asked[name], value)]
    return reached[-1] if reached else None


def grade_again(
    rubric: Tree, dimensions: Iterable[str], lines: tuple[Line, ...], values: dict[str, Fraction | None]
) -> Card:
    sums: dict[str, Decimal | None] = {}
    for name in dimensions:
        known = [line.points for line in lines if line.dimension == name and line.points is not None]
        sums[name] = sum(known, Decimal(0)) if known else None
    coverage = Fraction(sum(line.weight for line in lines if line.points is not None)) / 100
    if coverage < Fraction(1, 2):
        return Card(lines, sums, coverage, None, None, frozenset())
    score = sum((points for points in sums.values() if points is not None), Decimal(0))
    order = [grade["name"] for grade in rubric["grades"]]
    earned = next(grade["name"] for grade in rubric["grades"] if score >= grade["min"])
    floors: dict[str, str] = {}
    for floor in rubric.get("floors", []):
        most = sum(line.most for line in lines if line.dimension == floor.get("dimension"))
        if (name := floor.get("dimension")) and (points := sums[name]) is not None:
            broken = Fraction(points) / Fraction(most) < quantity(floor["min"])
        else:
            name = floor.get("indicator")
            value = values.get(name)
            broken = value is not None and not is_met(floor["target"], value)
        if broken and order.index(floor["then"]["grade_at_most"]) > order.index(earned):
            floors[name] = floor["then"]["grade_at_most"]
    grade = max([earned, *floors.values()], key=order.index)
    return Card(lines, sums, coverage, score, grade, frozenset(floors))


def ranks(rubric: Tree, scores: dict[str, tuple[Decimal | None, Fraction]]) -> dict[str, int | None]:
    """Agent → rank among those with a score who were here for long enough; from agent → (score, presence)."""
    least = quantity(rubric.get("least_presence", "0%"))
    placed = {who: score for who, (score, presence) in scores.items() if score is not None and presence >= least}
    return {who: 1 + sum(other > placed[who] for other in placed.values()) if who in placed else None for who in scores}


def awards(rubric: Tree, rank: int | None, grade: str | None, values: dict[str, Fraction | None]) -> set[str]:
    """The awards of a month for agents whose conditions a rank, a grade and values in base units meet."""

    def holds(key: str, target: str) -> bool:
        value = None if rank is None else Fraction(rank)
        value = value if key == "rank" else values[key]
        return value is not None and is_met(target, value)

    return {
        name
        for name, award in rubric.get("awards", {}).items()
        if award.get("every", "month") == "month"
        and award.get("of", "agent") == "agent"
        and ("grades" not in award or grade in award["grades"])
        and all(holds(key, target) for key, target in award.get("when", {}).items())
    }
