"""What every test relies on: checked shapes, few threads, real data where they are."""

from __future__ import annotations

import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

# Tests run side by side, so each takes few threads; two, because results must not depend on it.
# Read when numpy and numba are imported, so it stands before them; programs we start inherit it.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "2")

import hypothesis
import jaxtyping
import pytest
from jaxtyping import install_import_hook

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

_ROOT = Path(__file__).resolve().parents[1]
_REAL_DATA = _ROOT.parent / "shared" / "data"
#: numba compiles the functions of these itself; what calls them checks the shapes.
_COMPILED = (
    "atomarium.core._kernels",
    "atomarium.core._search",
    "atomarium.represent._kernels",
    "atomarium.models._kernels",
)


class _CompiledFinder(MetaPathFinder):
    """Find modules of compiled functions as they are, before the checking hook can wrap them."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        del target
        if any(name == module or name.startswith(f"{module}.") for module in _COMPILED):
            return PathFinder.find_spec(name, path)
        return None


# No example is too slow on a busy machine, and a change that has nothing to do with it must not
# meet a new one.
hypothesis.settings.register_profile(
    "atomarium", deadline=None, derandomize=bool(os.environ.get("CI"))
)
hypothesis.settings.load_profile("atomarium")
install_import_hook("atomarium", "type_checking.check_types")
sys.meta_path.insert(0, _CompiledFinder())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for real data."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker("real_data")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the folder of the checkout."""
    return _ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data sets, or skip the test where there is none."""
    if not _REAL_DATA.is_dir():
        pytest.skip(f"no real data sets in {_REAL_DATA}")
    return _REAL_DATA


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    """Keep features of tests apart from those of the user."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATOMARIUM_CACHE", str(tmp_path_factory.mktemp("features")))
        yield


@pytest.fixture
def unchecked() -> Generator[None]:
    """Call as users do, without checked shapes, so that our own guards answer."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)
