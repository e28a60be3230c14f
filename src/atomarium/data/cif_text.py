"""The grammar of CIF: data blocks of items and loops, every value with its line.

Source: S. R. Hall, F. H. Allen, I. D. Brown, Acta Cryst. A47, 655 (1991); names of the newer
dictionaries, `_atom_site.fract_x`, are read as `_atom_site_fract_x`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from atomarium.core.errors import InputError

_WORD = re.compile(r"""'(?:[^']|'(?!\s|$))*'(?=\s|$)|"(?:[^"]|"(?!\s|$))*"(?=\s|$)|\#.*|\S+""")
_UNKNOWN = {"?", "."}


@dataclass(frozen=True)
class Value:
    """A value, or a name, as it stands in the file.

    Args:
        text: Without quotes.
        line: Its line, from 1.
        quoted: Whether it stood in quotes, so that it is a value whatever it looks like.
    """

    text: str
    line: int
    quoted: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether it is ? or . in place of a value."""
        return not self.quoted and self.text in _UNKNOWN


@dataclass
class Block:
    """One `data_` block.

    Args:
        name: What stands behind `data_`.
        items: Single values by lower-case name.
        loops: Tables: columns by lower-case name, all of one length.
    """

    name: str
    items: dict[str, Value] = field(default_factory=dict)
    loops: list[dict[str, list[Value]]] = field(default_factory=list)

    def loop_with(self, name: str) -> dict[str, list[Value]]:
        """Return the table that has a column of this name, or an empty one."""
        return next((loop for loop in self.loops if name in loop), {})


def parse_cif(text: str, where: object) -> list[Block]:
    """Return the data blocks of a CIF.

    Args:
        text: The whole file.
        where: The file, for messages.

    Raises:
        InputError: the text is no CIF; the message names the line.
    """
    blocks: list[Block] = []
    values = list(_values(text, where))
    place = 0
    while place < len(values):
        value = values[place]
        lower = "" if value.quoted else value.text.lower()
        if lower.startswith("data_"):
            blocks.append(Block(value.text[5:]))
            place += 1
        elif not blocks:
            raise InputError(f"{where}, line {value.line}: expected data_, got {value.text[:40]!r}")
        elif lower == "loop_":
            place = _read_loop(values, place + 1, blocks[-1], where)
        elif lower.startswith("_"):
            if place + 1 == len(values) or _is_name(values[place + 1]):
                raise InputError(f"{where}, line {value.line}: {value.text} has no value")
            blocks[-1].items[_name(value)] = values[place + 1]
            place += 2
        else:
            raise InputError(f"{where}, line {value.line}: no name before {value.text[:40]!r}")
    return blocks


def _read_loop(values: list[Value], place: int, block: Block, where: object) -> int:
    names: list[str] = []
    while place < len(values) and not values[place].quoted and values[place].text[0] == "_":
        names.append(_name(values[place]))
        place += 1
    first = place
    while place < len(values) and not _is_name(values[place]):
        place += 1
    rows = values[first:place]
    if not names or len(rows) % len(names):
        line = values[min(first, len(values) - 1)].line
        raise InputError(
            f"{where}, line {line}: a loop of {len(names)} columns has {len(rows)} values"
        )
    block.loops.append({name: rows[column :: len(names)] for column, name in enumerate(names)})
    return place


def _is_name(value: Value) -> bool:
    lower = value.text[:5].lower()
    return not value.quoted and (lower[:1] == "_" or lower in {"loop_", "data_"})


def _name(value: Value) -> str:
    return value.text.lower().replace(".", "_")


def _values(text: str, where: object) -> Iterator[Value]:
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        if line.startswith(";"):
            field_lines = [line[1:]]
            for _, follower in lines:
                if follower.startswith(";"):
                    break
                field_lines.append(follower)
            else:
                raise InputError(f"{where}, line {number}: a text begins with ; and never ends")
            yield Value("\n".join(field_lines), number, quoted=True)
            continue
        for match in _WORD.finditer(line):
            word = match[0]
            if word[0] == "#":
                continue
            if word[0] in "'\"" and len(word) > 1 and word[-1] == word[0]:
                yield Value(word[1:-1], number, quoted=True)
            else:
                yield Value(word, number)
