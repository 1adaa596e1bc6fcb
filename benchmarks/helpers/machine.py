"""Where a benchmark ran: the part of every result file that says how to read its figures."""

import importlib.metadata
import os
import platform
import re
from datetime import date
from pathlib import Path

PACKAGES = ("tensorflow", "keras", "numpy", "torch")


def facts():
    """The date, the machine, and the version of each package that is installed."""
    return {
        "date": date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "cpu": cpu_name(),
        "python": platform.python_version(),
        **{name: version for name in PACKAGES if (version := installed_version(name))},
    }


def cpu_name():
    information = Path("/proc/cpuinfo")
    text = information.read_text() if information.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else platform.processor() or "not named"


def installed_version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
