"""How everything is measured: ours and the floor in turns, so that whatever else the machine does hits both."""

import gc
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table: seconds (or another unit) of the floor and of ours, and the ratio that we promise."""

    name: str
    floor: float
    ours: float
    target: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Ours against the floor."""
        return self.ours / self.floor


def in_turns(floor: Callable[[], object], ours: Callable[[], object], *, times: int = 7) -> tuple[float, float]:
    """Median seconds of both after one warm-up each, alternating."""
    taken: tuple[list[float], list[float]] = ([], [])
    floor(), ours()
    for _turn in range(times):
        for of, call in zip(taken, (floor, ours), strict=True):
            gc.collect()
            start = time.perf_counter()
            call()
            of.append(time.perf_counter() - start)
    return statistics.median(taken[0]), statistics.median(taken[1])


def own_peak() -> float:
    """Peak memory in MB of this program alone: what ``getrusage`` tells includes the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024
