"""What is installed, what is locked, and what is committed."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"agent", "evals", "memory", "prompts", "tools"}
LOCKS = sorted(path.name for path in (ROOT / "requirements").iterdir())
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# Written in halves, so that this file does not name what it looks for.
FOREIGN = re.compile(
    "|".join(
        (
            r"python" + r"hosted\.org",
            r"pypi\." + r"(?:org|python)",
            r"registry\." + r"(?:npmjs|yarnpkg)",
            r"deb\." + r"debian\.org",
            r"(?:^|[\s\"'=:(])/(?:ro" + r"ot|wo" + r"rk|ho" + r"me|Us" + r"ers)/\w",
        )
    ),
    re.MULTILINE,
)


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if (ROOT / name).is_file()]


def pins(lock: str) -> dict[str, str]:
    """Each requirement of a lock, with its hashes behind it."""
    text = (ROOT / "requirements" / lock).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {line.split(" --hash")[0].strip(): line for line in lines}


def test_no_other_distribution_ships_a_package_named_like_ours() -> None:
    owners = packages_distributions()

    ours = {owner for package in PACKAGES for owner in owners.get(package, ())}

    assert ours <= {"friday-ops"}


def test_the_locks_are_the_ones_that_make_installs() -> None:
    assert LOCKS == ["app.lock", "bootstrap.txt", "dev.lock"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()

    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash=", ""), re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_in_a_lock_has_one_version_and_its_hashes(lock: str) -> None:
    wrong = [
        pin
        for pin, line in pins(lock).items()
        if not re.match(r"[a-z0-9-]+==\S+", pin) or "--hash=sha256:" not in line
    ]

    assert wrong == []


def test_the_development_lock_holds_the_versions_of_the_application() -> None:
    assert set(pins("app.lock").items()) <= set(pins("dev.lock").items())


def test_every_dependency_is_locked() -> None:
    wanted = PYPROJECT["project"]["dependencies"] + PYPROJECT["dependency-groups"]["build"]
    names = {re.split(r"[\[<>=]", requirement)[0].lower() for requirement in wanted}

    assert names <= {pin.split("==")[0] for pin in pins("app.lock")}


def test_no_committed_file_names_a_registry_or_the_folders_of_a_machine() -> None:
    texts = [(path, path.read_bytes().decode(errors="ignore")) for path in committed()]

    named = [
        f"{path.relative_to(ROOT)}: {match.group(0).strip()}"
        for path, text in texts
        for match in FOREIGN.finditer(text)
    ]

    assert named == []


@pytest.mark.slow
def test_the_wheel_ships_every_committed_file_of_the_packages(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    subprocess.run(
        [uv, "build", "--quiet", "--wheel", "--no-build-isolation", "--out-dir", tmp_path, ROOT],
        check=True,
        timeout=120,
    )
    (wheel,) = tmp_path.glob("friday_ops-*.whl")

    shipped = set(zipfile.ZipFile(wheel).namelist())

    ours = {path.relative_to(ROOT) for path in committed()}
    expected = {path.as_posix() for path in ours if path.parts[0] in PACKAGES}
    assert expected <= shipped
