"""Runs the real TypeScript client, from npm, against a server."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class CannotRun(Exception):
    """Node, or the packages of package-lock.json, cannot be had here."""


class NodeClient:
    """`node <script> <base url> <token> <question as JSON>`, and the TypeScript compiler."""

    def run(self, script: str, base_url: str, token: str = "", **question: Any) -> Any:
        """What the script printed. Raises AssertionError with its stderr when it failed."""
        asked = json.dumps(question)
        done = _command("node", script, base_url, token, asked, folder=HERE, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def compile(self, folder: Path) -> list[str]:
        """Every complaint of `tsc --noEmit` about the `.ts` files of `folder`."""
        modules = folder / "node_modules"
        if not modules.exists():
            modules.symlink_to(HERE / "node_modules", target_is_directory=True)
        options = ["--noEmit", "--strict", "--pretty", "false", "--skipLibCheck"]
        target = ["--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"]
        files = sorted(str(path.name) for path in folder.glob("*.ts"))
        compiler = HERE / "node_modules" / "typescript" / "bin" / "tsc"
        done = _command(
            "node", str(compiler), *options, *target, *files, folder=folder, timeout=120
        )
        return [line for line in done.stdout.splitlines() if "error TS" in line]


def installed() -> NodeClient:
    """The client, after `npm ci` where that has not been done for this lock file."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise CannotRun("node and npm are needed for the tests with the real tRPC client")
    lock = HERE / "package-lock.json"
    stamp = HERE / "node_modules" / ".installed-from"
    with (HERE / ".npm-ci.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != lock.read_text():
            done = _command("npm", "ci", "--no-audit", "--no-fund", folder=HERE, timeout=300)
            if done.returncode != 0:
                raise CannotRun(f"npm ci failed: {done.stderr.strip()[-400:]}")
            stamp.write_text(lock.read_text())
    return NodeClient()


def _command(*command: str, folder: Path, timeout: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
