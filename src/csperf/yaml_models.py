"""YAML data → pydantic models, every mistake as a problem at its place and in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from inspect import isclass
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from csperf.problems import Problem, nearest, suggest
from csperf.yaml_source import YamlPath, YamlSource

Model = TypeVar("Model", bound=BaseModel)

CODES = ("empty", "unknown-key", "missing-key", "wrong-type", "bad-value")
"""What `read_model` appends to its code prefix."""

# Mappings whose keys (or lists whose entries) are things with a name, and what one of them is called.
_NAMED = {
    "dimensions": "dimension", "indicators": "indicator", "grades": "grade", "measures": "measure",
    "sources": "source", "columns": "column", "seasons": "season", "roles": "variant", "floors": "floor",
    "tiers": "tier", "awards": "award",
}  # fmt: skip

_WANTED = {
    "string_type": "text", "string_sub_type": "text", "invalid_key": "text",
    "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number",
    "decimal_type": "a number", "decimal_parsing": "a number",
    "float_type": "a number", "float_parsing": "a number",
    "bool_type": "true or false", "bool_parsing": "true or false",
    "dict_type": "a mapping (key: value)", "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)", "dataclass_type": "a mapping (key: value)",
    "list_type": "a list", "tuple_type": "a list",
}  # fmt: skip

_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def read_model(
    source: YamlSource, model: type[Model], code_prefix: str, *, at: YamlPath = (), root: str | None = None
) -> tuple[Model | None, list[Problem]]:
    """The mapping at path `at` of a YAML file as a model, or None and everything that is wrong with it.

    Codes are `<code_prefix>-<one of CODES>`. `root` says what the file's top-level keys name, if
    they are names ("measure" for a catalogue).
    """
    data = value_at(source.data, at)
    if data is None and not at:
        named = ", ".join(_required(model))
        return None, [source.problem((), f"{code_prefix}-empty", "this file is empty", hint=f"it needs {named}")]
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, _Reader(source, model, code_prefix, at, root).problems(error.errors(include_url=False))


def value_at(data: Any, path: Sequence[str | int]) -> Any:
    """The value at a path of plain data; None where there is none."""
    for step in path:
        child = _child(data, step)
        if child is None:
            return None
        data = child[0]
    return data


def describe(path: Sequence[str | int], data: Any, root: str | None = None) -> str:
    """A thing by its name, as a person would say it: `per of score of indicator "csat"`."""
    words: list[str] = []
    for index in range(len(path) - 1, -1, -1):
        step = path[index]
        noun = _NAMED.get(str(path[index - 1])) if index else root
        if noun:
            name = value_at(data, (*path[: index + 1], "name")) if isinstance(step, int) else step
            words.append(f'{noun} "{name}"' if name is not None else f"{noun} {int(step) + 1}")
            break
        words.append(f"entry {step + 1}" if isinstance(step, int) else f'"{step}"' if " " in step else step)
    return " of ".join(words)


class _Reader:
    """Turns the findings of one failed validation into problems."""

    def __init__(
        self, source: YamlSource, model: type[BaseModel], prefix: str, base: YamlPath, root: str | None
    ) -> None:
        self.source, self.model, self.prefix, self.base, self.root = source, model, prefix, base, root
        self.data = value_at(source.data, base)

    def problems(self, errors: Sequence[ErrorDetails]) -> list[Problem]:
        """One problem per mistake: the alternatives of a union come as several errors for one value."""
        found: dict[YamlPath, list[ErrorDetails]] = {}
        for error in errors:
            found.setdefault(self._path(error), []).append(error)
        deepest = [
            (path, group) for path, group in found.items()
            if not any(other != path and other[: len(path)] == path for other in found)
            or any(error["type"] not in _WANTED for error in group)
        ]  # fmt: skip
        misspelt = {
            (*path[:-1], nearest(str(path[-1]), self._keys(path[:-1])))
            for path, group in deepest if group[0]["type"] == "extra_forbidden"
        }  # fmt: skip
        return [
            problem for path, group in deepest
            # A misspelt key is one mistake, not an unknown key and a missing one.
            if not (group[0]["type"] == "missing" and path in misspelt)
            for problem in self._explain(path, group)
        ]  # fmt: skip

    def _explain(self, path: YamlPath, group: Sequence[ErrorDetails]) -> Iterator[Problem]:
        wanted = list(dict.fromkeys(_WANTED[error["type"]] for error in group if error["type"] in _WANTED))
        others = [error for error in group if error["type"] not in _WANTED]
        if wanted and not others:
            yield self._wrong_type(path, " or ".join(wanted))
        for error in others:
            yield self._explain_one(path, error)

    def _wrong_type(self, path: YamlPath, wanted: str) -> Problem:
        value = value_at(self.data, path)
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        hint = self._description(path)
        if is_number and wanted.startswith("text"):
            hint = f'put it in quotes: "{value}"' + (f" ({hint})" if hint else "")
        return self._problem(
            path,
            "wrong-type",
            f"{self._name(path) or 'this file'} must be {wanted}, not {_shown(value)}",
            hint,
        )

    def _explain_one(self, path: YamlPath, error: ErrorDetails) -> Problem:
        kind, context, name = error["type"], error.get("ctx") or {}, self._name(path)
        if kind == "extra_forbidden":
            return self._unknown_key(path)
        if kind == "missing":
            return self._missing_key(path)
        hint = self._description(path)
        if kind == "literal_error":
            words = re.findall(r"'([^']*)'", str(context.get("expected")))
            shown = _shown(value_at(self.data, path))
            if not words:
                return self._problem(path, "bad-value", f"{name} can only be true, not {shown}", hint)
            return self._problem(path, "bad-value", f"{name} cannot be {shown}", suggest(str(error["input"]), words))
        if "allowed" in context:
            words = str(context["allowed"]).split(", ")
            said = next((str(key) for key in error["input"]), "") if isinstance(error["input"], Mapping) else ""
            return self._problem(path, "bad-value", f"{name}: {error['msg']}", suggest(said, words))
        if kind in _BOUNDS:
            words_for, key = _BOUNDS[kind]
            message = f"{name} must be {words_for} {context[key]}, not {_shown(value_at(self.data, path))}"
            return self._problem(path, "bad-value", message, hint)
        if kind == "decimal_max_places":
            message = f"{name} can have at most {context['decimal_places']} decimals"
            return self._problem(path, "bad-value", message, hint)
        if kind == "too_short":
            return self._problem(path, "bad-value", f"{name} needs at least {context['min_length']} entries", hint)
        if kind == "value_error":
            message, _, next_step = str(context["error"]).partition("; ")
            return self._problem(path, "bad-value", f"{name}: {message}" if name else message, next_step or hint)
        return self._problem(path, "bad-value", f"{name} cannot be {_shown(value_at(self.data, path))}", hint)

    def _unknown_key(self, path: YamlPath) -> Problem:
        where = self._name(path[:-1])
        place = f"in {where}" if where else "at the top level"
        known = self._keys(path[:-1])
        return self._problem(
            path, "unknown-key", f'unknown key "{path[-1]}" {place}', suggest(str(path[-1]), known), key=True
        )

    def _missing_key(self, path: YamlPath) -> Problem:
        where = self._name(path[:-1])
        description = self._description(path)
        place = f"in {where}" if where else "at the top level"
        hint = f"add {path[-1]}: …" + (f" ({description})" if description else "")
        return self._problem(path[:-1], "missing-key", f'missing key "{path[-1]}" {place}', hint, key=True)

    def _problem(self, path: YamlPath, code: str, message: str, hint: str | None, *, key: bool = False) -> Problem:
        return self.source.problem((*self.base, *path), f"{self.prefix}-{code}", message, hint=hint, key=key)

    def _name(self, path: YamlPath) -> str:
        return describe((*self.base, *path), self.source.data, self.root)

    def _path(self, error: ErrorDetails) -> YamlPath:
        """Where pydantic's `loc` leads in the file; union tags and the like lead nowhere and are skipped."""
        loc = error["loc"]
        if error["type"] != "missing":
            return max(_resolve(self.data, loc), key=len)
        owners = [path for path in _resolve(self.data, loc[:-1]) if isinstance(value_at(self.data, path), Mapping)]
        return (*max(owners, key=len), loc[-1])

    def _models(self, path: YamlPath) -> list[type[BaseModel]]:
        return [part for part in _follow(self.model, path) if isclass(part) and issubclass(part, BaseModel)]

    def _keys(self, path: YamlPath) -> list[str]:
        """The keys allowed at a path; of several alternatives, the one most like what is written there."""
        written = set(value_at(self.data, path) or ())
        choices = [list(_fields(model)) for model in self._models(path)]
        return max(choices, key=lambda keys: len(written & set(keys)), default=[])

    def _description(self, path: YamlPath) -> str | None:
        if not path:
            return None
        fields = [_fields(model).get(str(path[-1])) for model in self._models(path[:-1])]
        return next((field.description for field in fields if field and field.description), None)


def _resolve(data: Any, loc: Sequence[str | int]) -> list[YamlPath]:
    """Every path that `loc` could stand for, each step either taken in the data or skipped."""
    if not loc:
        return [()]
    paths = _resolve(data, loc[1:])
    child = _child(data, loc[0])
    if child is not None:
        paths = [*paths, *((loc[0], *rest) for rest in _resolve(child[0], loc[1:]))]
    return paths


def _child(data: Any, step: str | int) -> tuple[Any] | None:
    """The value one step down, wrapped so that a written null differs from nothing."""
    if isinstance(data, Mapping):
        if step in data:
            return (data[step],)
        return next(((value,) for key, value in data.items() if str(key) == step), None)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return (data[step],)
    return None


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _required(model: type[BaseModel]) -> list[str]:
    return [key for key, field in _fields(model).items() if field.is_required()]


def _follow(annotation: Any, path: Sequence[str | int]) -> list[Any]:
    """The types that can stand at a path below `annotation`, unions taken apart."""
    parts = list(_alternatives(annotation))
    for step in path:
        below: list[Any] = []
        for part in parts:
            if isclass(part) and issubclass(part, BaseModel):
                field = _fields(part).get(str(step))
                below.extend(_alternatives(field.annotation) if field else ())
            elif get_origin(part) in (dict, list):
                below.extend(_alternatives(get_args(part)[-1]))
        parts = below
    return parts


def _alternatives(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _alternatives(part)
    else:
        yield annotation


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f'"{text if len(text) <= 40 else text[:39] + "…"}"' if isinstance(value, str) else text
