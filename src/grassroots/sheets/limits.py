"""How much of a file is read at most.

The numbers are generous for an office (the largest register of one community is a few thousand rows) and
small for a machine; they were chosen after trying bombs of a few kilobytes that unpack to gigabytes.
"""

from typing import Any, final

from attrs import asdict, field, frozen, validators

_positive: Any = validators.gt(0)


@final
@frozen(kw_only=True)
class Limits:
    """What a file may cost. Sizes in bytes, times in seconds, all inclusive.

    ``packed`` the file as it lies on disk; ``unpacked`` all parts of a zip together; ``parts`` their number;
    ``ratio`` unpacked to packed (asked only from 8 MB unpacked on: small sheets of ruled empty lines pack
    better than that by nature). ``rows`` and ``columns`` how far out a cell may be filled in; ``cells`` and
    ``sheets`` of the whole book; ``letters`` in one cell (Excel's own limit). ``memory``, ``cpu``, ``wall``
    bound the child process that reads; where the system has no such limits (Windows), ``wall`` alone does.
    ``answer`` bounds what the child may send back.
    """

    packed: int = field(default=32_000_000, validator=_positive)
    unpacked: int = field(default=64_000_000, validator=_positive)
    parts: int = field(default=200, validator=_positive)
    ratio: int = field(default=100, validator=_positive)
    rows: int = field(default=20_000, validator=_positive)
    columns: int = field(default=200, validator=_positive)
    cells: int = field(default=1_000_000, validator=_positive)
    sheets: int = field(default=100, validator=_positive)
    letters: int = field(default=32_767, validator=_positive)
    memory: int = field(default=512_000_000, validator=_positive)
    cpu: int = field(default=20, validator=_positive)
    wall: float = field(default=24.0, validator=_positive)
    answer: int = field(default=96_000_000, validator=_positive)

    def plain(self) -> dict[str, int | float]:
        """The limits as plain numbers by name, as the child process is told them."""
        return asdict(self)


RATIO_FROM = 8_000_000
"""Bytes unpacked from which :attr:`Limits.ratio` is asked."""
