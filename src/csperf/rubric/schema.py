"""JSON Schemas of the files people write, so that editors complete and check them."""

from __future__ import annotations

from typing import Any

from csperf.rubric.measures import NAME, PERCENTILE, MeasureEntry
from csperf.rubric.scheme import Rubric

DIALECT = "https://json-schema.org/draft/2020-12/schema"


_PARTIAL = ("Dimension", "Indicator", "Season", "Variant", "Award")
"""What a rubric that extends another may say in part."""


def rubric_schema() -> dict[str, Any]:
    """The schema of a rubric file; one that extends another says only what differs, and takes out with null."""
    rubric = _finish(Rubric.model_json_schema())
    measures = _finish(MeasureEntry.model_json_schema())
    defs = {**rubric.pop("$defs"), **measures.pop("$defs"), "MeasureEntry": measures}
    rubric["properties"]["measures"]["additionalProperties"] = {"$ref": "#/$defs/MeasureEntry"}
    partial = _partial(rubric) | {"required": ["name", "version", "extends"]}
    return {
        "$schema": DIALECT,
        "title": "csperf rubric",
        "description": rubric["description"],
        "type": "object",
        "if": {"required": ["extends"]},
        "then": partial,
        "else": _without(rubric, "title"),
        "$defs": {**defs, **{f"Partial{name}": _partial(defs[name]) for name in _PARTIAL}},
    }


def _partial(schema: dict[str, Any]) -> dict[str, Any]:
    """A model of which any key may be left out, or be null to take out what the base says."""

    def relax(part: Any) -> Any:
        if isinstance(part, list):
            return [relax(entry) for entry in part]
        if not isinstance(part, dict):
            return part
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name in _PARTIAL:
            return _nullable({"$ref": f"#/$defs/Partial{name}"})
        if name == "MeasureEntry":
            return _nullable(part)
        return {key: relax(value) for key, value in part.items()}

    properties = {
        name: _nullable(relax(_without(said, "minProperties"))) for name, said in schema["properties"].items()
    }
    return {**_without(_without(schema, "required"), "title"), "properties": properties}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def measures_schema() -> dict[str, Any]:
    """The schema of a file of measures."""
    entry = _finish(MeasureEntry.model_json_schema())
    defs = {**entry.pop("$defs"), "MeasureEntry": entry}
    return {
        "$schema": DIALECT,
        "title": "csperf measures",
        "description": "The catalogue: how each number is computed, by its name.",
        "type": "object",
        "propertyNames": {"pattern": f"^{NAME.pattern}$"},
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
