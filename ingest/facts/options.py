"""The option of commands by which a user adds relations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

RelationsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--relations", help="Relations of your own beside the known (TOML; docs/relations.md)."),
]
