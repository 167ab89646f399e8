"""The frozen types of scoring as JSON and back, nothing lost: sentences stay codes with parts, numbers stay exact.

A field that has its default is left out, so that what is added to a type later changes no old file. A default that was
once released stays: old files mean it. Decimals and fractions are texts, `26.25` and `44/50`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from csperf.scoring.cards import Number, Title, Words

_T = TypeVar("_T")


def write_document(schema: str, value: Any) -> bytes:
    """A dataclass as indented JSON in UTF-8, with the name of its schema before all."""
    text = json.dumps({"schema": schema, **_encode(value)}, ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode()


def read_document(content: bytes, schema: str, wanted: type[_T]) -> _T:
    """What write_document wrote; raises ValueError for anything else."""
    try:
        data = json.loads(content)
        if not isinstance(data, dict) or data.pop("schema", None) != schema:
            raise ValueError(f"this is no {schema}")
        decoded: _T = _decode(data, wanted)
        return decoded
    except (TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"this is no {schema}: {error}") from error


def _encode(value: Any) -> Any:
    match value:
        case Words():
            parts = {name: _encode_part(part) for name, part in value.parts}
            return {"code": value.code, **({"parts": parts} if parts else {})}
        case None | bool() | int() | str():
            return value
        case Decimal():
            return str(value)
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case Mapping():
            return {str(key): _encode(item) for key, item in value.items()}
        case list() | tuple():
            return [_encode(item) for item in value]
    shown = ((each, getattr(value, each.name)) for each in fields(value))
    return {each.name: _encode(one) for each, one in shown if not _is_default(each, one)}


def _is_default(each: Any, value: Any) -> bool:
    default = each.default if each.default_factory is MISSING else each.default_factory()
    return default is not MISSING and type(default) is type(value) and default == value


def _encode_part(part: Any) -> Any:
    match part:
        case Number():
            return {"number": str(part)}
        case Title():
            return {"title": part.name, "text": _encode(part.text)}
        case Decimal():
            return {"decimal": str(part)}
        case Words() | str() | int() | None:
            return _encode(part)
    raise TypeError(f"a sentence cannot have a {type(part).__name__} as its part")


def _decode(value: Any, wanted: Any) -> Any:
    origin, inner = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return value
    if origin in (Union, UnionType):
        (kind,) = (one for one in inner if one is not NoneType)
        return None if value is None else _decode(value, kind)
    if origin is Literal:
        if value not in inner:
            raise ValueError(f"{value!r} is none of {', '.join(map(repr, inner))}")
        return value
    if origin is tuple:
        return tuple(_decode(item, inner[0]) for item in _checked(value, list))
    if origin in (dict, Mapping):
        return {key: _decode(item, inner[1]) for key, item in _checked(value, dict).items()}
    if wanted is Words:
        return _decode_words(value)
    if wanted in (Decimal, Fraction):
        return wanted(_checked(value, str))
    if is_dataclass(wanted) and isinstance(wanted, type):
        hints = _hints(wanted)
        return wanted(**{name: _decode(item, hints[name]) for name, item in _checked(value, dict).items()})
    return _checked(value, wanted)


def _decode_words(value: Any) -> Words:
    parts = value.get("parts", {})
    return Words(_checked(value["code"], str), tuple((name, _decode_part(part)) for name, part in parts.items()))


def _decode_part(part: Any) -> Any:
    match part:
        case {"number": str(text)}:
            return Number(text)
        case {"title": str(name), "text": text}:
            return Title(name, text)
        case {"decimal": str(text)}:
            return Decimal(text)
        case {"code": _}:
            return _decode_words(part)
    return part


def _checked(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
