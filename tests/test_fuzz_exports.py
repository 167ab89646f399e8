"""A short run of the fuzzer; the long one is `python tests/fuzz_exports.py`."""

from __future__ import annotations

from fuzz_exports import CORPUS, make_damaged, run_many

FIRST, COUNT = 3_000_000, 80


def test_damaged_exports_are_read_or_refused_and_no_row_is_lost() -> None:
    assert run_many(FIRST, COUNT, workers=2) == []


def test_a_damaged_file_is_made_from_its_number_alone() -> None:
    assert make_damaged(FIRST)[1:] == make_damaged(FIRST)[1:]
    made = {make_damaged(number)[0].name for number in range(1000)}
    assert made == {export.name for export in CORPUS}
