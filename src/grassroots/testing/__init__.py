"""The kit that authors of plugins import in their own tests; the extra ``testing`` brings what it needs.

``grassroots.testing.storage`` holds the promises of a storage as tests, ``grassroots.testing.saboteurs``
the storages that break one each, which prove that the tests see it. ``grassroots.testing.planner`` is the
same for planners.
"""

import pytest

# Before any of them is imported: their asserts explain themselves in an author's own run too.
pytest.register_assert_rewrite(
    "grassroots.testing.storage", "grassroots.testing.planner", "grassroots.testing.notifier"
)
