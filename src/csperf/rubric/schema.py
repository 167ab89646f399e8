"""JSON Schemas of the files people write, so that editors complete and check them."""

from __future__ import annotations

from typing import Any

from csperf.rubric.measures import PERCENTILE, MeasureEntry
from csperf.rubric.scheme import Rubric

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def rubric_schema() -> dict[str, Any]:
    """The schema of a rubric file."""
    schema = _finish(Rubric.model_json_schema())
    measures = _finish(MeasureEntry.model_json_schema())
    schema["$defs"] |= measures.pop("$defs")
    schema["$defs"]["MeasureEntry"] = measures
    schema["properties"]["measures"]["additionalProperties"] = {"$ref": "#/$defs/MeasureEntry"}
    return {"$schema": DIALECT, "title": "csperf rubric", **_without(schema, "title")}


def measures_schema() -> dict[str, Any]:
    """The schema of a file of measures."""
    entry = _finish(MeasureEntry.model_json_schema())
    defs = {**entry.pop("$defs"), "MeasureEntry": entry}
    return {
        "$schema": DIALECT,
        "title": "csperf measures",
        "description": "The catalogue: how each number is computed, by its name.",
        "type": "object",
        "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
        "additionalProperties": {"$ref": "#/$defs/MeasureEntry"},
        "$defs": defs,
    }


def _finish(schema: dict[str, Any]) -> dict[str, Any]:
    """Say what pydantic cannot: percentiles are keys such as p90, and numbers are never written in quotes."""
    for part in (schema, *schema.get("$defs", {}).values()):
        properties = part.get("properties", {})
        if "percentile" in properties:
            part["patternProperties"] = {
                f"^{PERCENTILE.pattern}$": {
                    "type": "string",
                    "description": "this percentile of an expression",
                }
            }
        for name, said in properties.items():
            properties[name] = _without(said, "title")
    return schema


def _without(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name != key}
