"""What an import found wrong, as a workbook that can be corrected and brought back."""

import tempfile
from pathlib import Path

from core.domain.roles import Right, Viewer
from core.services.desk import AGENCY_ZONE, Desk
from core.services.exports import Export, keep_workbook
from core.services.ledger_import import ImportReport, write_error_workbook
from core.store.files import storage_failures
from core.texts import _


def export_errors(desk: Desk, viewer: Viewer, report: ImportReport) -> Export:
    """The refused files of a check or an import with a column 错误 (``Right.IMPORT_LEDGER``), to be opened within a day.

    The uploaded files must still be there; ``StorageFailed`` when the workbook can't be written.
    """
    viewer.require(Right.IMPORT_LEDGER)
    with storage_failures(), tempfile.TemporaryDirectory(dir=desk.data_dir) as folder:
        path = Path(folder) / "errors.xlsx"
        write_error_workbook(report, path)
        content = path.read_bytes()
    name = f"{_('错误')}-{desk.clock().astimezone(AGENCY_ZONE):%Y%m%d-%H%M}.xlsx"
    problems = sum(len(file.problems) for file in report.files)
    return keep_workbook(desk, viewer, "ledger_errors", name, content, files=len(report.files), problems=problems)
