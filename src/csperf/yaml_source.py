"""YAML text → plain data, with the line and column of every key and value.

PyYAML keeps the last of two equal keys without a word; here that is a problem with both places.
Numbers with a decimal point become `Decimal`, so that a weight of 12.5 stays exactly 12.5.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from csperf.problems import Location, Problem, ProblemsFound, Severity

YamlPath = tuple[str | int, ...]

try:
    _Base: Any = yaml.CSafeLoader
except AttributeError:  # a PyYAML built without libyaml
    _Base = yaml.SafeLoader


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader, with exact decimals, and with text where YAML 1.1 sees a date or a base-60 number."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}

# Far beyond anything a person writes; aliases of aliases could otherwise fill the memory.
_DEEPEST = 64
_MOST = 200_000


class Mark(NamedTuple):
    """Where something stands: 1-based line and column, and its length on that line."""

    line: int
    column: int
    width: int


@dataclass
class YamlSource:
    """A parsed YAML file: its data, a mark for every key and value by path, and the hash of its bytes."""

    file: str
    lines: list[str]
    data: Any = None
    sha256: str = ""
    keys: dict[YamlPath, Mark] = field(default_factory=dict)
    values: dict[YamlPath, Mark] = field(default_factory=dict)

    def problem(
        self,
        path: Sequence[str | int],
        code: str,
        message: str,
        *,
        hint: str | None = None,
        key: bool = False,
        severity: Severity = "error",
    ) -> Problem:
        """A problem at a path, in the file that says it: at its key if `key`, or at the nearest enclosing thing."""
        origin = self.origin(path)
        mark = origin._find_mark(tuple(path), key)
        excerpt = origin.lines[mark.line - 1] if mark and mark.line <= len(origin.lines) else None
        return Problem(
            code=code,
            message=message,
            at=Location(origin.file, mark.line if mark else 1, mark.column if mark else 1),
            excerpt=excerpt,
            width=mark.width if mark else 1,
            hint=hint,
            severity=severity,
        )

    def origin(self, path: Sequence[str | int]) -> YamlSource:
        """The file that the value at a path was written in; data put together from several files has several."""
        return self

    def _find_mark(self, path: YamlPath, key: bool) -> Mark | None:
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        while True:
            if path in first:
                return first[path]
            if path in second:
                return second[path]
            if not path:
                return None
            path = path[:-1]
            # An enclosing mapping is best shown by its key, as a person would point at it.
            first, second = self.keys, self.values


def read_yaml(path: Path, shown_as: str | None = None, problems: list[Problem] | None = None) -> YamlSource:
    """Read one YAML file; raises ProblemsFound for what cannot be read or parsed.

    Duplicate keys are raised too, or added to `problems` if the caller goes on to look for more.
    """
    file = shown_as or str(path)
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ProblemsFound(
            [
                Problem(
                    "file-unreadable",
                    f"cannot read this file: {error.strerror}",
                    Location(file),
                    hint="check the path and the permissions",
                )
            ]
        ) from error
    except UnicodeDecodeError as error:
        raise ProblemsFound(
            [
                Problem(
                    "yaml-encoding",
                    f"not UTF-8 text (byte {error.start + 1})",
                    Location(file),
                    hint="save the file as UTF-8",
                )
            ]
        ) from error
    source = parse_yaml(text, file, problems)
    source.sha256 = hashlib.sha256(content).hexdigest()
    return source


def parse_yaml(text: str, file: str, problems: list[Problem] | None = None) -> YamlSource:
    """Parse YAML text; `file` is only what problems call it. Problems as in `read_yaml`."""
    source = YamlSource(file=file, lines=text.splitlines())
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        excerpt = source.lines[line - 1] if line <= len(source.lines) else ""
        raise ProblemsFound(
            [
                Problem(
                    "yaml-syntax",
                    f"not valid YAML: {error.problem or error.context}",
                    Location(file, line, column),
                    excerpt=excerpt,
                    hint="check the indentation, the colons and the quotes around here",
                )
            ]
        ) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ProblemsFound(
            [
                Problem(
                    "yaml-syntax",
                    f"not valid YAML: character U+{_code_point(error.character):04X} is not allowed",
                    Location(file, line, column),
                    hint="save the file as plain UTF-8 text",
                )
            ]
        ) from error
    duplicates: list[Problem] = [] if problems is None else problems
    if node is not None:
        source.data = _build(node, (), source, duplicates, frozenset())
    if problems is None and duplicates:
        raise ProblemsFound(duplicates)
    return source


class _Dumper(yaml.SafeDumper):
    """The safe dumper, with exact decimals and without aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_decimal(dumper: _Dumper, value: Decimal) -> yaml.Node:
    text = f"{value:f}"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


_Dumper.add_representer(Decimal, _represent_decimal)


def dump_yaml(data: Any) -> str:
    """YAML text that reads as the same data, in the same order."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _build(node: yaml.Node, path: YamlPath, source: YamlSource, problems: list[Problem], above: frozenset[int]) -> Any:
    source.values[path] = _mark(node)
    if len(path) > _DEEPEST or len(source.values) > _MOST:
        raise ProblemsFound(
            [
                source.problem(
                    path,
                    "yaml-syntax",
                    "nested too deeply, or too much of it",
                    hint="is this the right file?",
                )
            ]
        )
    if id(node) in above:
        problems.append(source.problem(path, "yaml-syntax", "an alias that contains itself"))
        return None
    above = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else str(key_node.value)
            step = key if isinstance(key, str) else key_node.value
            here = (*path, step)
            if here in source.keys:
                first = source.keys[here]
                source.keys[here] = _mark(key_node)
                problems.append(
                    source.problem(
                        here,
                        "yaml-duplicate-key",
                        f'the key "{step}" stands here a second time (first on line {first.line})',
                        hint="keep one of the two",
                        key=True,
                    )
                )
                continue
            source.keys[here] = _mark(key_node)
            result[key] = _build(value_node, here, source, problems, above)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, index), source, problems, above) for index, child in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    tag, text = node.tag, str(node.value)
    if tag == "tag:yaml.org,2002:int":
        # 007 and 0x1F are names or codes far more often than numbers.
        return int(text) if re.fullmatch(r"[+-]?(0|[1-9]\d*)", text) else text
    if tag == "tag:yaml.org,2002:float":
        try:
            number = Decimal(text)
        except ArithmeticError:
            return text
        return number if number.is_finite() else text
    if tag == "tag:yaml.org,2002:bool":
        # YAML 1.1 also reads yes/no/on/off as booleans; people write those as words.
        return {"true": True, "false": False}.get(text.lower(), text)
    if tag == "tag:yaml.org,2002:null":
        return None
    return text


def _code_point(character: int | str) -> int:
    return character if isinstance(character, int) else ord(character)


def _mark(node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Mark(start.line + 1, start.column + 1, max(width, 1))
