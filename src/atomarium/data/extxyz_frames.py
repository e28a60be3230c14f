"""Where structures begin and end in the text of an XYZ file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from atomarium.core.errors import InputError


@dataclass
class Frames:
    """Structures as text.

    Args:
        next_line: The line behind the last structure.
        lines: Number of the line, from 1, where each begins.
        sizes: Atoms of each.
        comments: The second line of each.
        bodies: The lines of atoms of each.
    """

    next_line: int
    lines: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def line_of_atom(self, first: int, row: int) -> int:
        """Return the line of an atom, counted from the first atom of structure `first`."""
        for line, size in zip(self.lines[first:], self.sizes[first:], strict=True):
            if row < size:
                return line + 2 + row
            row -= size
        return self.next_line


def walk_frames(
    text: bytes, *, path: Path, first_line: int, is_end: bool = False
) -> tuple[Frames, int]:
    """Return the whole structures at the beginning of a text and the bytes they take.

    Args:
        text: What follows the structures before.
        path: The file, for messages.
        first_line: Number of the first line of the text.
        is_end: Whether the file ends with this text, so that no structure may be left half.

    Raises:
        InputError: a number of atoms is missing, or the file ends inside a structure.
    """
    if b"\0" in text:
        raise InputError(f"{path}: is no text, it has NUL bytes")
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")).tolist()
    if is_end and not text.endswith(b"\n"):
        ends.append(len(text))
    frames = Frames(next_line=first_line)
    row, start = 0, 0
    while row < len(ends):
        head = text[start : ends[row]].strip()
        if not head:
            start, row = ends[row] + 1, row + 1
            continue
        line = first_line + row
        n_atoms = _count(head, frames, f"{path}, line {line}")
        last = row + 1 + n_atoms
        if last >= len(ends):
            if is_end:
                follow = max(len(ends) - row - 2, 0)
                raise InputError(
                    f"{path}, line {line}: says {n_atoms} atoms, but the file ends after {follow}"
                )
            break
        frames.lines.append(line)
        frames.sizes.append(n_atoms)
        frames.comments.append(_decoded(text[ends[row] + 1 : ends[row + 1]], path, line + 1))
        frames.bodies.append(text[ends[row + 1] + 1 : ends[last]])
        start, row = ends[last] + 1, last + 1
    frames.next_line = first_line + row
    return frames, min(start, len(text))


def _count(head: bytes, frames: Frames, where: str) -> int:
    if head.isdigit():
        return int(head)
    got = head[:40].decode("utf-8", errors="replace")
    before = ""
    if frames.lines:
        before = f"; the structure before, at line {frames.lines[-1]}, says {frames.sizes[-1]}"
    raise InputError(f"{where}: expected the number of atoms, got {got!r}{before}")


def _decoded(comment: bytes, path: Path, line: int) -> str:
    try:
        return comment.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}, line {line}: not UTF-8 text") from error
