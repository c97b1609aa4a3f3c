"""In which words do plans set floors, ceilings and ranks? The vocabulary of the target grammar.

Sources of the wordings: Kế hoạch 1205/KH-SVHTT (Bình Định 2023), the CCHC plan 2025 and the 2021
orientation of Sở VHTTDL Đồng Nai.
"""

import re
from typing import Literal

Operator = Literal[">=", ">", "<=", "<", "=", ">prev", "<prev"]

# Without any of these a clause sets no quantity: most do not.
MAY_QUANTIFY = re.compile(r"\d|không|năm trước|năm ngoái|liền kề|liền trước", re.IGNORECASE)
SHARE_SIGN = re.compile("%|phần trăm")
NUMBER = r"\d+(?:[.,]\d+)*"
FREE = r"(?<![\w/.,])"
FILLERS = r"(?:\s*\b(?:là|khoảng|mức|tỷ lệ|tỉ lệ|thêm|đạt|lên|được|có|cho|phải|từ)\b\s*)*\s*$"
# The longest first: "không dưới" must not be read as "dưới".
_PREFIX_WORDS: tuple[tuple[str, Operator], ...] = (
    (r"\bkhông (?:quá|vượt quá|vượt|lớn hơn|cao hơn|nhiều hơn|hơn)\b|<=|≤", "<="),
    (r"\btối đa\b|\bnhiều nhất\b", "<="),
    (r"\bkhông (?:dưới|thấp hơn|ít hơn|nhỏ hơn|kém)\b|>=|≥", ">="),
    (r"\btối thiểu\b|\bít nhất\b|\btrở lên\b", ">="),
    (r"\bdưới\b|\bthấp hơn\b|\bnhỏ hơn\b|\bít hơn\b|\bchưa đến\b|<", "<"),
    (r"\btrên\b|\bhơn\b|\bvượt(?: quá)?\b|\bquá\b|\blớn hơn\b|>", ">"),
    (r"\bbằng\b|\bđúng\b|=", "="),
    (r"\b(?:xuống|giảm) còn\b|\bxuống\b", "<="),
)
PREFIXES: tuple[tuple[re.Pattern[str], Operator], ...] = tuple(
    (re.compile(rf"(?:{before}){FILLERS}"), operator) for before, operator in _PREFIX_WORDS
)
AT_LEAST_AFTER = re.compile(r"\s*(?:trở lên|hoặc (?:cao |nhiều )?hơn)\b")
AT_MOST_AFTER = re.compile(r"\s*(?:trở xuống|hoặc (?:thấp |ít )hơn)\b")
LATER_AT_LEAST = re.compile(r"[^\d.;%]{0,60}?\btrở lên\b")
LATER_AT_MOST = re.compile(r"[^\d.;%]{0,60}?\btrở xuống\b")
PERCENT = re.compile(rf"{FREE}(?P<n>{NUMBER})\s*(?:%|phần trăm\b)")
RANGE = re.compile(
    rf"{FREE}(?P<n>{NUMBER})\s*%?\s*(?:-|đến)\s*[<≤]?\s*(?P<to>{NUMBER})\s*(?:%|phần trăm\b)"
)
CHANGE = re.compile(
    rf"\btừ\s+(?P<was>{NUMBER})\s*%\s*"
    r"(?P<way>(?:tăng )?lên(?: thành)?|(?:giảm )?xuống(?: còn)?)\s+"
    r"(?P<bound>trên |dưới |tối thiểu |ít nhất |không quá )?"
    rf"(?P<n>{NUMBER})\s*(?:%|phần trăm\b)"
)
# "nhóm 5/17 sở, ngành"; "xếp hạng 10"; "nhóm 20 địa phương dẫn đầu"
RANK = re.compile(
    r"\b(?:(?:nhóm|tốp|top|tốp đầu|vị trí|thứ hạng|xếp hạng|đạt hạng|xếp|đứng)\s+(?:thứ\s+)?"
    r"(?:từ\s+)?(?P<n>\d{1,3})\s*/\s*(?P<of>\d{1,4})\b"
    r"|(?:vị trí|thứ hạng|xếp hạng|đạt hạng|xếp thứ|đứng thứ|tốp|top)\s+(?:thứ\s+)?(?:từ\s+)?"
    r"(?:trong\s+)?(?P<n2>\d{1,3})(?:\s+trở lên)?\b(?!\s*[%/.,]\s*\d)"
    r"|(?:nhóm|trong|trong số|thuộc|tốp|top)\s+(?P<n3>\d{1,3})\s+[^\d.;,]{2,40}?"
    r"\b(?:dẫn đầu|đứng đầu|hàng đầu|cao nhất|tốt nhất)\b)"
)
COUNT = re.compile(rf"{FREE}(?P<n>{NUMBER})(?:\s*/\s*{NUMBER})?\s+(?P<unit>[^\W\d_])")
AIM = re.compile(r"\bph[ấầ]n đ[ấầ]u(?: \w+){0,2}\s*$")
ZERO = re.compile(
    r"(?:^|,)\s*(?:(?:phấn đấu|đảm bảo|bảo đảm)\s+)?không (?:có|để|phát sinh)\s+(?:xảy ra\s+)?"
)
BETTER = re.compile(
    r"\b(?:cải thiện|tăng|nâng|cao hơn|tốt hơn|vượt|tiến bộ)\b.{0,80}?"
    r"\bnăm (?:(?P<year>20\d\d)|trước|ngoái|liền kề|liền trước)"
)
WORSE = re.compile(
    r"\b(?:giảm|thấp hơn|ít hơn)\b.{0,80}?"
    r"\bnăm (?:(?P<year>20\d\d)|trước|ngoái|liền kề|liền trước)"
)
COMPARED = re.compile(r"\bso với\b|\b(?:cao|tốt|thấp|ít) hơn\b|\bvượt\b")

# What is counted (danh từ đếm được); the longest that fits is the unit.
_COUNTED = """
    sáng kiến, giải pháp, mô hình, lớp, lớp tập huấn, hội nghị, cuộc, cuộc kiểm tra, buổi, đợt,
    văn bản, thủ tục, thủ tục hành chính, tthc, dịch vụ, dịch vụ công, hồ sơ, đơn vị, bộ phận,
    cơ quan, tổ chức, doanh nghiệp, báo cáo, kế hoạch, đề án, đề tài, chuyên đề, tin, tin bài, bài,
    bài viết, chuyên mục, phóng sự, tờ gấp, lượt, lần, người, công chức, viên chức, cán bộ, ngày,
    ngày làm việc, giờ, phút, điểm, bậc, phòng, sở, tỉnh, huyện, xã, phường, địa phương,
    trường hợp, phản ánh, kiến nghị, đơn thư, nhiệm vụ, vụ việc, quy trình, quy định, hệ thống,
    ứng dụng
"""
UNIT = re.compile(
    "(?:"
    + "|".join(
        re.escape(unit)
        for unit in sorted(
            (unit.strip() for unit in " ".join(_COUNTED.split()).split(",")), key=len, reverse=True
        )
    )
    + r")\b"
)
NEVER_COUNTED = re.compile(r"(?:tháng|năm|quý|tuần|tuổi|mức độ|cấp độ)\b")
PER = re.compile(r"\s*/\s*(?:năm|quý|tháng|tuần|ngày)\b")
