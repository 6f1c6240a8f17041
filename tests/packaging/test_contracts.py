"""Each import contract is seen to fail once."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("agent", "evals", "memory", "prompts", "tools")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {
    contract["id"]: contract for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
}

VIOLATIONS = [
    ("house", "tools.kit", "agent.settings"),
    ("house", "agent.settings", "evals"),
    ("house", "memory.store", "tools.kit"),
    ("house", "memory.store", "prompts"),
    ("agent", "agent.settings", "agent.gate"),
    ("agent", "agent.gate", "agent.toolset"),
    ("agent", "agent.jobs", "agent.channels.http"),
    ("channels", "agent.channels.slack", "agent.channels.trpc"),
    ("trades", "tools.leads.queries", "tools.booking.service"),
    ("trades", "tools.invoicing.queries", "tools.catalog"),
    ("ports", "tools.leads.rules", "tools.leads.providers.local"),
    ("ports", "tools.booking.queries", "tools.booking.providers.local"),
    ("ports", "tools.booking.actions", "tools.leads.providers.local"),
    ("ports", "tools.leads.service", "tools.leads.providers.local"),
    ("frameworks", "tools.kit", "pydantic_ai"),
    ("frameworks", "memory.store", "fastapi"),
    ("frameworks", "prompts.render", "slack_bolt"),
    ("litellm", "agent.assistant", "litellm"),
    ("litellm", "memory.vectors", "litellm"),
    ("chromadb", "agent.conversations", "chromadb"),
    ("dbos", "agent.gate.executor", "dbos"),
    ("dbos", "memory.store", "dbos"),
]


def module_file(root: Path, module: str) -> Path:
    """The file of a module of the copy, made with its packages where it is not there yet."""
    path = root.joinpath(*module.split("."))
    if (path / "__init__.py").exists():
        return path / "__init__.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    packages = [parent for parent in path.parents if parent.is_relative_to(root) and parent != root]
    for package in packages:
        (package / "__init__.py").touch()
    file = path.with_suffix(".py")
    file.touch()
    return file


def seed(root: Path, module: str, imported: str) -> None:
    if imported.split(".")[0] in PACKAGES:
        module_file(root, imported)
    with module_file(root, module).open("a") as file:
        file.write(f"\nimport {imported}\n")


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [command, "--no-cache", "--no-logo"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def copy_of_the_house(folder: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=only_sources)
    return folder


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What import-linter says about a house with all violations in it, by contract."""
    house = copy_of_the_house(tmp_path_factory.mktemp("house"))
    for _, module, imported in VIOLATIONS:
        seed(house, module, imported)

    result = lint_imports(house)

    assert result.returncode == 1, result.stdout + result.stderr
    report = result.stdout.split("Broken contracts", 1)[1]
    parts = re.split(r"^(.+)\n-{3,}\n", report, flags=re.MULTILINE)
    said = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {id: said.get(contract["name"], "kept") for id, contract in CONTRACTS.items()}


def only_sources(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not (name.endswith(".py") or (Path(folder) / name).is_dir())]


@pytest.mark.parametrize(("contract", "module", "imported"), VIOLATIONS)
def test_a_violation_breaks_its_contract(
    complaints: dict[str, str], contract: str, module: str, imported: str
) -> None:
    assert f"{module} -> {imported} " in complaints[contract]


def test_a_module_of_agent_without_a_place_breaks_the_contract(tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path)
    module_file(house, "agent.unplaced")

    result = lint_imports(house)

    assert result.returncode == 1
    assert "- agent.unplaced" in result.stdout


def test_every_contract_has_been_seen_to_fail() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(CONTRACTS)


def test_every_trade_is_named_in_the_contract_between_trades() -> None:
    trades = {path.parent.name for path in ROOT.glob("tools/*/queries.py")}
    trades |= {path.parent.name for path in ROOT.glob("tools/*/actions.py")}

    named = set(re.findall(r"\w+", " ".join(CONTRACTS["trades"]["layers"])))

    assert trades <= named
