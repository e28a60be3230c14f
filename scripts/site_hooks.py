"""What mkdocs does beside rendering: put the gallery in, and refuse pages that load from elsewhere.

Named under `hooks` in mkdocs.yml; `make docs` runs it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gallery import gallery_of, results_of

_ROOT = Path(__file__).resolve().parents[1]
_GALLERY = "<!-- gallery -->"
_RESULTS = re.compile(r"<!-- results: (?P<study>[\w-]+) -->")
#: Whatever a browser would fetch by itself; links that a reader may follow are none of these.
_LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=\"?(?P<address>(?:https?:)?//[^\s\">]+)"
    r"|<link\b(?=[^>]*\brel=\"?(?:stylesheet|preload|preconnect|icon))[^>]*"
    r"\bhref=\"?(?P<linked>(?:https?:)?//[^\s\">]+)"
)
#: Blocks say for tests what they need and why they are not run; pages show their titles alone.
_FENCE = re.compile(
    r"^( *```\w+)(?:(?: (?:not_run|needs|without|quick)=\"[^\"\n]*\")|( title=\"[^\"\n]*\"))+$",
    re.MULTILINE,
)
#: Files of the repository that pages link to, by what they are called from the pages.
_REPOSITORY = re.compile(
    r"\]\((?:\.\./)+(?P<path>(?:studies|benchmarks|examples|CITATION|CONTRIBUTING|CHANGELOG)[^)]*)\)"
)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put gallery and results in their places; name files of the repository, which is not the site."""
    kept = _ROOT / "docs" / "gallery"
    if _GALLERY in markdown:
        markdown = markdown.replace(_GALLERY, gallery_of(kept))
    markdown = _RESULTS.sub(lambda found: results_of(kept, found["study"]), markdown)
    markdown = _FENCE.sub(r"\1\2", markdown)
    return re.sub(rf"\[([^\]]*){_REPOSITORY.pattern}", r"\1", markdown)


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Refuse a page that loads anything from the network, or shows a block of code as text.

    Raises:
        SystemExit: it does.
    """
    if "<p>```" in output:
        raise SystemExit(f"{page.file.src_path} has a block of code that is not understood")
    if found := _LOADED.search(output):
        address = found["address"] or found["linked"]
        raise SystemExit(f"{page.file.src_path} loads {address}: pages must work offline")
    return output
