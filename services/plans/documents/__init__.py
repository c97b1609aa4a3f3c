"""What do the documents officers work in say? Reading plans and reports from Word files.

Start at `reader.py`; `package.py` decides what is opened at all.
"""

from services.plans.documents.package import MAX_FILE_BYTES
from services.plans.documents.reader import read_document
from services.plans.documents.refusals import UnreadableDocument

__all__ = ["MAX_FILE_BYTES", "UnreadableDocument", "read_document"]
