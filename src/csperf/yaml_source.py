"""YAML text → plain data, with the line and column of every key and value.

PyYAML keeps the last of two equal keys without a word; here that is a problem with both places.
Numbers with a decimal point become `Decimal`, so that a weight of 12.5 stays exactly 12.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from csperf.problems import Location, Problem, ProblemsFound

YamlPath = tuple[str | int, ...]

try:
    _Base: Any = yaml.CSafeLoader
except AttributeError:  # a PyYAML built without libyaml
    _Base = yaml.SafeLoader


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader, with exact decimals and with text where YAML 1.1 would see a date or a base-60 number."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Mark:
    """Where something stands: 1-based line and column, and its length on that line."""

    line: int
    column: int
    width: int


@dataclass
class YamlSource:
    """A parsed YAML file: its data, and a mark for every key and value by path."""

    file: str
    lines: list[str]
    data: Any = None
    keys: dict[YamlPath, Mark] = field(default_factory=dict)
    values: dict[YamlPath, Mark] = field(default_factory=dict)

    def problem(
        self, path: Sequence[str | int], code: str, message: str, *, hint: str | None = None, key: bool = False
    ) -> Problem:
        """A problem at a path of this file; at its key if `key`, at the nearest enclosing thing if unknown."""
        mark = self._find_mark(tuple(path), key)
        excerpt = self.lines[mark.line - 1] if mark and mark.line <= len(self.lines) else None
        return Problem(
            code=code,
            message=message,
            at=Location(self.file, mark.line if mark else 1, mark.column if mark else 1),
            excerpt=excerpt,
            width=mark.width if mark else 1,
            hint=hint,
        )

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


def read_yaml(path: Path, shown_as: str | None = None) -> YamlSource:
    """Read one YAML file; raises ProblemsFound for what cannot be read or parsed, or for duplicate keys."""
    file = shown_as or str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ProblemsFound(
            [Problem("file-unreadable", f"cannot read this file: {error.strerror}", Location(file),
                     hint="check the path and the permissions")]
        ) from error
    except UnicodeDecodeError as error:
        raise ProblemsFound(
            [Problem("yaml-encoding", f"not UTF-8 text (byte {error.start + 1})", Location(file),
                     hint="save the file as UTF-8")]
        ) from error
    return parse_yaml(text, file)


def parse_yaml(text: str, file: str) -> YamlSource:
    """Parse YAML text; `file` is only what problems call it."""
    source = YamlSource(file=file, lines=text.splitlines())
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        excerpt = source.lines[line - 1] if line <= len(source.lines) else ""
        raise ProblemsFound(
            [Problem("yaml-syntax", f"not valid YAML: {error.problem or error.context}",
                     Location(file, line, column), excerpt=excerpt,
                     hint="check the indentation, the colons and the quotes around here")]
        ) from error
    except yaml.YAMLError as error:
        raise ProblemsFound([Problem("yaml-syntax", f"not valid YAML: {error}", Location(file))]) from error
    problems: list[Problem] = []
    if node is not None:
        source.data = _build(node, (), source, problems, frozenset())
    if problems:
        raise ProblemsFound(problems)
    return source


def _build(
    node: yaml.Node, path: YamlPath, source: YamlSource, problems: list[Problem], above: frozenset[int]
) -> Any:
    source.values[path] = _mark(node)
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
            if step in {str(known) for known in result}:
                first = source.keys[here]
                source.keys[here] = _mark(key_node)
                problems.append(
                    source.problem(here, "yaml-duplicate-key",
                                   f'the key "{step}" stands here a second time (first on line {first.line})',
                                   hint="keep one of the two", key=True)
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
        return int(text) if text.lstrip("+-").isdigit() and not text.lstrip("+-").startswith("0") or text == "0" else text
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


def _mark(node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Mark(start.line + 1, start.column + 1, max(width, 1))
