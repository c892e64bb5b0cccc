"""Make the bundled English pipeline: ``python -m training``.

Converts, trains, evaluates on the test parts and writes the package. Every stage that is done is left
alone, and one that was stopped (by Ctrl-C, by a fallen machine) goes on where it last saved.
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import spacy
from thinc.api import NumpyOps, set_current_ops

from benchmarks.datasets import DEFAULT_DATA
from benchmarks.extraction import measure_ner, measure_parser
from graphmem.ingest.language import BUNDLED
from graphmem.ingest.naming import register
from training.package import assemble, megabytes, write
from training.stages import Stages, Stopped

STEPS: Final = 12000


class Stop:
    """Whether to stop: told by Ctrl-C or a signal to end."""

    def __init__(self) -> None:
        self.told = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._tell)

    def _tell(self, *_: Any) -> None:
        self.told = True

    def __call__(self) -> bool:
        """Whether it was told."""
        return self.told


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="checkpoints")
    parser.add_argument("--package", type=Path, default=BUNDLED, help="where the pipeline is written")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of the parser; others by proportion")
    parser.add_argument("--minutes", type=float, default=math.inf, help="how long the parser trains at most")
    return parser.parse_args(arguments)


def log(line: str) -> None:
    """A line on standard error, with the time of day."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")


def main(arguments: Sequence[str]) -> int:
    """Run all stages; 0 when the package is written, 75 when stopped before."""
    options = parse(arguments)
    # On processors with AVX-512, OpenBLAS is several times as fast as BLIS.
    set_current_ops(NumpyOps(use_blis=False))
    stages = Stages(options.data, options.work, options.steps, 60 * options.minutes, log, Stop())
    try:
        syntax = stages.uptrained()
        named = stages.named()
    except Stopped:
        log("stopped, all is saved: run the same command to go on")
        return 75
    write(assemble(syntax, named), options.package)
    log(f"{options.package}: {megabytes(options.package)} MB")
    register()
    bundled = spacy.load(options.package)
    figures = {"parser": measure_parser(options.data, bundled), "ner": measure_ner(options.data, bundled)}
    (options.work / "figures.json").write_text(json.dumps(figures, indent=1), "utf-8")
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
