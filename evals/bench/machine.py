"""What a run was measured on."""

import os
import platform
import sqlite3
import statistics
import time
from pathlib import Path
from typing import Any


def describe() -> dict[str, Any]:
    """Processor, memory, versions, and how busy the machine is with other things."""
    return {
        "cpus": os.cpu_count(),
        "processor": _line(Path("/proc/cpuinfo"), "model name") or platform.processor() or "?",
        "memory": _line(Path("/proc/meminfo"), "MemTotal"),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": load(),
        "million_additions_ms": million_additions(),
    }


def million_additions() -> float:
    """Milliseconds of a plain loop: what to divide by before figures of two machines, or hours, are compared."""
    taken: list[float] = []
    for _ in range(5):
        began, total = time.perf_counter(), 0
        for number in range(1_000_000):
            total += number
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken) * 1000, 1)


def load() -> float:
    """The load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def resident_mb(pid: int) -> float:
    """Resident memory of a process in megabytes (10⁶ bytes); 0 where the system does not tell."""
    found = _line(Path(f"/proc/{pid}/status"), "VmRSS").removesuffix("kB").strip()
    return int(found) * 1024 / 1_000_000 if found else 0.0


def processor_seconds(pid: int) -> float:
    """Processor seconds that a process has used, whatever else the machine does; 0 where it is not told."""
    told = Path(f"/proc/{pid}/stat")
    if not told.exists():
        return 0.0
    fields = told.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _line(path: Path, name: str) -> str:
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
