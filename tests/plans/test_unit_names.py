"""Which unit does a name in a document mean?"""

import pytest

from services.plans.domain.unit_names import (
    KnownGroup,
    KnownUnit,
    UnitKind,
    guess_kind,
    make_code,
    resolve,
)

UNITS = [
    KnownUnit("SVHTT", "Sở Văn hóa và Thể thao", "department"),
    KnownUnit("VP", "Văn phòng Sở", "office", ("Văn phòng Sở Văn hóa và Thể thao",)),
    KnownUnit("GD", "Phòng Quản lý Văn hóa - Gia đình", "division"),
    KnownUnit("TT", "Phòng Quản lý Thể dục thể thao", "division"),
    KnownUnit("BT", "Bảo tàng tỉnh", "public_unit"),
]
GROUPS = [KnownGroup("cm", "Các phòng chuyên môn thuộc Sở", ("GD",), ("Các phòng chuyên môn",))]


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("Văn phòng Sở", ("VP",)),
        ("Văn phòng", ("VP",)),
        ("văn phòng sở văn hóa và thể thao", ("VP",)),
        ("Phòng Quản lý Văn hóa – Gia đình", ("GD",)),
        ("Phòng Quản lý Thể dục Thể thao", ("TT",)),
        ("Các phòng chuyên môn", ("GD",)),
    ],
)
def test_spellings_of_one_unit_mean_that_unit(written: str, codes: tuple[str, ...]) -> None:
    assert resolve(written, units=UNITS, groups=GROUPS).unit_codes == codes


def test_a_group_nobody_defined_means_the_units_of_its_kind() -> None:
    found = resolve("Các đơn vị trực thuộc Sở", units=UNITS, groups=[])
    assert (found.unit_codes, found.is_group_name) == (("BT",), True)
    both = resolve("Các phòng, đơn vị thuộc Sở", units=UNITS, groups=[])
    assert both.unit_codes == ("GD", "TT", "BT")


def test_a_name_that_is_only_similar_is_offered_and_not_taken() -> None:
    found = resolve("Phòng Quản lý Văn hóa Gia đình và Trẻ em", units=UNITS, groups=[])
    assert found.unit_codes == ()
    assert found.candidates[0] == "GD"


def test_a_name_like_no_other_has_no_candidates() -> None:
    assert resolve("Chi cục Kiểm lâm", units=UNITS, groups=[]).candidates == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Phòng Kế hoạch tài chính", UnitKind.DIVISION),
        ("Văn phòng Sở", UnitKind.OFFICE),
        ("Thanh tra Sở", UnitKind.INSPECTORATE),
        ("Thư viện tỉnh", UnitKind.PUBLIC_UNIT),
        ("Sở Nội vụ", UnitKind.DEPARTMENT),
        ("Xã Tây Sơn", UnitKind.COMMUNE),
        ("Hội đồng tư vấn", UnitKind.OTHER),
    ],
)
def test_the_kind_is_guessed_from_the_name(name: str, kind: UnitKind) -> None:
    assert guess_kind(name) is kind


def test_a_code_is_made_of_initials_and_never_taken_twice() -> None:
    assert make_code("Phòng Kế hoạch tài chính", taken=[]) == "PKHTC"
    assert make_code("Phòng Kế hoạch tài chính", taken=["PKHTC", "PKHTC2"]) == "PKHTC3"
