"""What tests of every floor may ask for: database servers, properties that do not hurry, a sealed suite."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from tests import sealed_run
from tests.servers.mariadb import FAST as FAST_MARIADB
from tests.servers.mariadb import MariaDB
from tests.servers.postgresql import FAST as FAST_POSTGRESQL
from tests.servers.postgresql import PostgreSQL
from tests.servers.shared import end_all, shared

# A busy machine is no bug: a property fails by what it finds, never by how long it took.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=(HealthCheck.too_slow,)
)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a PostgreSQL server, one for the whole run."""
    return shared(tmp_path_factory, "postgresql", lambda: PostgreSQL(*FAST_POSTGRESQL))


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a MariaDB server, one for the whole run."""
    return shared(tmp_path_factory, "mariadb", lambda: MariaDB(*FAST_MARIADB))


def pytest_configure(config: pytest.Config) -> None:
    """With GRASSROOTS_TEST_SEALED=1 every network is sealed (tests/sealed_run.py)."""
    if sealed_run.SEALED_SUITE:
        config.pluginmanager.register(sealed_run)
        config.pluginmanager.register(sealed_run.Nodes)
        sealed_run.begin()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The process that began the run ends its servers; those that it shared tests out to do not."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    if factory is not None and not hasattr(session.config, "workerinput"):
        end_all(factory.getbasetemp())
