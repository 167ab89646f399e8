"""The shipped rubrics and the catalogue: without a problem, in both languages, and not changed by accident."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from csperf.engines.polars_sql import check_sql
from csperf.rubric.catalogue import Catalogue, load_catalogue
from csperf.rubric.consequences import Award, GradePay, Tier
from csperf.rubric.load import LoadedRubric, check_catalogue, load_rubric
from csperf.rubric.measures import Measure
from csperf.rubric.quantities import unit_kind
from csperf.rubric.scheme import DeductRule, Dimension, Grade, Rubric, Season, Variant
from csperf.tables import TABLES

CONFIGS = Path(__file__).parents[1] / "configs"
GOLDEN = Path(__file__).parent / "golden" / "rubrics"
SEEDS = {
    "aftersales-60-20-20": "seed 002",
    "amazon-satisfaction-60-40": "seed 000",
    "ecommerce-30-40-20-10": "seed 003",
    "platform-service-quality": "seed 004",
    "remote-team": "seed 002",
    "service-cost": "seed 002",
    "taobao-aftersales": "seed 001",
}
PATHS = {path.stem: path for path in sorted((CONFIGS / "rubrics").glob("*.yaml"))}
EXTENDING = ("remote-team", "service-cost")
WORDY = ("title", "note", "description", "definition", "reward", "offer")


@cache
def catalogue() -> Catalogue:
    return load_catalogue([CONFIGS / "measures.yaml"])


@cache
def load(name: str) -> LoadedRubric:
    return load_rubric(PATHS[name], catalogue(), check_sql, known=PATHS)


def test_all_are_here() -> None:
    assert list(PATHS) == sorted(SEEDS)


@pytest.mark.parametrize("name", SEEDS)
def test_validates_silently_and_names_its_seed(name: str) -> None:
    loaded = load(name)
    assert loaded.warnings == ()
    assert loaded.rubric.name == name
    assert (loaded.rubric.source or "").startswith(SEEDS[name])


# --- both languages -----------------------------------------------------------------------------------


def read_texts(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(place, words) of every text for people in a model."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if (name in WORDY or (isinstance(value, GradePay) and name == "then")) and inner is not None:
                yield f"{path}.{name}", inner
            else:
                yield from read_texts(inner, f"{path}.{name}")
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from read_texts(inner, f"{path}.{key}")


def assert_both_languages(model: BaseModel) -> None:
    for place, text in read_texts(model):
        assert isinstance(text, dict), place
        assert set(text) == {"zh-CN", "en"}, place
        assert all(words.strip() for words in text.values()), place
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text["zh-CN"]), place


@pytest.mark.parametrize("name", SEEDS)
def test_rubric_speaks_both_languages(name: str) -> None:
    rubric = load(name).rubric
    assert_both_languages(rubric)
    assert rubric.description
    named: list[Dimension | Grade | Season | Variant | Tier | Award] = [
        *rubric.dimensions.values(), *rubric.grades, *rubric.seasons.values(), *rubric.roles.values(),
        *rubric.tiers, *rubric.awards.values(), *rubric.promotions.values(), *rubric.coaching.values(),
    ]  # fmt: skip
    assert all(part.title for part in named)


@pytest.mark.parametrize("name", SEEDS)
def test_each_reading_is_said(name: str) -> None:
    rubric = load(name).rubric
    for _, indicator_name, indicator in rubric.indicators():
        is_plain_count = isinstance(indicator.score, DeductRule) and indicator.score.step is None
        assert indicator.note or is_plain_count, indicator_name
    assert all(floor.note for floor in rubric.floors)


def test_catalogue_speaks_both_languages() -> None:
    for entry in catalogue().entries.values():
        assert_both_languages(entry.entry)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_no_two_measures_have_one_title(lang: str) -> None:
    titles: dict[str, str] = {}
    for name, entry in catalogue().entries.items():
        assert isinstance(entry.entry.title, dict)
        other = titles.setdefault(entry.entry.title[lang], name)
        assert other == name


# --- the catalogue ------------------------------------------------------------------------------------


def test_catalogue_is_free_of_problems() -> None:
    assert check_catalogue(catalogue(), check_sql) == []


def test_catalogue_holds_no_number_that_a_shop_decides() -> None:
    assert [name for name, entry in catalogue().entries.items() if entry.entry.constant is not None] == []


def test_definitions_of_solving_say_whose_it_is() -> None:
    credited = {"zh-CN": "负责人", "en": "owner"}
    for name, entry in catalogue().entries.items():
        if entry.entry.from_ == "tickets" and "resolved_at" in (entry.entry.at or "") + str(entry.entry.rate):
            assert isinstance(entry.entry.definition, dict)
            for lang, word in credited.items():
                assert word in entry.entry.definition[lang], name


def test_marks_of_supervisors_are_no_ones_else() -> None:
    for name, entry in catalogue().entries.items():
        if entry.entry.from_ == "qa_reviews" and entry.entry.mean and name not in ("qa_peer", "qa_mystery"):
            assert "coalesce(kind, 'supervisor') = 'supervisor'" in (entry.entry.where or ""), name
            assert "kind" in (entry.entry.optional or ())


def test_catalogue_reads_every_table() -> None:
    terms = {entry.entry.from_ for entry in catalogue().entries.values()}
    terms |= {
        part.from_
        for entry in catalogue().entries.values()
        if entry.entry.ratio
        for part in (entry.entry.ratio.of, entry.entry.ratio.to)
    }
    assert terms - {None} == set(TABLES) - {"roster", "order_agents", "pay"}


def test_every_measure_can_be_an_indicator(tmp_path: Path) -> None:
    units = {"share": "%", "time": "s", "per hour": "/h", "per day": "/d", "number": ""}
    for name, entry in catalogue().entries.items():
        low, high = (100, 0) if entry.entry.better == "lower" else (0, 100)
        unit = units[unit_kind(entry.entry.unit or ("%" if entry.entry.rate else ""))]
        path = tmp_path / f"{name}.yaml"
        path.write_text(
            f"""
name: {name.replace("_", "-")}
version: "1"
title: Probe
dimensions:
  all:
    weight: 100
    indicators:
      {name}: {{weight: 100, score: {{curve: {{"0{unit}": {low}, "1{unit}": {high}}}}}}}
grades: [{{name: any, min: 0}}]
""",
            encoding="utf-8",
        )
        loaded = load_rubric(path, catalogue(), check_sql)
        assert loaded.warnings == ()
        assert name in loaded.measures


def find_measure(name: str) -> Measure:
    return next(loaded.measures[name] for rubric in SEEDS if name in (loaded := load(rubric)).measures)


def test_rates_of_the_daily_report_are_weighted_by_their_counts() -> None:
    assert find_measure("average_reply_reported").terms[0].weight == "message_count"
    assert [term.value for term in find_measure("satisfaction_reported").terms] == [
        "coalesce(satisfied_count, round(satisfaction_rate * rated_count))", "rated_count",
    ]  # fmt: skip
    assert [term.value for term in find_measure("conversion_rate").terms] == [
        "coalesce(buyer_count, round(conversion_rate * inquiry_count))", "inquiry_count",
    ]  # fmt: skip


# --- what must not change by accident -----------------------------------------------------------------


def outline(rubric: Rubric) -> Iterator[str]:
    """Everything that moves a score, a grade, a rank or an outcome, a line each, without the words for people."""
    for name, dimension in rubric.dimensions.items():
        yield f"{name} {dimension.weight}"
        for key, indicator in dimension.indicators.items():
            said = indicator.model_dump(mode="json", exclude={"title", "note"}, exclude_defaults=True)
            yield "  " + " | ".join([key, *(f"{field} {value}" for field, value in said.items())])
    for grade in rubric.grades:
        yield f"grade {grade.name} from {grade.min}"
    rest = rubric.model_dump(
        mode="json", exclude_defaults=True,
        include={
            "applies_to", "roles", "seasons", "least_presence", "floors", "tiers", "awards", "promotions", "coaching",
            "pay", "rollup", "training", "support",
        },
    )  # fmt: skip
    for key, value in rest.items():
        plain = without_words(value)
        for part in plain.items() if isinstance(plain, dict) else plain if isinstance(plain, list) else [plain]:
            yield f"{key} {part}"
    for name, entry in rubric.measures.items():
        yield f"measure {name} {without_words(entry)}"


def without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: without_words(inner)
            for key, inner in value.items()
            if key not in WORDY and not (isinstance(inner, dict) and "zh-CN" in inner)
        }
    if isinstance(value, list | tuple):
        return type(value)(without_words(inner) for inner in value)
    return value


@pytest.mark.parametrize("name", SEEDS)
def test_outline(name: str, update_golden: bool) -> None:
    """A change of any weight, target or rule shows here. Rewrite with --update-golden and say so in the changelog."""
    path = GOLDEN / f"{name}.txt"
    text = "".join(f"{line}\n" for line in outline(load(name).rubric))
    if update_golden:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", EXTENDING)
def test_extending_rubrics_keep_four_fifths_of_their_base(name: str) -> None:
    base = {key: indicator for _, key, indicator in load("aftersales-60-20-20").rubric.indicators()}
    own = {key: indicator for _, key, indicator in load(name).rubric.indicators()}
    for key, indicator in base.items():
        assert own[key].weight == indicator.weight * Decimal("0.8")
        assert (own[key].target, own[key].score) == (indicator.target, indicator.score)
    assert sum(own[key].weight for key in own.keys() - base.keys()) == 20


def test_amazon_floor_can_bite_above_ninety_in_peak_season() -> None:
    rubric = load("amazon-satisfaction-60-40").rubric
    weights, floor = rubric.seasons["peak"].weights, rubric.floors[0]
    assert floor.min
    just_below = floor.min.value * int(weights["quality"]) + int(weights["efficiency"])
    assert just_below > rubric.grades[0].min


def test_platform_gate_weighs_the_kinds_of_evidence_apart() -> None:
    rubric = load("platform-service-quality").rubric
    weights = {name: int(indicator.weight) for name, indicator in rubric.dimensions["conduct"].indicators.items()}
    assert weights["qa_language"] + weights["qa_attitude"] + weights["qa_expertise"] == 12
    assert (weights["qa_mystery"], weights["qa_peer"], weights["compliance_rate"]) == (4, 2, 2)
    assert [(floor.indicator, str(floor.target), floor.then.grade_at_most) for floor in rubric.floors] == [
        ("compliance_rate", ">= 100%", "qualified")
    ]
