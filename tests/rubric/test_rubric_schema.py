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
