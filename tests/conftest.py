"""Lets the asserts of the shared promises explain themselves when they fail."""

import pytest

pytest.register_assert_rewrite(
    "tests.plugins.storage_base",
    "tests.plugins.storage_records",
    "tests.plugins.storage_writing",
    "tests.plugins.storage_sharing",
)
