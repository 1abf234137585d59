from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grassroots.errors import BadInput
from grassroots.values.names import (
    IdNumber,
    NameKind,
    Sex,
    mask_address,
    mask_id_number,
    mask_name,
    mask_phone,
    name_key,
    name_kind,
    surname,
    tidy_name,
)

# Invented: the area code 990000 was never given to any place.
WOMAN = "990000195207030023"


def _id_number(body: str) -> str:
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


id_bodies = st.builds(
    "{}{:%Y%m%d}{:03d}".format,
    st.integers(110000, 999999),
    st.dates(date(1900, 1, 1), date(2020, 12, 31)),
    st.integers(0, 999),
)
han_names = st.text(st.sampled_from("张王欧阳修明华三爷老师卯某成员志愿者甲·A 1"), max_size=8)


@pytest.mark.parametrize(
    ("raw", "tidy"),
    [
        ("张 三", "张三"),
        ("  张　三 ", "张三"),
        ("王 小 明 老师", "王小明老师"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提 . 艾力", "买买提·艾力"),
        ("Ａｎｎ   Lee", "Ann Lee"),
        ("J. Lee", "J. Lee"),
        ("张\u200b三\ufeff", "张三"),
        ("", ""),
    ],
)
def test_a_name_is_kept_without_the_blanks_that_only_align_it(raw: str, tidy: str) -> None:
    assert tidy_name(raw) == tidy


@pytest.mark.parametrize(
    ("name", "kind", "family"),
    [
        ("张三", NameKind.FULL, "张"),
        ("欧阳修", NameKind.FULL, "欧阳"),
        ("欧阳明华", NameKind.FULL, "欧阳"),
        ("李王小明", NameKind.FULL, "李"),
        ("王小明老师", NameKind.FULL, "王"),
        ("买买提·艾力", NameKind.FULL, ""),
        ("Ann Lee", NameKind.FULL, ""),
        ("卯", NameKind.SURNAME_ONLY, "卯"),
        ("欧阳", NameKind.SURNAME_ONLY, "欧阳"),
        ("卯爷爷", NameKind.COURTESY, "卯"),
        ("王老师", NameKind.COURTESY, "王"),
        ("欧阳老师", NameKind.COURTESY, "欧阳"),
        ("李某某", NameKind.COURTESY, "李"),
        ("李某甲", NameKind.COURTESY, "李"),
        ("张×", NameKind.COURTESY, "张"),
        ("老李", NameKind.COURTESY, "李"),
        ("成员卯", NameKind.COURTESY, "卯"),
        ("居民乙", NameKind.COURTESY, "乙"),
        ("爷爷", NameKind.UNKNOWN, ""),
        ("不详", NameKind.UNKNOWN, ""),
        ("幸福社区", NameKind.UNKNOWN, ""),
        ("138", NameKind.UNKNOWN, ""),
        ("", NameKind.UNKNOWN, ""),
    ],
)
def test_how_complete_a_name_is_can_be_seen(name: str, kind: NameKind, family: str) -> None:
    assert (name_kind(name), surname(name)) == (kind, family)


def test_the_courtesy_name_and_the_stand_in_of_one_person_share_what_can_be_searched() -> None:
    assert surname("成员卯") == surname("卯爷爷")


@given(st.one_of(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), han_names))
@example("ﬃ")
@example("İ")
@example("张 \u0301三")
def test_tidying_and_keying_twice_changes_nothing(raw: str) -> None:
    assert tidy_name(tidy_name(raw)) == tidy_name(raw)
    assert name_key(name_key(raw)) == name_key(raw)
    assert name_key(tidy_name(raw)) == name_key(raw)


def test_the_key_finds_a_name_however_it_was_typed() -> None:
    assert name_key("张　三") == name_key("张三")
    assert name_key("买买提•艾力") == name_key("买买提艾力")
    assert name_key("ANN  lee") == name_key("Ann Lee")
    assert name_key("张三") != name_key("张三丰")


def test_a_name_that_was_decoded_wrongly_is_refused() -> None:
    for raw in ("张\x00三", "张\ud800"):
        with pytest.raises(BadInput) as refused:
            tidy_name(raw)
        assert (refused.value.code, refused.value.facts["place"]) == ("text-broken", 2)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("李小明", "李**"),
        ("欧阳修", "欧阳*"),
        ("卯", "卯*"),
        ("卯爷爷", "卯**"),
        ("买买提·艾力", "买*****"),
        ("Ann Lee", "A** L**"),
        ("", ""),
    ],
)
def test_a_masked_name_shows_the_surname_alone(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(st.sampled_from("张王欧阳修明华三四"), min_size=1, max_size=4))
def test_a_masked_name_never_shows_more_than_two_characters(name: str) -> None:
    masked = mask_name(name)
    assert "*" in masked
    assert len(masked.rstrip("*")) <= 2


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("0731-28812345", "073*****2345"),
        ("28812345", "******45"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_three_and_four_digits_of_a_mobile(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@given(st.text("0123456789", min_size=1, max_size=20))
def test_a_masked_number_hides_at_least_four_digits_or_all(phone: str) -> None:
    assert mask_phone(phone).count("*") >= min(4, len(phone))


def test_a_masked_id_number_shows_its_first_and_last_sign() -> None:
    assert mask_id_number(WOMAN) == "9****************3"
    assert mask_id_number("12") == "**"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("湖南省株洲市天元区幸福路12号阳光小区3栋2单元501室", "湖南省株洲市天元区***"),
        ("阳光小区3栋501", "阳光小区***"),
        ("阳光小区三栋五楼", "阳光小区***"),
        ("幸福村三组", "幸福村***"),
        ("阳光小区", "阳光小区"),
        ("阳光小区 B座", "阳光小区***"),
        ("张三家隔壁", "***"),
        ("", ""),
    ],
)
def test_a_masked_address_ends_at_the_district_or_compound(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@given(st.text(st.sampled_from("阳光小区村栋单元3三501号室A "), max_size=15))
def test_a_masked_address_never_shows_a_house_number(address: str) -> None:
    assert not any(c.isascii() and c.isalnum() for c in mask_address(address))


@given(id_bodies)
def test_an_id_number_tells_birth_and_sex(body: str) -> None:
    number = IdNumber.check(_id_number(body))
    assert f"{number.born:%Y%m%d}" == body[6:14]
    assert number.sex is (Sex.MALE if int(body[16]) % 2 else Sex.FEMALE)
    assert number.area == body[:6]
    assert IdNumber.check(f" {number.text[:6]} {number.text[6:].lower()}") == number


@given(id_bodies, st.integers(0, 16), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_found(body: str, place: int, by: int) -> None:
    right = _id_number(body)
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    with pytest.raises(BadInput):
        IdNumber.check(wrong)


@given(id_bodies, st.integers(0, 15))
def test_two_neighbours_swapped_are_always_found(body: str, place: int) -> None:
    right = _id_number(body)
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    if swapped != right:
        with pytest.raises(BadInput):
            IdNumber.check(swapped)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9.90000195207E+17", "id-number-destroyed"),
        ("990000195207030000", "id-number-destroyed"),
        ("990000195207030023.0", "id-number-destroyed"),
        ("99000019520703002", "id-number-form"),
        ("99000019520703002²", "id-number-form"),
        ("abc", "id-number-form"),
        ("", "id-number-form"),
        ("990000195207030024", "id-number-checksum"),
        (_id_number("99000019520230002"), "id-number-birth"),
        (_id_number("99000022010101002"), "id-number-birth"),
    ],
)
def test_what_is_wrong_with_an_id_number_is_said_without_saying_the_number(text: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        IdNumber.check(text)
    assert refused.value.code == code
    assert "19520" not in str(refused.value) + repr(refused.value.facts)


def test_an_old_number_of_fifteen_digits_finds_the_same_person() -> None:
    assert IdNumber.check(WOMAN[:6] + WOMAN[8:17]) == IdNumber.check(WOMAN)


def test_an_id_number_is_masked_wherever_it_is_printed() -> None:
    number = IdNumber.check(WOMAN)
    assert number.text == WOMAN
    assert WOMAN[6:14] not in f"{number} {number!r} {[number]}"


@given(st.one_of(st.text(), id_bodies, st.text("0123456789Xx.eE+ ", max_size=20)))
def test_any_text_is_an_id_number_or_is_refused(text: str) -> None:
    try:
        outcome = "id-number-" + str(len(IdNumber.check(text).text))
    except BadInput as refused:
        outcome = refused.code
    assert outcome in {f"id-number-{rest}" for rest in ("18", "form", "birth", "checksum", "destroyed")}
