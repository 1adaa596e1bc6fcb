"""How much memory the process took at most while something ran; on Linux."""

from pathlib import Path

PROCESS = Path("/proc/self")
RESET_PEAK = "5"  # what `clear_refs` takes for it


def added_at_peak(function):
    """MiB by which the process grew at most, and what the function returned."""
    (PROCESS / "clear_refs").write_text(RESET_PEAK)
    before = _status("VmRSS")
    returned = function()
    return (_status("VmHWM") - before) / 2**10, returned


def _status(name):
    """A line of the process's status, in kB."""
    lines = (PROCESS / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
