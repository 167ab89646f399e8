"""A sheet of an Excel file → a UTF-8 CSV file of the cells' text."""

from __future__ import annotations

from pathlib import Path

from csperf.problems import Location, Problem, ProblemsFound

SUFFIXES = {".xlsx", ".xlsm", ".xlsb", ".xls"}


def write_csv_from_excel(path: Path, shown: str, sheet: str | None, target: Path) -> None:
    """Write one sheet as CSV: the named one, or the only one. Empty rows stay, so that row numbers hold."""
    import fastexcel

    try:
        reader = fastexcel.read_excel(path)
        names = reader.sheet_names
    except fastexcel.FastExcelError as error:
        raise ProblemsFound([
            Problem("data-excel", "this Excel file cannot be opened", Location(shown),
                    hint="open it in Excel and save it again as .xlsx; a password must be removed")
        ]) from error
    if sheet is None and len(names) > 1:
        raise ProblemsFound([
            Problem("data-excel-sheet", f"{len(names)} sheets and none named: {', '.join(names)}", Location(shown),
                    hint=f'add sheet: "{names[0]}" to the format file')
        ])
    if sheet is not None and sheet not in names:
        raise ProblemsFound([
            Problem("data-excel-sheet", f'no sheet "{sheet}"; there are: {", ".join(names)}', Location(shown),
                    hint="correct sheet: in the format file")
        ])
    try:
        frame = reader.load_sheet(sheet or 0, header_row=None, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise ProblemsFound([Problem("data-empty", "the sheet is empty", Location(shown),
                                     hint="export the month again, with its header row")]) from error
    frame.write_csv(target, include_header=False)
