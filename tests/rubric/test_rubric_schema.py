import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from rubric_sample import CONFIGS

from csperf.rubric.schema import measures_schema, rubric_schema

RUBRICS = sorted((CONFIGS / "rubrics").glob("*.yaml"))


def errors(schema: dict[str, Any], data: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(schema).iter_errors(data)]


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("schema", [rubric_schema(), measures_schema()], ids=["rubric", "measures"])
def test_is_a_json_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
def test_shipped_rubrics_fit(path: Path) -> None:
    assert errors(rubric_schema(), read(path)) == []


def test_shipped_measures_fit() -> None:
    assert errors(measures_schema(), read(CONFIGS / "measures.yaml")) == []


def test_mistakes_do_not_fit() -> None:
    rubric = read(RUBRICS[0])
    rubric["dimensions"]["performance"]["indicators"]["csat"]["wieght"] = 30
    rubric["measures"] = {"x": {"title": "t", "definition": "d", "source": "s", "ninety": "a"}}
    assert len(errors(rubric_schema(), rubric)) == 2
    assert errors(measures_schema(), {"Csat": {"title": "t"}})


def test_own_measures_fit() -> None:
    rubric = read(RUBRICS[0])
    rubric["measures"] = {"x": {"title": "t", "definition": "d", "source": "s", "from": "tickets", "p90": "rating"}}
    assert errors(rubric_schema(), rubric) == []


def test_an_extending_rubric_says_only_what_differs() -> None:
    ours = {
        "name": "ours", "version": "1", "extends": "base",
        "dimensions": {"quality": {"indicators": {"csat": {"target": ">= 92%"}, "qa_score": None}}, "speed": None},
        "seasons": {"peak": {"months": ["*-06"]}, "sale": None}, "floors": None, "measures": {"own": None},
    }  # fmt: skip
    assert errors(rubric_schema(), ours) == []
    slips: list[dict[str, Any]] = [
        {"dimensions": {"quality": {"wieght": 1}}},
        {"seasons": {"peak": {"month": []}}},
        {"name": 1},
    ]
    for slip in slips:
        assert len(errors(rubric_schema(), ours | slip)) == 1
    whole = {key: value for key, value in ours.items() if key != "extends"}
    assert errors(rubric_schema(), whole)


def test_clauses_fit() -> None:
    rubric = read(CONFIGS / "rubrics" / "aftersales-60-20-20.yaml")
    rubric |= {
        "applies_to": ["agent"], "least_presence": "50%",
        "seasons": {"peak": {"dates": ["11-01 .. 11-20"], "weights": {"performance": 60}}},
        "roles": {"leads": {"roles": ["lead"], "targets": {"csat": ">= 95%"}}},
        "floors": [{"dimension": "performance", "min": "70%", "then": {"grade_at_most": "qualified"}}],
        "tiers": [{"name": "base"}],
        "awards": {"star": {"when": {"rank": "<= 1"}, "least_sample": 3}},
        "promotions": {"senior": {"grades": ["excellent"], "every": "year", "running": 2}},
        "coaching": {"again": {"grades": ["unqualified"], "running": 2}},
        "pay": {"currency": "CNY", "year": {"excellent": {"change": "10%", "bonus": 500}}},
        "rollup": {"method": "mean", "least_months": "50%"},
        "training": {"phrasing": {"title": "Phrasing", "indicator": "csat", "slice": {"category": "x"}}},
        "support": {"ability": "ability", "results": "performance", "high": "80%", "low": "75%"},
    }  # fmt: skip
    assert errors(rubric_schema(), rubric) == []
    slips = {
        "seasons": {"peak": {"months": ["*-06"]}}, "roles": {"leads": {"targets": {}}},
        "awards": {"star": {"of": "shop"}}, "floors": [{"then": {}}],
        "tiers": [{"title": "Base"}], "promotions": {"senior": {"every": "week"}},
        "coaching": {"again": {"running": 0}}, "pay": {"year": {}}, "rollup": {"method": "median"},
        "training": {"phrasing": {}}, "support": {"ability": "ability"},
    }  # fmt: skip
    for key, value in slips.items():
        assert errors(rubric_schema(), rubric | {key: value}), key
