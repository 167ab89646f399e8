"""A sealed month read again, also one that an earlier csperf sealed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from csperf.ledger.reading import read_month, read_version
from csperf.problems import ProblemsFound
from csperf.render import FORMATS, render_score

# Sealed once by csperf 0.1.0, and never made anew: what was sealed stays readable.
EARLIER = Path(__file__).parents[1] / "errors" / "ledger-differs" / "ledger"


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("format", FORMATS)
def test_an_earlier_ledger_is_rendered(format: str, lang: str) -> None:
    record = read_month(EARLIER, "2025-06")

    assert record is not None
    assert (record.record, record.sealed_on, record.teams) == ("sealed", "2025-07-06", None)
    assert record.scheme.sha256 == record.agents.table.rubric_sha256
    assert [str(card.score) for card in record.agents.table.cards] == ["100.00", "20.00"]
    assert record.agents.measurements["A1", "csat"].numerator == 1
    assert render_score(record.agents.table, format, lang)  # type: ignore[arg-type]


def test_a_month_that_is_not_sealed_is_null() -> None:
    assert read_month(EARLIER, "2025-05") is None


@pytest.mark.parametrize("name", ["manifest.json", "scorecards.json", "measurements.parquet"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"PAR1"])
def test_a_damaged_month_says_which_file(name: str, content: bytes | None, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EARLIER / "2025-06", tmp_path / "2025-06"))
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)

    with pytest.raises(ProblemsFound) as found:
        read_version(folder)

    (problem,) = found.value.problems
    assert problem.code == "ledger-damaged"
    assert problem.at is not None
    assert problem.at.file.endswith(name)
