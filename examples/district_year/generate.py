"""Write the year 2021 of an invented district as the sheets that its offices would hand in.

    python examples/district_year/generate.py OUT [--seed N] [--variant NAME] [--scale K]

The same seed gives the same bytes. Everybody in it is invented. README.md says what is inside.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from year_maker.activities import make_activities  # noqa: E402
from year_maker.books import write_books  # noqa: E402
from year_maker.care import make_care  # noqa: E402
from year_maker.desk import make_desk  # noqa: E402
from year_maker.model import Year  # noqa: E402
from year_maker.more import MOST, make_more  # noqa: E402
from year_maker.odd import make_odd  # noqa: E402
from year_maker.people import make_people  # noqa: E402
from year_maker.posts import make_posts  # noqa: E402
from year_maker.signing import make_signins  # noqa: E402
from year_maker.variants import CHANGES, VARIANTS  # noqa: E402

__all__ = ["MOST", "VARIANTS", "generate", "make_year"]

SEED = 2021


def make_year(seed: int = SEED, variant: str | None = None, scale: int = 1) -> Year:
    """The whole year as clean rows; ``variant`` is a name of VARIANTS."""
    if not 1 <= scale <= MOST:
        raise ValueError(f"scale must be 1 to {MOST}, not {scale}")
    year = Year(seed, charter=(HERE / "charter.toml").read_text(encoding="utf-8"))
    for make in (make_people, make_posts, make_activities, make_signins, make_desk, make_care, make_odd):
        make(year)
    if scale > 1:
        make_more(year, scale)
    if variant is not None:
        CHANGES[variant](year)
    return year


def generate(out: Path, seed: int = SEED, variant: str | None = None, scale: int = 1) -> list[Path]:
    """Write the sheets and the charter into the folder ``out``; gives the paths, the charter first."""
    year = make_year(seed, variant, scale)
    out.mkdir(parents=True, exist_ok=True)
    charter = out / "charter.toml"
    charter.write_text(year.charter, encoding="utf-8", newline="\n")
    return [charter, *write_books(year, out)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sheets of an invented district for 2021.")
    parser.add_argument("out", type=Path, help="the folder to write to")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--variant", choices=sorted(VARIANTS), help="a few rows changed: see VARIANTS")
    parser.add_argument("--scale", type=int, default=1, help=f"1 to {MOST}: how much daily work besides")
    asked = parser.parse_args()
    if not 1 <= asked.scale <= MOST:
        parser.error(f"--scale must be 1 to {MOST}")
    for path in generate(asked.out, asked.seed, asked.variant, asked.scale):
        print(path)


if __name__ == "__main__":
    main()
