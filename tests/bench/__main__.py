"""``make bench``: every module of this folder that has ``measure()`` gives its figures; they are printed as one table.

``python -m tests.bench judging submitting`` measures only those modules, and ``--rows 10000000`` those that take a size with it.
"""

import argparse
import importlib
import inspect
import pkgutil
from pathlib import Path

from tests.bench.measuring import Figure


def main(wanted: list[str], rows: int | None) -> None:
    """Print figure, floor, ours, ratio and target; a ratio over its target is marked."""
    print(f"{'figure':<64}{'floor':>12}{'ours':>12}{'ratio':>8}{'target':>8}")
    for module in sorted(found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)])):
        if wanted and module not in wanted:
            continue
        measure = getattr(importlib.import_module(f"tests.bench.{module}"), "measure", None)
        sized = {"rows": rows} if rows and measure and "rows" in inspect.signature(measure).parameters else {}
        for figure in measure(**sized) if measure else ():
            made = figure if isinstance(figure, Figure) else Figure(*figure)
            print(
                f"{made.name:<64}{_amount(made.floor, made.unit):>12}{_amount(made.ours, made.unit):>12}"
                f"{made.ratio:>7.2f}×{made.target:>7.1f}×{'' if made.ratio <= made.target else '  over'}",
                flush=True,
            )


def _amount(value: float, unit: str) -> str:
    return f"{value * 1000:,.2f} ms" if unit == "s" else f"{value:,.1f} {unit}"


typed = argparse.ArgumentParser(prog="python -m tests.bench")
typed.add_argument("modules", nargs="*")
typed.add_argument("--rows", type=int)
options = typed.parse_args()
main(options.modules, options.rows)
