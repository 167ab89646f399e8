"""Imports point down only, each library has its place, and `csperf --help` loads next to nothing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src"

# From the bottom up; a module imports from lower layers and from its own part only. `shipped`, `yaml_models`
# and `roster` are not named in the architecture's order; engines and rendering speak in scoring's types.
LAYERS = [
    {"problems", "service_hours", "shipped"},
    {"yaml_source"},
    {"yaml_models"},
    {"calendars", "period", "workspace", "workspace_edit"},
    {"tables"},
    {"exports", "rubric"},
    {"scoring"},
    {"engines", "roster"},
    {"intake"},
    {"presence", "pseudonyms", "rejections", "render", "ledger"},
    {"people", "session", "exemptions"},
    {"feeding", "base_pay"},
    {"examination"},
    {"planning", "exempting"},
    {"notes"},
    {"pipeline"},
    {"starting", "months"},
    {"closing", "coaching"},
    {"unattended"},
    {"cli"},
]
RANK = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}

PLACES = {
    "typer": ("cli/",),
    "rich": ("cli/", "render/"),
    "polars": ("engines/polars_", "exports/excel.py", "ledger/parquet.py"),
    "fastexcel": ("exports/excel.py",),
    "xlsxwriter": ("render/xlsx.py",),
    "holidays": ("calendars.py",),
    "filelock": ("ledger/", "unattended.py"),
    "yaml": ("yaml_source.py",),
    "pydantic": ("tables/", "rubric/", "exports/format_file.py", "workspace.py", "yaml_models.py", "exemptions.py"),
}


@cache
def modules() -> dict[str, ast.Module]:
    """Path below the package → its tree."""
    paths = sorted((SOURCES / "csperf").rglob("*.py"))
    return {path.relative_to(SOURCES / "csperf").as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}


def imports(tree: ast.AST) -> Iterator[str]:
    """Everything imported, lazily and for typing only as well."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they point"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(path: str) -> str:
    return path.split("/")[0].removesuffix(".py")


def inner_imports(tree: ast.AST) -> set[str]:
    """The parts of csperf that are imported."""
    return {name.split(".")[1] for name in imports(tree) if name.startswith("csperf.")} - {"__version__"}


def test_every_part_has_its_layer() -> None:
    assert {part_of(path) for path in modules()} - {"__init__", "__main__"} == set(RANK)


def test_imports_point_down() -> None:
    wrong = [
        f"{path} imports {part}"
        for path, tree in modules().items()
        for part in inner_imports(tree)
        if part_of(path) not in ("__init__", "__main__", part) and RANK[part] >= RANK[part_of(path)]
    ]
    assert wrong == []


def test_no_circles_within_a_part() -> None:
    names = {"csperf." + path.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for path in modules()}
    graph = {}
    for path, tree in modules().items():
        name = "csperf." + path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        found = {wanted if wanted in names else wanted.rpartition(".")[0] for wanted in imports(tree)}
        graph[name] = {wanted for wanted in found if wanted in names and wanted != name}
    list(TopologicalSorter(graph).static_order())  # raises where there is a circle


def test_libraries_stay_in_their_places() -> None:
    wrong = [
        f"{path} imports {library}"
        for path, tree in modules().items()
        for library in {name.split(".")[0] for name in imports(tree)} & PLACES.keys()
        if not path.startswith(PLACES[library])
    ]
    assert wrong == []


def test_nothing_is_imported_that_is_not_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {entry.split(">")[0].split("[")[0].strip().lower() for entry in project["dependencies"]}
    assert declared == {"pyyaml" if name == "yaml" else name for name in PLACES} | {"tzdata"}
    used = {name.split(".")[0] for tree in modules().values() for name in imports(tree)}
    # pydantic_core is the other half of pydantic.
    assert used - set(sys.stdlib_module_names) - {"csperf", "pydantic_core"} == set(PLACES)


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "manager", "misc"])
def test_no_module_is_a_drawer_for_odds_and_ends(name: str) -> None:
    assert not [path for path in modules() if name in Path(path).stem]


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh Python has after running this."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    env = {name: value for name, value in os.environ.items() if not name.startswith("CSPERF_")}
    found = subprocess.run(
        [sys.executable, "-c", script],
        env={**env, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(found.stderr.split())


@pytest.mark.parametrize("arguments", [["--help"], ["score", "--help"], ["--version"]])
def test_help_loads_next_to_nothing(arguments: list[str]) -> None:
    loaded = loaded_by(f"from csperf.cli import main\nassert main({arguments}) == 0")
    assert "typer" in loaded
    assert not loaded & {"polars", "rich", "yaml", "holidays", "xlsxwriter", "fastexcel"}
    # Typer itself may load pydantic to read the flags of a command; our models it must not.
    assert arguments != ["--help"] or "pydantic" not in loaded
    assert {name.split(".")[1] for name in loaded if name.startswith("csperf.")} <= {"cli", "problems"}


def test_scoring_loads_no_library_that_it_does_not_need() -> None:
    sample = str(ROOT / "sample_data")
    arguments = ["explain", "A003", "-C", sample, "--month", "2025-06", "-q", "--format", "json"]
    loaded = loaded_by(f"from csperf.cli import main\nassert main({arguments}) == 0")
    assert "polars" in loaded
    assert not loaded & {"pandas", "numpy", "scipy", "pyarrow", "xlsxwriter"}
    # The sample counts Chinese working days, which ship as a file.
    assert "holidays" not in loaded


def test_validating_a_rubric_reads_no_export_library() -> None:
    loaded = loaded_by("from csperf.cli import main\nassert main(['rubric', 'validate']) == 0")
    assert not loaded & {"rich", "holidays", "xlsxwriter", "fastexcel", "pandas", "numpy"}
