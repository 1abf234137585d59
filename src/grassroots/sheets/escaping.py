"""Text in csv that a spreadsheet program must not run as a formula, and the way back.

A cell that begins with ``= + - @``, TAB, CR or LF (OWASP ASVS 1.2.10) or with the full-width ＝ ＋ － ＠,
which Chinese and Japanese editions take for the same signs, is led by one quote. Reading takes away exactly
that quote: for every text, ``unquoted(quoted(text)) == text``. A text that already stands behind quotes
gets one more, so that it too comes back as it was.
"""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")
"""With what a text may not begin."""


def quoted(text: str) -> str:
    """The text as it may stand in a csv cell."""
    return f"'{text}" if text.lstrip("'").startswith(DANGEROUS) else text


def unquoted(text: str) -> str:
    """The text before :func:`quoted`; other people's leading quotes (``'hello'``) are left alone."""
    if text.startswith("'") and text.lstrip("'").startswith(DANGEROUS):
        return text[1:]
    return text
