"""The grammar of targets: which quantities a sentence sets, and which words belong to each."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.plans.domain.targets import (
    decimal_of,
    decimal_text,
    parse_index_goal,
    parse_targets,
)
from services.plans.domain.targets.wording import clause_spans, fold, lowered


def bounds(text: str, year: int | None = None) -> list[tuple[str, str | None, str | None]]:
    return [
        (t.operator, None if t.value is None else decimal_text(t.value), t.unit)
        for t in parse_targets(text, year=year)
    ]


@pytest.mark.parametrize(
    ("text", "operator", "value", "unit"),
    [
        ("Tối thiểu 98% hồ sơ được giải quyết đúng hạn", ">=", "98", "%"),
        ("Ít nhất 50% đơn vị được kiểm tra", ">=", "50", "%"),
        ("Chỉ số SIPAS đạt từ 95% trở lên", ">=", "95", "%"),
        ("Đạt tỷ lệ từ 70% hồ sơ, kết quả giải quyết", ">=", "70", "%"),
        ("100% công chức được tập huấn", ">=", "100", "%"),
        ("100 % lãnh đạo Sở ký số", ">=", "100", "%"),
        ("90% hồ sơ công việc được xử lý trên môi trường mạng", ">=", "90", "%"),
        ("đạt 96,5% trở lên", ">=", "96.5", "%"),
        ("không dưới 80%", ">=", "80", "%"),
        ("≥ 97% phản ánh được xử lý", ">=", "97", "%"),
        ("85 phần trăm hồ sơ", ">=", "85", "%"),
        ("mức độ hài lòng đạt trên 85%", ">", "85", "%"),
        ("vượt 10% kế hoạch", ">", "10", "%"),
        ("tỷ lệ trễ hạn không quá 2%", "<=", "2", "%"),
        ("tối đa 05 ngày làm việc", "<=", "5", "ngày làm việc"),
        ("tỷ lệ không hài lòng giảm xuống dưới 1%", "<", "1", "%"),
        ("Tỷ lệ trễ hạn giảm từ 10% xuống còn 5%", "<=", "5", "%"),
        ("Tỷ lệ trực tuyến tăng từ 60% lên 70%", ">=", "70", "%"),
        ("đúng 3 bộ phận", "=", "3", "bộ phận"),
        ("0% hồ sơ trễ hạn", "=", "0", "%"),
        ("không có Bộ phận Một cửa bị đánh giá ở mức trung bình", "=", "0", "bộ phận"),
        ("Phấn đấu có 01 sáng kiến, giải pháp trở lên được công nhận", ">=", "1", "sáng kiến"),
        ("Ít nhất 02 cuộc kiểm tra/năm", ">=", "2", "cuộc kiểm tra/năm"),
        ("ít nhất 01 lần/quý", ">=", "1", "lần/quý"),
        ("trên 1.000 hồ sơ", ">", "1000", "hồ sơ"),
        ("đạt từ 85,5 điểm", ">=", "85.5", "điểm"),
        ("nằm trong nhóm 5/17 sở, ngành", "<=", "5", "hạng"),
        ("nằm vị trí 10/21 sở, ngành", "<=", "10", "hạng"),
        ("xếp thứ 3/21", "<=", "3", "hạng"),
        ("thuộc nhóm 20 địa phương dẫn đầu cả nước", "<=", "20", "hạng"),
        ("nằm trong tốp 10", "<=", "10", "hạng"),
        ("Chỉ số Cải cách hành chính cải thiện so với năm 2024", ">prev", None, None),
        ("Chỉ số DTI cao hơn năm trước", ">prev", None, None),
        ("Thứ hạng PAPI tăng bậc so với năm 2024", ">prev", None, None),
        ("số hồ sơ trễ hạn giảm so với năm 2024", "<prev", None, None),
    ],
)
def test_one_quantity_is_one_target_with_its_operator(
    text: str, operator: str, value: str | None, unit: str | None
) -> None:
    assert bounds(text, 2025) == [(operator, value, unit)]


@pytest.mark.parametrize(
    "text",
    [
        "tập trung vào 06 nội dung cốt lõi",
        "Nghị quyết số 76/NQ-CP ngày 15/7/2022, giai đoạn 2021-2030",
        "dịch vụ công mức độ 3, 4 theo ISO 9001:2015",
        "tính đến hết ngày 31/5/2020",
        "Thực hiện tốt hệ thống luật pháp, không để tình trạng nhiều tầng nấc",
        "Định kỳ 6 tháng báo cáo, chậm nhất 05 tháng sau",
        "Kết quả (năm 2024: 90%)",
        "tăng cường so với yêu cầu",
        "không thấp hơn năm trước",
        "Kế hoạch tốt hơn năm 2030",
        "",
    ],
)
def test_numbers_that_set_nothing_are_no_targets(text: str) -> None:
    assert bounds(text, 2025) == []


def test_several_quantities_of_one_sentence_are_told_apart_with_their_words() -> None:
    text = (
        "Đảm bảo mức độ hài lòng về giải quyết TTHC của Sở đạt tối thiểu 90%, mức độ hài lòng về "
        "giải quyết phản ánh kiến nghị đạt trên 85% và tỷ lệ không hài lòng giảm xuống dưới 1%."
    )
    assert [(target.operator, target.text) for target in parse_targets(text)] == [
        (">=", "Đảm bảo mức độ hài lòng về giải quyết TTHC của Sở đạt tối thiểu 90%"),
        (">", "mức độ hài lòng về giải quyết phản ánh kiến nghị đạt trên 85%"),
        ("<", "tỷ lệ không hài lòng giảm xuống dưới 1%"),
    ]


def test_connecting_words_go_with_neither_side() -> None:
    text = (
        "- Tối thiểu 80% thủ tục hành chính có yêu cầu nghĩa vụ tài chính, được triển khai thanh "
        "toán trực tuyến, trong số đó, tỷ lệ giao dịch thanh toán trực tuyến đạt từ 30% trở lên."
    )
    first, second = parse_targets(text)
    assert first.text.endswith("được triển khai thanh toán trực tuyến")
    assert second.text == "tỷ lệ giao dịch thanh toán trực tuyến đạt từ 30% trở lên"


def test_places_share_the_subject_before_them() -> None:
    text = "Tỷ lệ hồ sơ trực tuyến đạt 40% tại cấp Sở, 20% tại cấp huyện, 10% tại cấp xã."
    assert [target.text for target in parse_targets(text)] == [
        "Tỷ lệ hồ sơ trực tuyến đạt 40% tại cấp Sở",
        "Tỷ lệ hồ sơ trực tuyến đạt 20% tại cấp huyện",
        "Tỷ lệ hồ sơ trực tuyến đạt 10% tại cấp xã",
    ]


def test_the_orientation_of_dong_nai_2021_gives_the_figures_of_its_case() -> None:
    text = (
        "Tỷ lệ giải quyết hồ sơ đúng hạn các cấp đạt tối thiểu 95%; Tối thiểu 85% Bộ phận Một cửa cấp "
        "xã, huyện thuộc ngành quản lý, được đánh giá ở mức xuất sắc; không có Bộ phận Một cửa bị đánh "
        "giá ở mức trung bình; 10% TTHC được kiến nghị, đề xuất đơn giản hóa quy định về thành phần hồ "
        "sơ, quy trình tiếp nhận - xử lý. 80% TTHC cung cấp mức độ 3 và 4 được tích hợp với Cổng dịch "
        "vụ công quốc gia. Tối thiểu 50% TTHC có cung cấp hồ sơ mẫu; 100% các thủ tục cung cấp trực "
        "tuyến có bộ hồ sơ mẫu."
    )
    assert bounds(text, 2021) == [
        (">=", "95", "%"),
        (">=", "85", "%"),
        ("=", "0", "bộ phận"),
        (">=", "10", "%"),
        (">=", "80", "%"),
        (">=", "50", "%"),
        (">=", "100", "%"),
    ]


@pytest.mark.parametrize(
    ("text", "numerator", "denominator"),
    [
        ("Đạt 40% “hồ sơ trực tuyến/Tổng số hồ sơ”", "hồ sơ trực tuyến", "Tổng số hồ sơ"),
        ('Đạt 40% "hồ sơ trực tuyến / Tổng số hồ sơ"', "hồ sơ trực tuyến", "Tổng số hồ sơ"),
        ("Đạt 35% “Thanh toán trên Cổng/Tổng số giao dịch thanh", "Thanh toán trên Cổng",
         "Tổng số giao dịch thanh"),
        ("Tỷ lệ hồ sơ trực tuyến trên tổng số hồ sơ đạt tối thiểu 80%", "hồ sơ trực tuyến",
         "tổng số hồ sơ"),
        ("Đạt 70% hồ sơ", None, None),
    ],
)  # fmt: skip
def test_written_fractions_give_numerator_and_denominator(
    text: str, numerator: str | None, denominator: str | None
) -> None:
    (target,) = parse_targets(text)
    assert (target.numerator, target.denominator) == (numerator, denominator)


def test_last_years_figure_beside_the_target_is_no_target() -> None:
    assert bounds("đạt 98,5% (năm 2024: 97%)", 2025) == [(">=", "98.5", "%")]
    assert bounds("đạt 98% so với 97%", 2025) == [(">=", "98", "%")]


def test_semicolons_inside_brackets_and_quotes_do_not_cut() -> None:
    text = "Tối thiểu 90% hồ sơ (trừ hồ sơ mật; hồ sơ đặc thù) đúng hạn; 100% văn bản “A; B” ký số"
    assert [target.text for target in parse_targets(text)] == [
        "Tối thiểu 90% hồ sơ (trừ hồ sơ mật; hồ sơ đặc thù) đúng hạn",
        "100% văn bản “A; B” ký số",
    ]


def test_an_index_goal_is_a_value_and_a_rank() -> None:
    goal = parse_index_goal("Chỉ số SIPAS đạt từ 95% trở lên; nằm trong nhóm 5/17 sở, ngành.")
    assert (goal.operator, goal.value, goal.unit) == (">=", Decimal(95), "%")
    assert (goal.position, goal.of) == (5, 17)


def test_a_target_placed_under_a_task_says_so_in_json() -> None:
    (target,) = parse_targets("Tối thiểu 02 sáng kiến")
    assert target.placed(area="1", task="6").as_json() == {
        "text": "Tối thiểu 02 sáng kiến",
        "operator": ">=",
        "value": "2",
        "unit": "sáng kiến",
        "area": "1",
        "task": "6",
        "numerator": None,
        "denominator": None,
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("9,25", "9.25"),
        ("9.25", "9.25"),
        ("91,90", "91.9"),
        ("100", "100"),
        ("02", "2"),
        ("0,0", "0"),
    ],
)
def test_decimals_are_exact_and_normalised(written: str, value: str) -> None:
    number = decimal_of(written)
    assert number is not None
    assert decimal_text(number) == value


def test_what_is_no_one_number_is_none() -> None:
    assert [decimal_of(text) for text in ("", "1.2.3", "1,2,3", "x")] == [None] * 4


@given(
    st.text(
        alphabet=st.sampled_from('0123456789%/.,;-<>=()“”" \nđạttừtrênkhôngquáhồsơnhómtỷlệtổng'),
        max_size=200,
    )
)
def test_no_text_breaks_the_grammar(text: str) -> None:
    for target in parse_targets(text, year=2025):
        assert (target.value is None) == (target.operator in {">prev", "<prev"})
        assert target.text == target.text.strip()


@given(st.text(max_size=300))
def test_a_copy_for_comparing_has_the_length_of_the_text(text: str) -> None:
    assert len(fold(text)) == len(lowered(text)) == len(text)
    spans = list(clause_spans(text))
    assert all(start < end for start, end in spans)
    assert spans == sorted(spans)
