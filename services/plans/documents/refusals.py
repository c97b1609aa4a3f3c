"""When is a file not read at all, and what is its sender told?"""

from shared.texts import text


class UnreadableDocument(ValueError):
    """A file the reader refuses.

    `code` is stable: empty_file, too_large, not_a_docx (none of the kinds read), legacy_doc,
    legacy_xls, pdf, encrypted, damaged, zip_bomb, macros, formulas, external_entities,
    external_links, wrong_extension, not_text, nothing_to_read, no_text. The sentence stands in the
    catalogue under `plan_reading.refusals.<code>` and never repeats words of the file; `values` are
    places in it (a sheet's number, a cell).
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        values = {name: str(value) for name, value in self.values.items()}
        return text(f"plan_reading.refusals.{self.code}", **values)
