"""Runs csperf and other tools in alternation, each in a process of its own, and prints how they compare.

Only the standard library is imported here: on Linux a child's peak memory is never reported below
its parent's, so this process has to stay smaller than anything it measures.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from itertools import combinations
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
SCRIPTS = {"duckdb": "duckdb_sql.py", "pandas": "pandas_groupby.py", "bare": "polars_bare.py"}
MEASURES = (
    "ticket_count",
    "first_reply",
    "handling",
    "csat",
    "escalation_rate",
    "reopen_rate",
    "completion_rate",
)
P90 = "first_reply_p90"
SCHEMES = {
    "amazon-satisfaction-60-40": ("agent_id", "created_at", "resolved_at", "escalated"),
    "taobao-aftersales": ("agent_id", "created_at", "resolved_at", "average_reply_seconds", "reply_count"),
    "aftersales-60-20-20": ("agent_id", "created_at", "resolved_at", "complexity"),
    "ecommerce-30-40-20-10": ("agent_id", "created_at", "first_contact_resolved"),
    "platform-service-quality": (
        "agent_id",
        "first_responder_id",
        "created_at",
        "resolved_at",
        "complexity",
        "first_reply_seconds",
        "average_reply_seconds",
        "reply_count",
        "group_count",
        "interim_update_count",
        "first_contact_resolved",
        "solution_accepted",
    ),
}
"""The shipped rubric of each scheme → the columns of the tickets that its measures need."""
ROUNDING = {"csperf": 0.5e-6}
"""Contender → how far its printed values may be from the exact ones: csperf prints six decimals."""

Answers = dict[str, dict[str, float | None]]
"""Agent → measure → value, None where there was nothing to measure."""


@dataclass(frozen=True)
class Run:
    """What one process cost."""

    seconds: float
    peak_bytes: int


def measure_command(command: Sequence[str], output: Path) -> Run:
    """Run a command with its stdout in `output`; SystemExit with its stderr when it fails."""
    with output.open("wb") as stdout, tempfile.TemporaryFile() as stderr:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            stderr.seek(0)
            words = stderr.read().decode(errors="replace")
            raise SystemExit(f"exit code {process.returncode} from: {' '.join(command)}\n{words}")
    return Run(seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def measure_in_turn(
    commands: dict[str, list[str]],
    rounds: int,
    outputs: Path,
    check: Callable[[], None] = lambda: None,
) -> dict[str, list[Run]]:
    """Run all commands once, uncounted, and then `rounds` times in turn: A B C A B C.

    Each leaves its output in `outputs` under its name; `check` sees them after each round.
    """
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            run = measure_command(command, outputs / name)
            if number:
                runs[name].append(run)
        check()
    return runs


def build_workspace(folder: Path, data: Path) -> Path:
    """A copy of the benchmark's workspace in which tickets.csv is `data`."""
    shutil.copytree(HERE / "workspace", folder)
    (folder / "tickets.csv").symlink_to(data.resolve())
    return folder


def build_shop(folder: Path, data: Path) -> Path:
    """A copy of the sample shop whose tickets are `data`, so that a scheme finds every other source as well."""
    shutil.copytree(HERE.parent / "sample_data", folder)
    config = folder / "csperf.yaml"
    written = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"(?m)^  tickets:.*", "  tickets: {files: tickets.csv}", written), encoding="utf-8")
    (folder / "tickets.csv").symlink_to(data.resolve())
    return folder


def contender_command(name: str, data: Path, workspace: Path, with_p90: bool) -> list[str]:
    """How a contender is started on `data`; csperf finds it in `workspace` instead."""
    if name == "csperf":
        rubric = workspace / "rubrics" / ("seven-and-p90.yaml" if with_p90 else "seven.yaml")
        return score_command(workspace, str(rubric))
    script = str(HERE / "contenders" / SCRIPTS[name])
    return [sys.executable, script, str(data), *(["--with-p90"] if with_p90 and name != "bare" else [])]


def score_command(workspace: Path, rubric: str) -> list[str]:
    """How csperf is started on a workspace."""
    command = [sys.executable, "-m", "csperf", "score", "--month", "2025-06", "--format", "csv"]
    return [*command, "-C", str(workspace), "--rubric", rubric]


def read_answers(path: Path, measures: Sequence[str]) -> Answers:
    """A contender's CSV → its values; csperf's columns are named `<measure>_value`."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        suffix = "" if measures[0] in (rows.fieldnames or ()) else "_value"
        return {
            row["agent_id"]: {name: float(cell) if (cell := row[name + suffix]) else None for name in measures}
            for row in rows
        }


def check_agreement(answers: dict[str, Answers]) -> None:
    """SystemExit that names the first difference, if any two contenders differ beyond their rounding."""
    for (left, ours), (right, theirs) in combinations(answers.items(), 2):
        if ours.keys() != theirs.keys():
            odd = sorted(ours.keys() ^ theirs.keys())
            raise SystemExit(f"{left} and {right} disagree about which agents there are: {', '.join(odd)}")
        rounding = ROUNDING.get(left, 0) + ROUNDING.get(right, 0)
        for agent, values in ours.items():
            for measure, value in values.items():
                other = theirs[agent][measure]
                if not is_same(value, other, rounding):
                    where = f"{left} and {right} disagree on {measure} of {agent}"
                    raise SystemExit(f"{where}: {value} and {other}")


def is_same(value: float | None, other: float | None, rounding: float) -> bool:
    """Whether two values are both missing, or equal to 1e-9 and the rounding; NaN equals nothing."""
    if value is None or other is None:
        return value is other
    return abs(value - other) <= rounding + 1e-9 * max(1, abs(value))


def compare_runs(runs: dict[str, list[Run]]) -> dict[str, dict[str, float]]:
    """Per contender the medians, and the first contender's medians divided by its own."""
    seconds = {name: median(run.seconds for run in found) for name, found in runs.items()}
    peaks = {name: median(run.peak_bytes for run in found) for name, found in runs.items()}
    first = next(iter(runs))
    return {
        name: {
            "median_seconds": seconds[name],
            "seconds_ratio": seconds[first] / seconds[name],
            "median_peak_bytes": peaks[name],
            "peak_ratio": peaks[first] / peaks[name],
        }
        for name in runs
    }


def render_runs(runs: dict[str, list[Run]]) -> str:
    """A table for the terminal: medians, the fastest and slowest run, and the first contender's ratios."""
    ratio = f"{next(iter(runs))} ÷ it"
    table = [["", "wall s", "fastest", "slowest", ratio, "peak MB", ratio]]
    for name, row in compare_runs(runs).items():
        seconds = [run.seconds for run in runs[name]]
        figures = (row["median_seconds"], min(seconds), max(seconds), row["seconds_ratio"])
        peak = row["median_peak_bytes"] / 1e6
        table.append([name, *(f"{figure:.2f}" for figure in figures), f"{peak:.0f}", f"{row['peak_ratio']:.2f}"])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join("  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) for line in table)


def report_runs(runs: dict[str, list[Run]]) -> dict[str, object]:
    """The same as data, with every single run."""
    return {
        name: {
            **row,
            "seconds": [run.seconds for run in runs[name]],
            "peak_bytes": [run.peak_bytes for run in runs[name]],
        }
        for name, row in compare_runs(runs).items()
    }


def describe_machine() -> dict[str, object]:
    """What the figures depend on: system, processors, versions."""
    versions = {}
    for package in ("polars", "duckdb", "pandas"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        **versions,
    }


def measure_contenders(names: Sequence[str], data: Path, rounds: int, with_p90: bool) -> dict[str, list[Run]]:
    """Run the contenders on one file; SystemExit when their answers differ."""
    measures = (*MEASURES, P90) if with_p90 else MEASURES
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder)
        workspace = build_workspace(outputs / "workspace", data)

        def check() -> None:
            check_agreement({name: read_answers(outputs / name, measures) for name in names if name != "bare"})

        commands = {name: contender_command(name, data, workspace, with_p90) for name in names}
        return measure_in_turn(commands, rounds, outputs, check)


def measure_schemes(data: Path, rounds: int) -> list[dict[str, list[Run]]]:
    """Score one file by each shipped scheme, beside the bare read of the columns that it needs."""
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder)
        shop = build_shop(outputs / "shop", data)
        bare = contender_command("bare", data, shop, False)
        return [
            measure_in_turn({name: score_command(shop, name), "bare": [*bare, *columns]}, rounds, outputs)
            for name, columns in SCHEMES.items()
        ]


def measure_gbk(gigabytes: float, rounds: int) -> dict[str, list[Run]]:
    """Score one file in GBK and the same rows in UTF-8; SystemExit when the scores differ."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, str(HERE / "gbk.py"), "--gb", str(gigabytes), name], check=True)
        rubric = str(HERE / "workspace" / "rubrics" / "seven.yaml")
        commands = {
            path.stem: score_command(build_workspace(folder / f"shop-{path.stem}", path), rubric)
            for path in sorted(folder.glob("*.csv"))
        }

        def check() -> None:
            if len({(folder / encoding).read_bytes() for encoding in commands}) > 1:
                raise SystemExit("the encodings are scored differently")

        return measure_in_turn(commands, rounds, folder, check)


def measure_startup(rounds: int) -> list[dict[str, list[Run]]]:
    """Run csperf's help and its sample, each against the bare imports that it cannot do without."""
    python, sample = sys.executable, str(HERE.parent / "sample_data")
    pairs = [
        {
            "csperf --help": [python, "-m", "csperf", "--help"],
            "import typer": [python, "-c", "import typer"],
        },
        {
            "csperf score": [python, "-m", "csperf", "score", "--month", "2025-06", "-C", sample],
            "imports": [python, "-c", "import typer, polars, pydantic, rich, yaml"],
        },
    ]
    with tempfile.TemporaryDirectory() as folder:
        return [measure_in_turn(pair, rounds, Path(folder)) for pair in pairs]


def load_data(rows: int, wide: bool) -> Path:
    """The generated file with that many rows, from an earlier run if there was one."""
    path = HERE / "data" / f"tickets-{'wide-' if wide else ''}{rows}.csv"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        # In a process of its own, so that Polars is not loaded into this one.
        generate = [sys.executable, str(HERE / "generate.py"), "--rows", str(rows), str(path)]
        subprocess.run([*generate, "--wide"] if wide else generate, check=True)
    return path


def read_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    rows = "generate that many rows, such as 10e6, or take them from an earlier run"
    what.add_argument("--rows", type=lambda text: int(float(text)), help=rows)
    what.add_argument("--data", type=Path, metavar="FILE", help="read a file that generate.py wrote")
    what.add_argument("--gbk", type=float, metavar="GB", help="score a file of that size in GBK, and in UTF-8")
    what.add_argument("--startup", action="store_true", help="measure how long csperf takes to start")
    parser.add_argument("--schemes", action="store_true", help="score by each shipped scheme instead")
    parser.add_argument("--with-p90", action="store_true", help="an eighth measure: p90 of the first reply")
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds after the warm-up; default 5")
    parser.add_argument(
        "--contenders",
        nargs="+",
        choices=["csperf", *SCRIPTS],
        default=["csperf", *SCRIPTS],
        help="the ratios are the first one's; default all",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run as JSON as well")
    arguments = parser.parse_args(argv)
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    if arguments.data and not arguments.data.is_file():
        parser.error(f"no such file: {arguments.data}")
    return arguments


def main(argv: Sequence[str] | None = None) -> None:
    arguments = read_arguments(argv)
    report: dict[str, object] = {"machine": describe_machine(), "rounds": arguments.rounds}
    if arguments.startup:
        tables = measure_startup(arguments.rounds)
    elif arguments.gbk:
        tables = [measure_gbk(arguments.gbk, arguments.rounds)]
    else:
        data = arguments.data or load_data(arguments.rows, arguments.schemes)
        report["file_bytes"] = data.stat().st_size
        if arguments.schemes:
            tables = measure_schemes(data, arguments.rounds)
        else:
            report["with_p90"] = arguments.with_p90
            tables = [measure_contenders(arguments.contenders, data, arguments.rounds, arguments.with_p90)]
    print(json.dumps(report, indent=2), *map(render_runs, tables), sep="\n\n")
    if arguments.json:
        report["results"] = [report_runs(table) for table in tables]
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
