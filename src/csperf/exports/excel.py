"""A sheet of an Excel file → a UTF-8 CSV file of the cells' text."""

from __future__ import annotations

import zipfile
from pathlib import Path

from csperf.problems import Location, Problem, ProblemsFound

SUFFIXES = {".xlsx", ".xlsm", ".xlsb", ".xls"}
MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")


def write_csv_from_excel(path: Path, shown: str, sheet: str | None, target: Path) -> None:
    """Write one sheet as CSV: the named one, or the only one. Empty rows stay, so that row numbers hold."""
    import fastexcel

    try:
        reader = fastexcel.read_excel(path)
        names = reader.sheet_names
        if sheet is None and len(names) > 1:
            raise ProblemsFound(
                [
                    Problem(
                        "data-excel-sheet",
                        f"{len(names)} sheets and none named: {', '.join(names)}",
                        Location(shown),
                        hint=f'add sheet: "{names[0]}" to the format file',
                    )
                ]
            )
        if sheet is not None and sheet not in names:
            raise ProblemsFound(
                [
                    Problem(
                        "data-excel-sheet",
                        f'no sheet "{sheet}"; there are: {", ".join(names)}',
                        Location(shown),
                        hint="correct sheet: in the format file",
                    )
                ]
            )
        frame = reader.load_sheet(sheet or 0, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise ProblemsFound([_unopened(path, shown, str(error))]) from error
    frame.write_csv(target, include_header=False)


def _unopened(path: Path, shown: str, reason: str) -> Problem:
    if "password" in reason:
        message, hint = "this workbook is protected by a password", "save it again without the password"
    elif _is_plain_zip(path):
        message, hint = (
            "this is a zip archive, not an Excel file",
            "unpack it and name the files that were in it",
        )
    else:
        message, hint = "this Excel file cannot be opened", "open it in Excel and save it again as .xlsx"
    return Problem("data-excel", message, Location(shown), hint=hint)


def _is_plain_zip(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(name.startswith("xl/") for name in archive.namelist())
    except zipfile.BadZipFile:
        return False
