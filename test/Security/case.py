"""A hostile file: how to write it, and what must come of it."""
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BAD_INPUT = 1
UNSUPPORTED = 3


@dataclass
class Case:
    """`write` puts the model (and what lies beside it) into a folder."""
    name: str
    write: Callable[[Path], None]
    exit_codes: tuple[int, ...]
    pattern: str
    # Valid, but too large to compile: `dlc check` may find nothing wrong.
    valid: bool = False
