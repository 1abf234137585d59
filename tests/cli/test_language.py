"""The language is the reader's: asked for, set for grassroots, or that of the machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.cli.language import chosen

_WORDS = st.lists(st.sampled_from(["figures", "--language", "zh", "en", "fr", "--language=zh", "--json"]))
_SETTINGS = st.dictionaries(
    st.sampled_from(["GRASSROOTS_LANGUAGE", "LC_ALL", "LANG"]),
    st.sampled_from(["", "C", "zh", "zh_CN.UTF-8", "ZH_TW", "en_GB.UTF-8", "de"]),
)


@pytest.mark.parametrize(
    ("arguments", "environ", "language"),
    [
        (["--language", "zh"], {"LANG": "en_US.UTF-8"}, "zh"),
        (["figures", "--language=en"], {"GRASSROOTS_LANGUAGE": "zh"}, "en"),
        ([], {"GRASSROOTS_LANGUAGE": "zh", "LC_ALL": "en_US"}, "zh"),
        ([], {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US"}, "zh"),
        ([], {"LC_ALL": "", "LANG": "zh_TW.UTF-8"}, "zh"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {}, "en"),
        (["--language"], {"LANG": "zh_CN"}, "zh"),
    ],
)
def test_what_is_asked_for_counts_before_grassroots_own_variable_and_that_before_the_machines(
    arguments: list[str], environ: dict[str, str], language: str
) -> None:
    assert chosen(arguments, environ) == language


@given(_WORDS, _SETTINGS)
def test_whatever_stands_there_one_of_the_two_languages_is_spoken(
    arguments: list[str], environ: dict[str, str]
) -> None:
    assert chosen(arguments, environ) in ("zh", "en")
