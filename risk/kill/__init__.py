"""The kill switch: a file that anybody can write, a thread that looks for it, and the state that keeps it."""

from risk.kill.switch import KILL_FILE, engage, release, standing
from risk.kill.watch import KillWatch

__all__ = ["KILL_FILE", "KillWatch", "engage", "release", "standing"]
