"""A memory's life at random, held against a model: ``python -m benchmarks.machine --steps 200000``.

The machine is that of the tests. It is run in batches until so many steps are taken, in as many processes as
are asked for; a fault ends its batch, and is told with the steps that lead to it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from traceback import format_exception
from typing import Final

from benchmarks.measures import table
from graphmem.errors import GraphMemError

TESTS: Final = Path(__file__).resolve().parent.parent / "tests"
RUNS: Final = 50
"""Runs of a batch, each of a memory of its own."""
RUN: Final = 50
"""Steps of a run, at most."""
FAULTS: Final = (AssertionError, AttributeError, GraphMemError, LookupError, TypeError, ValueError)


def batch(runs: int) -> tuple[Counter[str], str]:
    """What so many runs came to, and the fault that ended them, if any."""
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis.stateful import run_state_machine_as_test
    from machine import Machine

    Machine.told.clear()
    how = settings(
        max_examples=runs,
        stateful_step_count=RUN,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],  # a fault is told as it was met: to make it small can take long
        report_multiple_bugs=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    fault = ""
    try:
        run_state_machine_as_test(Machine, settings=how)
    except FAULTS as error:
        fault = "".join(format_exception(error))
    return Counter(Machine.told), fault


def batches(steps: int, jobs: int) -> Iterator[tuple[Counter[str], str]]:
    """Batches until so many steps are taken; each process reads the documents once."""
    taken = 0
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(batch, RUNS) for _ in range(jobs)}
        while running:
            done = next(as_completed(running))
            running.remove(done)
            told, fault = done.result()
            taken += told["steps"]
            yield told, fault
            if taken < steps:
                running.add(pool.submit(batch, RUNS))


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    asked = parser.parse_args()
    begin, total, faults = time.perf_counter(), Counter[str](), list[str]()
    for told, fault in batches(asked.steps, asked.jobs):
        total += told
        if fault:
            faults.append(fault)
            print(fault, flush=True)
        seconds = time.perf_counter() - begin
        done = f"{total['steps']} steps, {total['commits']} commits, {len(faults)} faults, {seconds:.0f} s"
        print(done, flush=True)
    print(table({name: {"times": number} for name, number in sorted(total.items())}))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
