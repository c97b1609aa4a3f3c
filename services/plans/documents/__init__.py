"""What do the documents officers work in say? Reading plans and reports
from Word, Excel and plain text.

Start at `reader.py`; `formats.py` decides what is opened at all.
"""

from services.plans.documents.form_writer import write_form
from services.plans.documents.formats import MAX_FILE_BYTES
from services.plans.documents.reader import read_document
from services.plans.documents.refusals import UnreadableDocument

__all__ = ["MAX_FILE_BYTES", "UnreadableDocument", "read_document", "write_form"]
