"""Write the numbers of qmllib that FCHL19 is compared with.

Made with qmllib 1.2.0, numpy 2.4.6: `python -m tests.references.make_fchl19_qmllib`, in the folder
of the checkout. Derivatives are kept for one of the settings, so that the file stays small.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from qmllib.representations import generate_fchl19
from tests.represent.fchl19_cases import ELEMENTS, SETTINGS, molecules


def main() -> None:
    """Write fchl19_qmllib.npz beside this file."""
    kept: dict[str, np.ndarray] = {}
    for name, (_, theirs) in SETTINGS.items():
        for k, (charges, places) in enumerate(molecules()):
            rows, slopes = generate_fchl19(
                charges, places, elements=ELEMENTS, gradients=True, **theirs
            )
            kept[f"{name} {k}"] = rows
            if name == "short":
                kept[f"gradients {k}"] = slopes
    np.savez_compressed(Path(__file__).with_name("fchl19_qmllib.npz"), **kept)


if __name__ == "__main__":
    main()
