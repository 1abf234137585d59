"""The first layout: networks and their heads, journal, what facts are about, acts, what was declared."""

import sqlalchemy as sa
from alembic import context, op

from grassroots.plugins.sql.schema import BYTES, NUMBER, WHOLE, long_text, options, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables. ``if_not_exists``: a server without transactions for tables may have been killed."""
    given = context.config.attributes
    prefix: str = given["prefix"]
    collation: str = given["collation"]
    more = options(collation)
    rowless = {**more, "sqlite_with_rowid": False}
    id, act, kind = text(64, collation), text(128, collation), text(31, collation)
    op.create_table(
        f"{prefix}network",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("name", id, nullable=False, unique=True),
        if_not_exists=True,
        sqlite_autoincrement=True,
        **more,
    )
    op.create_table(
        f"{prefix}head",
        sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("position", WHOLE, nullable=False),
        if_not_exists=True,
        **more,
    )
    op.create_table(
        f"{prefix}journal",
        sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("position", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("batch", act, nullable=False),
        sa.Column("about", long_text(collation), nullable=False),
        sa.Column("body", BYTES, nullable=False),
        if_not_exists=True,
        **rowless,
    )
    op.create_table(
        f"{prefix}about",
        sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("kind", kind, primary_key=True),
        sa.Column("id", id, primary_key=True),
        sa.Column("position", WHOLE, primary_key=True, autoincrement=False),
        if_not_exists=True,
        **rowless,
    )
    op.create_table(
        f"{prefix}batch",
        sa.Column("net", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("id", act, primary_key=True),
        sa.Column("digest", act, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        if_not_exists=True,
        **rowless,
    )
    op.create_table(
        f"{prefix}declared",
        sa.Column("kind", kind, primary_key=True),
        sa.Column("name", text(255, collation), primary_key=True),
        sa.Column("type", text(16, collation), nullable=False),
        if_not_exists=True,
        **more,
    )
