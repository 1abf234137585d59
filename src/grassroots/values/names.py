"""Names, telephone numbers, addresses and ID numbers: to read, to search, and to show only in part.

Many people of this field are known by a surname or a courtesy title only (卯爷爷, 王老师, 李某某). That is
a proper record, to be completed or merged later; nothing here invents the missing part.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum, unique
from typing import Final, final

import attrs

from grassroots.errors import BadInput
from grassroots.values.texts import odd_digit, plain, sound, words

_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_GAP_IN_HAN: Final = re.compile(f"(?<=[{_HAN}·]) +(?=[{_HAN}·])")
# The dot inside names such as 买买提·艾力 is typed in many ways; GB/T 15834 has the middle dot U+00B7.
_DOTS_IN_HAN: Final = re.compile(f"(?<=[{_HAN}]) ?[•・‧∙⋅●.] ?(?=[{_HAN}])")
_ALL_HAN: Final = re.compile(f"[{_HAN}]+")
_DOTTED: Final = re.compile(f"[{_HAN}]+(?:·[{_HAN}]+)+")
_LATIN: Final = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:[ '’.\-]+[^\W\d_][^\W\d_'’.\-]*)*\.?")

_COMPOUND: Final = words(
    "欧阳 司马 上官 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 轩辕 端木 东方 南宫 独孤 "
    "西门 东郭 百里 呼延 闻人 赫连 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 亓官 "
    "司寇 子车 颛孙 巫马 公西 漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 东门 南门 公羊 万俟 第五 "
    "拓拔 完颜 纳兰 叶赫 爱新"
)
# Only to tell a double surname (李王小明) from any other four characters; rarer ones are not refused.
_COMMON: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚"
    "沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤"
)

_TITLES: Final = (
    "爷爷|奶奶|大爷|大妈|大娘|大伯|大叔|大姐|大哥|大嫂|阿姨|叔叔|伯伯|伯母|婶婶|婆婆|公公|姥姥|姥爷|外公|外婆|"
    "嗲嗲|娭毑|娭姆|嫂子|老师|老人家|老人|老|先生|女士|小姐|师傅|同志|同学|书记|主任|站长|组长|队长|院长|校长|"
    "所长|会长|社长|医生|大夫|护士|教授|教练|警官|律师|工|总|姐|哥|嫂|姨|叔|伯|婶|爷|奶|婆|妈|爸|某某|某"
)
_TITLES_ALONE: Final = frozenset(_TITLES.split("|"))
_TITLED: Final = re.compile(f"(?P<base>[{_HAN}]+?)(?P<title>{_TITLES})")
_SOMEBODY: Final = re.compile(f"(?P<base>[{_HAN}]{{1,2}}?)(?:某+[{_HAN}]?|[Xx×*〇○]{{1,2}})")
_FAMILIAR: Final = re.compile(f"[老小阿大](?P<base>[{_HAN}])")
_STAND_IN: Final = re.compile(
    "(?:成员|队员|志愿者|居民|村民|业主|群众|党员|老党员|老人|学生|家长|住户)"
    "(?P<base>[甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥A-Za-z])"
)
_NO_NAME: Final = words("无 不详 未知 未详 匿名 无名 无名氏 佚名 不明 空 暂无 待定 待补 同上 保密")


@unique
class NameKind(StrEnum):
    """How complete a name is."""

    FULL = "full"  # surname and given name, perhaps with a title behind
    SURNAME_ONLY = "surname-only"  # 卯, 欧阳
    COURTESY = "courtesy"  # a way to address or stand in for somebody: 卯爷爷, 王老师, 李某某, 老李, 居民乙
    UNKNOWN = "unknown"  # no name can be seen in it


@unique
class Sex(StrEnum):
    """As the ID number and the registers of this field record it; not stated is None."""

    FEMALE = "female"  # 女
    MALE = "male"  # 男


def tidy_name(raw: str) -> str:
    """A name as it should be kept: NFKC, blanks between Han characters removed, other blanks single.

    ``张 三`` (spaced to stand level with three characters) becomes ``张三``; the dot inside a name becomes
    "·"; titles stay. An empty text stays empty. Raises BadInput ``text-broken``.
    """
    text = " ".join(plain(sound(raw)).split())
    text = _DOTS_IN_HAN.sub("·", text)
    return _GAP_IN_HAN.sub("", text)


def name_kind(name: str) -> NameKind:
    """How complete a name is, from its form alone."""
    return _seen(name)[0]


def surname(name: str) -> str:
    """The surname that a name shows, two characters for 欧阳 and its like; "" if none can be seen.

    For a stand-in such as 成员卯 it is what stands for the surname. Names with a dot (买买提·艾力) and names
    in other scripts have no surname that can be told from their form.
    """
    return _seen(name)[1]


def _seen(name: str) -> tuple[NameKind, str]:
    text = tidy_name(name)
    stand_in = _STAND_IN.fullmatch(text)
    if stand_in is not None:
        return NameKind.COURTESY, stand_in["base"]
    if text in _NO_NAME or (len(text) > 1 and text in _TITLES_ALONE):
        return NameKind.UNKNOWN, ""
    if _DOTTED.fullmatch(text):
        return NameKind.FULL, ""
    somebody = _SOMEBODY.fullmatch(text)
    if somebody is not None and _may_be_surname(somebody["base"]):
        return NameKind.COURTESY, somebody["base"]
    if _ALL_HAN.fullmatch(text):
        return _seen_in_han(text)
    if _LATIN.fullmatch(text) and " " in text:
        return NameKind.FULL, ""
    return NameKind.UNKNOWN, ""


def _seen_in_han(text: str) -> tuple[NameKind, str]:
    if _may_be_surname(text):
        return NameKind.SURNAME_ONLY, text
    familiar = _FAMILIAR.fullmatch(text)
    if familiar is not None:
        return NameKind.COURTESY, familiar["base"]
    titled = _TITLED.fullmatch(text)
    if titled is not None:
        base = titled["base"]
        if _may_be_surname(base):
            return NameKind.COURTESY, base
        if len(titled["title"]) > 1 or len(base) > 2:
            # 王小明老师 is complete; a single character behind two (王小工) may well be part of the name.
            return _seen_in_han(base)
    first = text[:2] if text[:2] in _COMPOUND else text[0]
    if len(text) <= 3 or (len(text) == 4 and (len(first) == 2 or {text[0], text[1]} <= _COMMON)):
        return NameKind.FULL, first
    return NameKind.UNKNOWN, ""


def _may_be_surname(text: str) -> bool:
    # Any single character may be one: there are some six thousand surnames, and no list has them all.
    return len(text) == 1 or text in _COMPOUND


def name_key(name: str) -> str:
    """The key for an exact search: tidy, without case, and without blanks and dots between Han.

    Two people may share it; it finds candidates and proves nothing.
    """
    text = unicodedata.normalize("NFD", tidy_name(name)).casefold()
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return tidy_name(text).replace("·", "")


def mask_name(name: str) -> str:
    """Surname and stars: 张*, 李**, 欧阳*; for a name without a visible surname its first character.

    A name that is only a surname gets a star as well, so that nobody takes it for the whole.
    """
    text = tidy_name(name)
    if not text:
        return ""
    kind, first = _seen(text)
    if kind is NameKind.SURNAME_ONLY:
        return first + "*"
    if " " in text:
        return " ".join(word[0] + "*" * (len(word) - 1) for word in text.split())
    shown = first if first and text.startswith(first) else text[0]
    return shown + "*" * max(1, len(text) - len(shown))


def mask_phone(phone: str) -> str:
    """138****5678 (three and four) for a mobile number; of shorter numbers only the last two digits."""
    digits = "".join(c for c in plain(phone) if c.isascii() and c.isdigit())
    if len(digits) > 11:
        digits = re.sub("^(?:00)?86(?=1[0-9]{10}$)", "", digits)
    if len(digits) >= 11:
        return digits[:3] + "*" * (len(digits) - 7) + digits[-4:]
    shown = 2 if len(digits) >= 7 else 0
    return "*" * (len(digits) - shown) + digits[len(digits) - shown :]


def mask_id_number(number: str) -> str:
    """First and last character (1+1). The usual 6+4 leaves so much that a birth date completes it."""
    text = plain(number)
    return text[0] + "*" * (len(text) - 2) + text[-1] if len(text) > 2 else "*" * len(text)


_PLACE: Final = re.compile("街道|公寓|大院|[省市区县旗州镇乡村苑园]")
_HOUSE: Final = re.compile("[0-9A-Za-z]|[〇一二三四五六七八九十百]+(?:栋|幢|座|号|单元|楼|层|室|户|组|弄|巷)")


def mask_address(address: str) -> str:
    """District or compound only: 阳光小区3栋501 becomes 阳光小区***; without any, three stars alone.

    Everything from the first house number on is hidden, also a compound named behind it.
    """
    text = "".join(plain(address).split())
    house = _HOUSE.search(text)
    before = text if house is None else text[: house.start()]
    ends = [found.end() for found in _PLACE.finditer(before)]
    if not text or (ends and ends[-1] == len(text)):
        return text
    return (before[: ends[-1]] if ends else "") + "***"


_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}|[0-9]{15,18}\.0+")


@final
@attrs.frozen
class IdNumber:
    """A Chinese citizen's ID number that passed every check of GB 11643-1999 (18 characters).

    ``repr`` and ``str`` show it masked; :attr:`text` is the number. An old 15-digit number is kept as the
    18 characters that replaced it, so that both find the same person.
    """

    text: str = attrs.field(repr=mask_id_number)

    def __attrs_post_init__(self) -> None:
        _check_id_number(self.text)

    def __str__(self) -> str:
        return mask_id_number(self.text)

    @classmethod
    def check(cls, text: str) -> IdNumber:
        """Read and check an ID number; blanks and full-width characters are forgiven, nothing else.

        Raises BadInput, with the number masked in its facts: ``id-number-destroyed`` (a spreadsheet kept
        15 digits of it), ``id-number-form``, ``id-number-birth`` or ``id-number-checksum``.
        """
        number = re.sub(r"[\s'’`-]", "", plain(text)).upper()
        if odd_digit(text) is not None:
            raise BadInput("id-number-form", what=mask_id_number(number), length=len(number))
        if _SCIENTIFIC.fullmatch(number):
            raise BadInput("id-number-destroyed", what=mask_id_number(number))
        if re.fullmatch("[1-9][0-9]{14}", number):
            # Old numbers hold two digits of the year: 19xx. (Serials 996-999 once marked people over a
            # hundred in the 1980s; nobody of them is in a register today.)
            number = number[:6] + "19" + number[6:]
            number += _check_character(number)
        return cls(number)

    @property
    def born(self) -> date:
        """The birth date it holds."""
        return date(int(self.text[6:10]), int(self.text[10:12]), int(self.text[12:14]))

    @property
    def sex(self) -> Sex:
        """The sex it holds: an odd 17th digit is male."""
        return Sex.MALE if int(self.text[16]) % 2 else Sex.FEMALE

    @property
    def area(self) -> str:
        """The six digits of the place of first registration."""
        return self.text[:6]


def _check_id_number(number: str) -> None:
    shown = mask_id_number(number)
    if not re.fullmatch("[1-9][0-9]{16}[0-9X]", number):
        raise BadInput("id-number-form", what=shown, length=len(number))
    if number[17] != _check_character(number):
        destroyed = number.endswith("000")
        raise BadInput("id-number-destroyed" if destroyed else "id-number-checksum", what=shown)
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise BadInput("id-number-birth", what=shown) from None
    if not 1850 <= int(number[6:10]) <= 2100:
        raise BadInput("id-number-birth", what=shown)


def _check_character(number: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECKS[total % 11]
