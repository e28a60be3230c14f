"""The page on networks runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

pytest.importorskip("torch")


def test_the_example_runs(repository):
    text = (repository / "docs" / "networks.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "torch.Size([32, 1])" in done.stdout
