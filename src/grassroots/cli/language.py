"""In which language the command line speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grassroots.locale import LANGUAGES

VARIABLE = "GRASSROOTS_LANGUAGE"


def chosen(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """``--language`` if it is among the arguments, else the variables, else English.

    ``GRASSROOTS_LANGUAGE`` counts before ``LC_ALL`` and ``LANG``. Asked before the arguments are parsed,
    because help and complaints about arguments are told in this language too.
    """
    for place, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--language":
            given = value if equals else "".join(arguments[place + 1 : place + 2])
            if given in LANGUAGES:
                return given
    wanted = next((environ[name] for name in (VARIABLE, "LC_ALL", "LANG") if environ.get(name)), "")
    return "zh" if wanted.lower().startswith("zh") else "en"
