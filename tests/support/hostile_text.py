"""Texts nobody should read, and files that are no text: what each is refused with."""

from collections.abc import Callable

_HEAD = "KẾ HOẠCH\nCải cách hành chính năm 2025\n"
Hostile = tuple[Callable[[], bytes], str, str | None]
HOSTILE_TEXT: dict[str, Hostile] = {
    "binary": (lambda: bytes(range(256)) * 40, "not_text", "ke-hoach.txt"),
    "zeros": (lambda: b"KE HOACH\0\0", "not_text", None),
    "old encoding": (lambda: "KẾ HOẠCH".encode("cp1258", "replace") + b"\xff", "not_text", None),
    "program": (lambda: b"MZ\x90\x00" + bytes(500), "not_text", "ke-hoach.txt"),
    "half a letter": (lambda: "KẾ HOẠCH".encode()[:3], "not_text", None),
    "endless line": ((_HEAD + "nhiệm vụ " * 100_000).encode, "too_large", "a.txt"),
    "endless text": ((_HEAD + "nhiệm vụ\n" * 900_000).encode, "too_large", "a.txt"),
    "million cells": (
        (_HEAD + ("1\t2\t3\t4\t5\t6\t7\t8\t9\t10\n" * 99_000)).encode,
        "too_large",
        "a.txt",
    ),
    "wide row": ((_HEAD + "a\t" * 9_000).encode, "too_large", "a.txt"),
    "html named txt": (lambda: b"<html><p>KE HOACH</p></html>", "not_a_docx", "ke-hoach.txt"),
    "rtf": (lambda: b"{\\rtf1 KE HOACH}", "not_a_docx", "ke-hoach.txt"),
    "shopping list": ("sữa\nbánh mì\n".encode, "nothing_to_read", "a.txt"),
    "pdf bomb": (
        lambda: b"%PDF-1.7\n" + b"1 0 obj<</Length 9>>stream\n" + bytes(3_000_000),
        "pdf",
        "ke-hoach.pdf",
    ),
    "pdf named docx": (lambda: b"%PDF-1.4\n", "pdf", "ke-hoach.docx"),
    "blank": (lambda: b" \n\t\n ", "no_text", "a.txt"),
}
# Texts that are read, but must not take long or much either.
SLOW_TEXT: dict[str, Callable[[], bytes]] = {
    "open brackets": (_HEAD + "1. " + ("(" * 15_000 + "\n") * 200).encode,
    "open quotations": (_HEAD + "1. " + ("“" * 15_000 + "\n") * 100).encode,
    "commas": (_HEAD + "1\tviệc\tSở A\n" + "1\tviệc\t" + "Sở A, " * 3_000 + "\n").encode,
    "numbers": (_HEAD + "I. MỤC TIÊU\n" + "- " + "đạt 5% " * 2_500 + "\n").encode,
    "dashes": (_HEAD + ("-" * 19_000 + "\n") * 300).encode,
    "stars": (_HEAD + ("*" * 19_000 + "a\n") * 300).encode,
    "underscores": (_HEAD + ("_a" * 9_000 + "\n") * 100).encode,
    "bars": (_HEAD + ("|-" * 9_000 + "\n") * 200).encode,
}
