"""A rubric that extends another: what it says itself, over what the other one says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from csperf.problems import Problem, ProblemsFound, suggest
from csperf.workspace import show_path
from csperf.yaml_source import YamlPath, YamlSource, read_yaml

# What is merged entry by entry; everything else replaces what the base says as a whole. "*" is any name.
_MERGED: tuple[YamlPath, ...] = (
    (),
    ("dimensions",),
    ("dimensions", "*"),
    ("dimensions", "*", "indicators"),
    ("dimensions", "*", "indicators", "*"),
    ("seasons",),
    ("seasons", "*"),
    ("roles",),
    ("roles", "*"),
    ("awards",),
    ("awards", "*"),
    ("promotions",),
    ("promotions", "*"),
    ("coaching",),
    ("coaching", "*"),
    ("training",),
    ("training", "*"),
    ("measures",),
)
# A rubric's own, which it never has from its base.
_OWN = ("name", "version", "extends")


@dataclass
class ExtendedSource(YamlSource):
    """A rubric file over its base: merged data, whose problems point into the file that each value stands in.

    `sha256` covers all the files; the base may be such a source itself.
    """

    owners: dict[YamlPath, YamlSource] = field(default_factory=dict)

    def origin(self, path: Sequence[str | int]) -> YamlSource:
        """The file that the value at a path was written in; of what is merged, the topmost one."""
        return self.owner(path).origin(path)

    def owner(self, path: Sequence[str | int]) -> YamlSource:
        """Which of the two merged sources says what stands at a path: the extending file, or its base."""
        steps = tuple(path)
        while steps not in self.owners:
            steps = steps[:-1]
        return self.owners[steps]


def read_extended(
    path: Path,
    known: Mapping[str, Path],
    shown_as: str | None = None,
    problems: list[Problem] | None = None,
    above: tuple[Path, ...] = (),
) -> YamlSource:
    """Read a rubric file, over the one that it extends if it does.

    `known` are the rubrics that can be extended by name; a path counts from the extending file.
    Raises ProblemsFound for what cannot be read or found; lesser problems as `read_yaml` does.
    """
    source = read_yaml(path, shown_as, problems)
    data = source.data
    asked = data.get("extends") if isinstance(data, dict) else None
    if not isinstance(asked, str):
        return source
    chain = (*above, path.resolve())
    base_path = path.parent / asked if (path.parent / asked).is_file() else known.get(asked)
    if base_path is None:
        hint = suggest(asked, list(known)) + "; or give the path of a rubric file"
        raise ProblemsFound(
            [*(problems or ()), source.problem(("extends",), "rubric-unknown", f'no rubric "{asked}"', hint=hint)]
        )
    if base_path.resolve() in chain:
        loop = " → ".join(link.name for link in (*chain[chain.index(base_path.resolve()) :], base_path))
        raise ProblemsFound(
            [
                *(problems or ()),
                source.problem(
                    ("extends",),
                    "rubric-extends-cycle",
                    f"this rubric extends itself: {loop}",
                    hint="extend another one; a file of the same name as a shipped rubric stands in its place",
                ),
            ]
        )
    wrong: list[Problem] = []
    base = read_extended(base_path, known, show_path(base_path), wrong, chain)
    merged: YamlSource = base  # where that is no mapping, whoever reads it says so, of its file
    if isinstance(base.data, dict):
        merged, more = _merge(source, base)
        wrong += more
    if problems is None and wrong:
        raise ProblemsFound(wrong)
    if problems is not None:
        problems += wrong
    return merged


def find_origins(source: YamlSource) -> dict[YamlPath, str]:
    """For each value of an extending rubric as far as it is merged: the name of the rubric that it stands in."""
    if not isinstance(source, ExtendedSource):
        return {}
    return {path: name_of(source.origin(path)) for path in _leaves(source.data, ()) if path[0] not in _OWN}


def find_level(source: YamlSource, path: YamlPath) -> YamlSource:
    """The rubric as it was where the value at a path was written: without the files that extend it since."""
    while isinstance(source, ExtendedSource) and (owner := source.owner(path)) is not source.owner(()):
        source = owner
    return source


def name_of(source: YamlSource) -> str:
    """What a rubric file calls itself, or else how the file is called."""
    said = source.data.get("name") if isinstance(source.data, dict) else None
    return str(said or Path(source.file).stem)


def _leaves(value: Any, path: YamlPath) -> Iterator[YamlPath]:
    if isinstance(value, dict) and _is_merged(path):
        for key, child in value.items():
            yield from _leaves(child, (*path, str(key)))
    else:
        yield path


def _is_merged(path: YamlPath) -> bool:
    return any(
        len(path) == len(place) and all(wanted in ("*", step) for wanted, step in zip(place, path, strict=True))
        for place in _MERGED
    )


def _merge(own: YamlSource, base: YamlSource) -> tuple[ExtendedSource, list[Problem]]:
    """What `own` says over what `base` says, and what is wrong between them."""
    problems: list[Problem] = []
    digest = hashlib.sha256(f"{own.sha256}{base.sha256}".encode()).hexdigest()
    merged = ExtendedSource(own.file, own.lines, sha256=digest, keys=own.keys, values=own.values)
    kept = {key: value for key, value in base.data.items() if key not in _OWN}

    def merge(ours: Any, theirs: Any, path: YamlPath) -> Any:
        merged.owners[path] = own
        if not (isinstance(ours, dict) and isinstance(theirs, dict) and _is_merged(path)):
            return ours
        result = {str(key): value for key, value in theirs.items()}
        for key in result:
            merged.owners[(*path, key)] = base
        for key, value in ((str(key), value) for key, value in ours.items()):
            here = (*path, key)
            if value is not None or here in {(name,) for name in _OWN}:
                result[key] = merge(value, result.get(key), here)
            elif key in result:
                del result[key]
            else:
                problems.append(
                    own.problem(
                        here,
                        "rubric-nothing-to-remove",
                        f'"{key}" is empty, which takes it out, but {name_of(base)} has no such thing here',
                        hint=suggest(key, sorted(result)) if result else "leave it out",
                        key=True,
                    )
                )
        return result

    merged.data = merge(own.data, kept, ())
    return merged, problems
