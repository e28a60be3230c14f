"""Names that every system takes for a file, so that folders can be copied anywhere."""

from __future__ import annotations

import re

_UNFIT = re.compile(r"[/\\:*?\"<>|\x00-\x1f\x7f\ud800-\udfff]")
#: Devices on Windows, whatever follows a dot; see "Naming Files, Paths, and Namespaces" there.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)
_MOST_BYTES = 200


def fault_of_name(name: str) -> str:
    """Return why something cannot be the name of a file on every system; empty when it can.

    Args:
        name: Without folders; an ending may follow it.
    """
    unfit = _UNFIT.search(name)
    if unfit:
        return f"it holds {unfit[0]!a}"
    if not name or name[0] in " ." or name[-1] in " .":
        return "it is empty, or begins or ends with a blank or a dot"
    if _DEVICE.match(name):
        return f"{name.partition('.')[0]} is a device on Windows"
    n_bytes = len(name.encode())
    return f"it is longer than {_MOST_BYTES} bytes" if n_bytes > _MOST_BYTES else ""
