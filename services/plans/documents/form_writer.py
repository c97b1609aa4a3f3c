"""How does a plan become the platform's own workbook? The inverse of `form.py`.

What is written is read back as the same content: words as they were read, one thing a line.
"""

from services.plans.documents.plan_sheets import plan_sheets
from services.plans.domain.document_content import DocumentContent
from shared.workbooks import write_workbook


def write_form(content: DocumentContent) -> bytes:
    """The .xlsx of a plan or report."""
    return write_workbook(plan_sheets(content.as_json()))
