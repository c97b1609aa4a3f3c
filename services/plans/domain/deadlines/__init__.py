"""What do the words of a deadline mean? (thời hạn, thời gian hoàn thành của một nhiệm vụ)

Officers write deadlines in words: "Trước ngày 30/6/2023", "Định kỳ hằng quý, 6 tháng, năm",
"Theo quy định". `parse_deadline` gives the object of SPEC §4, `render_deadline` writes the words
again for a later year. Start reading at `reading.py`; the words that are data: `fillers.toml`.
"""

from services.plans.domain.deadlines.model import Deadline, Recurrence, RelativeTerm
from services.plans.domain.deadlines.reading import parse_deadline
from services.plans.domain.deadlines.render import is_written_as_day, render_deadline

__all__ = [
    "Deadline",
    "Recurrence",
    "RelativeTerm",
    "is_written_as_day",
    "parse_deadline",
    "render_deadline",
]
