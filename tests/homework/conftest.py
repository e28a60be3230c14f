"""The homework's own modules: notebooks hold them, and programs import them by their names."""

from __future__ import annotations

import sys
from pathlib import Path

_HOMEWORK = Path(__file__).resolve().parents[2] / "examples" / "homework"
if str(_HOMEWORK) not in sys.path:
    sys.path.insert(0, str(_HOMEWORK))
