"""When is a file not read at all, and what is its sender told?"""

from shared.texts import text


class UnreadableDocument(ValueError):
    """A file the reader refuses.

    `code` is stable: empty_file, too_large, not_a_docx, legacy_doc, encrypted, damaged, zip_bomb,
    macros, external_entities, no_text. The sentence stands in the catalogue under
    `plan_reading.refusals.<code>` and never repeats anything of the file.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return text(f"plan_reading.refusals.{self.code}")
