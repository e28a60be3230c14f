"""Take trainings so that no two processes ever have the same one, in a folder that all see.

A claim is a file that only one process can create, `claims/TRAINING.NUMBER`. Its owner beats in a
file beside it. When the process is gone from this machine, or its beat stops, others compete for
the claim of the next number.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atomarium.core.files import read_object, write_json
from atomarium.study.sweep.identity import is_gone, this_worker

#: A process of another machine that has not beaten for so long is lost.
SECONDS_WITHOUT_BEAT = 90.0
_FOLDER, _OVER = "claims", "over"


@dataclass
class TrialClaims:
    """What this process has and sees of the claims of a study.

    Args:
        folder: The run folder.
        patience: Seconds without a beat after which a process of another machine is lost.
    """

    folder: Path
    patience: float = SECONDS_WITHOUT_BEAT
    _mine: dict[str, Path] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _heart: threading.Thread | None = field(init=False, default=None)
    #: By claim: the last beat seen, and when it was seen first by the clock of this process.
    _beats: dict[Path, tuple[str, float]] = field(init=False, default_factory=dict)

    def take(self, training: str) -> bool:
        """Tell whether a training is this process's alone from now on."""
        number, latest = self._latest(training)
        if latest is not None:
            known = self._read(latest)
            if known is not None and not self._is_free(latest, known):
                return False
        path = self.folder / _FOLDER / f"{training}.{number + 1}"
        if not _create(path, this_worker().plain()):
            return False
        with self._lock:
            self._mine[training] = path
        self._begin_to_beat()
        return True

    def end(self, training: str) -> None:
        """Say that a training of this process has come to an end; nobody else is to do it."""
        with self._lock:
            path = self._mine.pop(training)
        write_json(path, {_OVER: True})
        _beat_of(path).unlink(missing_ok=True)

    def drop(self, training: str) -> None:
        """Give a training back, to be taken by whoever is next."""
        with self._lock:
            path = self._mine.pop(training)
        path.unlink(missing_ok=True)
        _beat_of(path).unlink(missing_ok=True)

    def is_over(self, training: str) -> bool:
        """Tell whether somebody has brought a training to an end since the study was started."""
        _, latest = self._latest(training)
        return latest is not None and _OVER in (self._read(latest) or {})

    def forget(self) -> None:
        """Let what is over be done anew: somebody starts the study once more."""
        for path in list((self.folder / _FOLDER).glob("*.[0-9]*")):
            known = self._read(path)
            if known is not None and (_OVER in known or is_gone(known)):
                path.unlink(missing_ok=True)
                _beat_of(path).unlink(missing_ok=True)
        with suppress(OSError):  # not there, or others are at work
            (self.folder / _FOLDER).rmdir()

    def _latest(self, training: str) -> tuple[int, Path | None]:
        found = [
            (int(path.suffix[1:]), path)
            for path in (self.folder / _FOLDER).glob(f"{training}.*")
            if path.suffix[1:].isdigit()
        ]
        return max(found, default=(0, None))

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            return read_object(path)
        except (OSError, ValueError):
            return None

    def _is_free(self, path: Path, known: dict[str, Any]) -> bool:
        if _OVER in known:
            return False
        if is_gone(known):
            return True
        try:
            beat = _beat_of(path).read_text(encoding="utf-8")
        except OSError:
            beat = ""
        now = time.monotonic()
        seen = self._beats.get(path)
        if seen is None or seen[0] != beat:
            seen = self._beats[path] = beat, now
        return now - seen[1] > self.patience

    def _begin_to_beat(self) -> None:
        if self._heart is None:
            self._heart = threading.Thread(target=self._beat, daemon=True)
            self._heart.start()

    def _beat(self) -> None:
        count = 0
        while True:
            time.sleep(self.patience / 6)
            count += 1
            with self._lock:
                mine = list(self._mine.values())
            for path in mine:
                with suppress(OSError):  # whoever trains will see it, too
                    _beat_of(path).write_text(str(count), encoding="utf-8")


def _beat_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.beat")


def _create(path: Path, content: dict[str, Any]) -> bool:
    """Create a file with its content at once; return False when it was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    part.write_text(json.dumps(content), encoding="utf-8")
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    finally:
        part.unlink(missing_ok=True)
    return True
