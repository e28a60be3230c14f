"""Do what a document tells its reader to do, in one process: `python document_session.py DOCUMENT`.

Blocks of one document share their names and their folder, as they do for a reader who follows it.
Commands of atomarium are called inside of this process, so that each costs what it does and no
more; all others go to the shell, and with `--processes` these, too.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
import traceback
import warnings
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

import tomli_w

from document_blocks import Block, blocks_of

#: These make the environment that the tests run in, or run the tests, or open a notebook.
_ALREADY_DONE = ("make ", "pip install ", "git clone ", "cd ")
#: This ends with 1 when it finds something, and it finds something in the reader's file.
_FINDS = "atomarium data check "
#: Makes a run folder for documents that speak of that of the demo.
_DEMO = ["atomarium", "run", "--data", "my.extxyz", "--target", "energy", "--unit", "eV"]
_WORDS = re.compile(r"[^\s,]+")
_SHELL = set("|&;<>*$`")


class Broken(Exception):
    """A block that does not do what the document says."""


def main(document: Path) -> None:
    """Run all blocks of a document in the folder that it was started in."""
    names: dict[str, Any] = {"__name__": "__main__"}
    if "runs/demo" in document.read_text(encoding="utf-8"):
        _call([*_DEMO, "--out", "runs/demo"])
    for block in blocks_of(document):
        if block.not_run:
            continue
        if block.needs and importlib.util.find_spec(block.needs) is None:
            sys.stdout.write(f"needs {block.needs}: line {block.line}\n")
            continue
        try:
            with hidden(block.without):
                run_block(block, names)
        except Exception as error:  # noqa: BLE001 - the reader of the test wants to see all of it
            traceback.print_exc(file=sys.stdout)
            raise SystemExit(f"{document}:{block.line}: {error}") from None


@contextlib.contextmanager
def hidden(module: str) -> Iterator[None]:
    """Let a module seem not to be installed; no name hides none."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name == module}
    finder = PathFinder.find_spec

    def find(name: str, *places: Any) -> ModuleSpec | None:
        return None if name == module else finder(name, *places)

    PathFinder.find_spec = find  # type: ignore[method-assign, assignment]
    yield
    PathFinder.find_spec = finder  # type: ignore[method-assign]
    sys.modules.update(kept)


def run_block(block: Block, names: dict[str, Any]) -> None:
    """Run one block.

    Args:
        block: Of any language that documents have.
        names: What earlier blocks of Python have defined.

    Raises:
        Broken: it does not do what it says.
    """
    if block.language == "python":
        run_python(block, names)
    elif block.language == "pycon":
        run_dialog(block, names)
    elif block.language == "sh":
        for line in block.code.replace("\\\n", " ").splitlines():
            if line and not line.startswith((*_ALREADY_DONE, "#")):
                code, said = run_command(line)
                if code != (1 if line.startswith(_FINDS) else 0):
                    raise Broken(f"{line} ended with {code}:\n{said}")
                sys.stdout.write(said)
    elif block.language == "console":
        run_console(block)
    elif block.file:
        text = tomli_w.dumps(block.study()) if block.quick else block.code
        Path(block.file).write_text(text, encoding="utf-8")
        if block.file == "pyproject.toml":
            install(block)


def install(block: Block) -> None:
    """Do what `pip install --editable .` would: tell Python of entry points in this folder."""
    project = tomllib.loads(block.code)["project"]
    folder = Path(f"{project['name']}-{project['version']}.dist-info")
    folder.mkdir()
    lines = [f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"]
    (folder / "METADATA").write_text("".join(lines), encoding="utf-8")
    for group, points in project["entry-points"].items():
        lines = [f"[{group}]", *(f"{name} = {place}" for name, place in points.items())]
        (folder / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_python(block: Block, names: dict[str, Any]) -> None:
    """Run Python with warnings as errors."""
    if block.file:
        Path(block.file).write_text(block.code, encoding="utf-8")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # ASE 3.29 sets shapes in a way that numpy 2.5 advises against.
        warnings.filterwarnings("ignore", "Setting the shape on a NumPy array", module="ase")
        exec(compile("\n" * (block.line - 1) + block.code, "block", "exec"), names)


def run_dialog(block: Block, names: dict[str, Any]) -> None:
    """Run Python with what it answers, `…` standing for anything."""
    code = block.code.replace("…", "...")
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    test = doctest.DocTestParser().get_doctest(code, names, "block", None, block.line)
    said = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=flags)
    if runner.run(test, out=said.write, clear_globs=False).failed:
        raise Broken(said.getvalue())
    names.update(test.globs)


def run_console(block: Block) -> None:
    """Run commands and compare what they say with what the document says."""
    for part in re.split(r"^\$ ", block.code, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        _, said = run_command(command)
        if not agree(_WORDS.findall(expected), _WORDS.findall(said)):
            raise Broken(f"$ {command}\nshould say\n{expected}\nbut says\n{said}")


def agree(expected: list[str], said: list[str]) -> bool:
    """Compare word by word; `…` is any number of words, and numbers may differ a little.

    Args:
        expected: Words of the document.
        said: Words that were printed.
    """
    first, *parts = _parted(expected)
    if not parts:
        return _begins(first, said) and len(first) == len(said)
    *middle, last = parts
    if not _begins(first, said):
        return False
    at = len(first)
    for part in middle:
        while at < len(said) and not _begins(part, said[at:]):
            at += 1
        at += len(part)
    start = len(said) - len(last)
    return at <= start and _begins(last, said[start:])


def _parted(expected: list[str]) -> list[list[str]]:
    """Part words at each `…`."""
    parts: list[list[str]] = [[]]
    for word in expected:
        if word == "…":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _begins(expected: list[str], said: list[str]) -> bool:
    return len(expected) <= len(said) and all(map(_same, expected, said))


def _same(expected: str, said: str) -> bool:
    if expected == said or set(expected + said) <= {"─"}:
        return True
    try:
        # Another processor rounds otherwise, and tuning may take another of two equal settings.
        return math.isclose(float(expected), float(said), rel_tol=0.25)
    except ValueError:
        return False


def run_command(line: str) -> tuple[int, str]:
    """Return the exit code of a command, and all that it prints."""
    words = shlex.split(line, comments=True)
    if words[0] != "atomarium" or _SHELL & set("".join(words)) or "--processes" in sys.argv:
        return _run_in_shell(line)
    if words[1] == "open" and not {"--check", "--save"} & set(words):
        return _open_and_stop(words)
    return _call(words)


def _call(words: list[str]) -> tuple[int, str]:
    from atomarium.cli.main import main as atomarium

    said = io.StringIO()
    before, sys.argv = sys.argv, words
    code: object = 0
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            atomarium()
    except SystemExit as end:
        code = end.code
    finally:
        sys.argv = before
    return int(str(code or 0)), said.getvalue()


def _run_in_shell(line: str) -> tuple[int, str]:
    done = subprocess.run(
        ["sh", "-c", line],
        timeout=300,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def _open_and_stop(words: list[str]) -> tuple[int, str]:
    """Serve until the address is said, or until it ends by itself; then press Ctrl-C."""
    command = [sys.executable, "-u", "-m", *words]
    command += [] if "--no-browser" in words else ["--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as page:
        assert page.stdout is not None
        said = page.stdout.readline()
        while said and "http" not in said and (line := page.stdout.readline()):
            said += line
        page.send_signal(signal.SIGINT)
        said += page.stdout.read()
    return 0 if page.returncode in {0, 130, -signal.SIGINT} else page.returncode, said


def serve() -> None:
    """Answer lines `DOCUMENT<tab>FOLDER` with exit codes; what is printed goes to FOLDER.out.

    Each document gets a process of its own, which finds imported what all of them need.
    """
    for module in ("ase.io", "atomarium.cli.run", "atomarium.study.one_trial"):
        importlib.import_module(module)
    for line in sys.stdin:
        document, folder = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            os.chdir(folder)
            said = os.open(f"{folder}.out", os.O_WRONLY | os.O_CREAT)
            os.dup2(said, 1)
            os.dup2(said, 2)
            main(Path(document))
            sys.exit()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.write(1, f"{code}\n".encode())


if __name__ == "__main__":
    sys.path.insert(0, "")
    if sys.argv[1] == "--serve":
        serve()
    else:
        main(Path(sys.argv[1]))
