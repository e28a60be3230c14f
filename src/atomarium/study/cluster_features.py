"""Features of large sets, computed in chunks wherever there is a worker.

Each chunk is a file that is there or not: stopped anywhere, the same call goes on with those that
are missing. Rows do not depend on what else is computed beside them, so that the result equals
that of one machine bit for bit.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from atomarium.core.errors import counted_from
from atomarium.core.features import Features
from atomarium.core.files import written_atomically
from atomarium.core.hashing import hash_settings
from atomarium.core.structures import Structures
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.feature_cache import Represented
from atomarium.experiment.trial import describe
from atomarium.study.cluster import Executor
from atomarium.study.cluster_files import Parcel

Span = tuple[int, int]


@dataclass(frozen=True)
class ChunkWork:
    """Features that are to be made, chunk by chunk.

    Args:
        candidate: With a representation, settled on all structures.
        structures: All of them.
        place: Where chunks, then all features are kept.
        extensive: Whether they are to predict an extensive target.
    """

    candidate: Candidate
    structures: Parcel[Structures]
    place: Path
    extensive: bool = field(kw_only=True)

    def chunk(self, span: Span) -> Path:
        """Return where the features of a run of structures are kept."""
        return self.place / "chunks" / f"{span[0]:09d}-{span[1]:09d}.npz"

    def probe(self) -> Features:
        """Return the features of one structure, which show what columns and rows are."""
        features = self.candidate.represent(self.structures.opened()[:1], extensive=self.extensive)
        assert isinstance(features, Features)
        return features


def name_of_features(candidate: Candidate, structures: Structures, *, extensive: bool) -> str:
    """Return a name that other features do not have."""
    settings = [describe(candidate), extensive, structures.content_hash()]
    return hash_settings(settings)[:32]


def represent_in_chunks(
    work: ChunkWork,
    executor: Executor,
    *,
    size: int,
    advance: Callable[[int], None] = lambda _: None,
) -> Represented:
    """Return what `Candidate.represent` does, memory-mapped from a folder.

    Args:
        work: What is to be made.
        executor: What makes it.
        size: Structures of a chunk.
        advance: Told the number of structures whenever some are done.

    Raises:
        InputError: the representation refuses a structure, or the executor is lost.
    """
    structures, probe = work.structures.opened(), work.probe()
    place = work.place
    if (place / "values.npy").exists():
        advance(len(structures))
    else:
        spans = list(pairwise([*range(0, len(structures), size), len(structures)]))
        missing = [span for span in spans if not work.chunk(span).exists()]
        advance(len(structures) - sum(stop - start for start, stop in missing))
        for n_done in executor.map(compute_chunk, ((work, span) for span in missing)):
            advance(n_done)
        _join(work, spans, probe)
        shutil.rmtree(place / "chunks", ignore_errors=True)
    features = replace(
        probe,
        values=np.asarray(np.load(place / "values.npy", mmap_mode="r", allow_pickle=False)),
        offsets=structures.offsets,
        numbers=None if probe.numbers is None else structures.numbers,
    )
    return Represented(features, float(np.load(place / "seconds.npy")))


def compute_chunk(work: ChunkWork, span: Span) -> int:
    """Write the features of a run of structures, if they are not there; return how many.

    Raises:
        InputError: the representation refuses a structure; counted from the first of all.
    """
    path = work.chunk(span)
    if not path.exists():
        structures = work.structures.opened()[slice(*span)]
        before = time.thread_time()
        with counted_from(span[0]):
            features = work.candidate.represent(structures, extensive=work.extensive)
        assert isinstance(features, Features)
        seconds = time.thread_time() - before
        with written_atomically(path) as part, part.open("wb") as stream:
            np.savez(stream, values=features.values, seconds=np.array(seconds))
    return span[1] - span[0]


def _join(work: ChunkWork, spans: list[Span], probe: Features) -> None:
    """Write all chunks into one file; they go only when it is whole."""
    structures = work.structures.opened()
    n_rows = structures.n_atoms if probe.rows == "atoms" else len(structures)
    seconds, row = 0.0, 0
    with written_atomically(work.place / "values.npy") as part:
        values = np.lib.format.open_memmap(part, "w+", probe.values.dtype, (n_rows, probe.width))
        for span in spans:
            with np.load(work.chunk(span), allow_pickle=False) as chunk:
                rows = chunk["values"]
                seconds += float(chunk["seconds"])
            values[row : row + len(rows)] = rows
            row += len(rows)
        assert row == n_rows
        values.flush()
        del values
        with written_atomically(work.place / "seconds.npy") as about, about.open("wb") as stream:
            np.save(stream, np.array(seconds))
