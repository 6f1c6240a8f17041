"""The public calendar, and what it costs to look into it."""

import subprocess
import sys


def test_one_country_is_loaded_and_no_other() -> None:
    asked = (
        "import datetime as dt, sys\n"
        "from tools.values.workdays import public_holidays\n"
        "print(public_holidays('DK', 2026, 'da')[dt.date(2026, 12, 25)])\n"
        "print(dt.date(2026, 6, 6) in public_holidays('SE', 2026))\n"
        "print(sorted(name for name in sys.modules if name.startswith('holidays.countries.')))\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert told == [
        "Juledag",
        "True",
        "['holidays.countries.denmark', 'holidays.countries.sweden']",
    ]
