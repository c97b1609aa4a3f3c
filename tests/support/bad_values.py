"""Which values break programs? The lists of reliability-and-security.md §C.1 to C.3 and C.5."""

from collections.abc import Sequence
from typing import Any

STRINGS: Sequence[str] = (
    "", " ", "\t", "\n", "a" * 100, "a" * 5_001, "a" * 100_000, "ế" * 20_000,
    "\x00", "a\x00b", "\x01", "\x1b[31m", "\x7f", "\x80", "\x85", "\x9f", "\u2028", "\u2029",
    "\ufeff", "\ufffe", "\uffff", "\ue000", "\U000f0000", "\U0010ffff",
    "\u1ebf", "e\u0302\u0301", "K\u1ebf ho\u1ea1ch", "KÕ ho¹ch", "Keá hoaïch", "\u200b", "\u200d\u200d",
    "\u202eexe.docx", "\u0430dmin", "Z" + "\u0321" * 1000, "👨‍👩‍👧‍👦", "🇻🇳", "İı", "ß", "ﬀ", "Ω≈ç√∫",
    "'", '"', ";--", "' OR '1'='1", "'; DROP TABLE plans; --", "%", "_", "\\", "%%%", "\\x00", "\\u0000",
    "${7*7}", "{{7*7}}", "{{''.__class__}}", "{0}", "{code}", "%s%s%s%n", "#{x}", "<script>alert(1)</script>",
    "]]>", "<!--", "&lt;", "../../etc/passwd", "..\\..\\windows", "..%2f", "%252e", "/etc/passwd\x00.docx",
    "\r\nX-A: b", "%0d%0aSet-Cookie:a=b", "a\r\nBcc: x@y.vn", "=?UTF-8?Q?=0A?=", "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)",
    "null", "true", "false", "undefined", "None", "NaN", "Infinity", "-0", "0", "1", "1e309", "[]", "{}", "[object Object]",
    "2026-02-29", "31/12/2026", "(a+)+$", "a" * 40 + "!", "CON", "gpj.exe", "file:///etc/passwd", "http://169.254.169.254/",
    "a@b", "a" * 320 + "@x.vn", "x@y\nz", "+84912345678", "1900123456",
)  # fmt: skip
NUMBERS: Sequence[Any] = (
    0, -1, 1, -0.0, 0.1, 0.30000000000000004, 1e308, -1e308, 5e-324, 1.5, 99.999, 100.001, -0.01, 100.01,
    2**31 - 1, 2**31, 2**32, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63), -(2**63) - 1,
    10**18, 10**30, 10**399,
)  # fmt: skip
DATES: Sequence[Any] = (
    "0000-00-00", "0001-01-01", "9999-12-31", "2026-02-29", "2028-02-29", "2026-13-01", "2026-00-10", "2026-01-32",
    "31/12/2026", "2026-1-5", "20260105", "2026-W01-1", "2026-001", "ngày 5 tháng 1", "2569-01-05", "-2026-01-05",
    "2026-01-05T00:00:00", "2026-01-05T24:00:00Z", "2026-01-05T23:59:60Z", "2026-01-05T08:00:00", "2026-01-05T08:00:00z",
    "2026-01-05T08:00:00+24:00", "2026-01-05T08:00:00-00:00", "2026-01-05T08:00:00+07:00[Asia/Ho_Chi_Minh]",
    "9999-12-31T23:59:59+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "1975-04-30T00:00:00+08:00",
    "2026-01-05T08:00:00.123456789Z", "2026-01-05T08:00:00.1234567890123Z", "now", "today", 0, 1700000000, -1, 1e20,
)  # fmt: skip
IDS: Sequence[str] = (
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "01980000-0000-7000-8000-000000000000",
    "01980000-0000-7000-8000-00000000000", "{01980000-0000-7000-8000-000000000000}",
    "urn:uuid:01980000-0000-7000-8000-000000000000", "01980000000070008000000000000000",
    "01980000-0000-7000-8000-000000000000\x00", "01980000-0000-7000-8000-00000000000G", "5", "-1", "null", "*", ".", "..",
    "a b", "%00", "%ff", "é", "SVHTT'--", "SVHTT/../x", "svhtt", "SVHTT ", "x" * 65, "x" * 2000,
)  # fmt: skip
OTHER_KINDS: Sequence[Any] = (
    None, True, False, [], {}, [None], [[]], {"a": 1}, {"": ""}, {"__proto__": 1}, [1, "a", None], [{}] * 400,
    {str(n): n for n in range(1500)}, "x", 7, 7.5,
)  # fmt: skip
SORTS = (
    "",
    "id",
    "-",
    "--at",
    "search",
    "secret_hash",
    "password",
    "1",
    "title desc",
    "(select 1)",
)
CURSORS = ("", "x", "e30", "AAAA", "=", "ế", "a" * 1001, "bnVsbA", "../..", "\x00")
# raw bytes where HTTP has text: not UTF-8, and what a path must not mean
RAW = (
    b"%FF",
    b"%C0%80",
    b"%ED%A0%80",
    b"%00",
    b"%0d%0a",
    b"%2e%2e%2f",
    b"+",
    b"%",
    b"%zz",
    b"a%",
    b"%E1%BA",
)


def for_field(schema: Any) -> list[Any]:
    """Everything worth trying at a place with this schema."""
    kind, form = schema.get("type"), schema.get("format")
    if form in {"date", "date-time"}:
        return [*DATES, *OTHER_KINDS, *STRINGS[:12]]
    if form == "uuid":
        return [*IDS, *OTHER_KINDS, *STRINGS[:12]]
    if kind in {"integer", "number"}:
        return [*NUMBERS, *OTHER_KINDS, "1", "1.0", "１", "1_000", "0x10", *STRINGS[:6]]
    if kind == "boolean":
        return [*OTHER_KINDS, 0, 1, "true", "yes", "", "on"]
    if kind in {"object", "array"}:
        return [*OTHER_KINDS, *STRINGS[:10], *NUMBERS[-6:]]
    return [*STRINGS, *OTHER_KINDS, *NUMBERS[-8:], *DATES[:4], *IDS]
