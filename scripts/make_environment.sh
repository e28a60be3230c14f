#!/bin/sh
# Make the virtual environment .venv, or bring it up to date, with the named extras of
# pyproject.toml: make_environment.sh [EXTRA …]. Called by the Makefile.
set -eu
cd "$(dirname "$0")/.."

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if fits "$name"; then
            command -v "$name"
            return
        fi
    done
    echo "atomarium needs Python 3.11, 3.12, 3.13 or 3.14; there is none among" \
        "${PYTHON:-python3, python3.11 … python3.14, python}." >&2
    echo "Where it has another name: make PYTHON=/path/to/python3.12" >&2
    return 1
}

if ! fits .venv/bin/python; then
    python=$(find_python)
    echo "Making the virtual environment .venv with $("$python" --version) ($python)"
    if ! "$python" -m venv --clear .venv; then
        rm -rf .venv
        echo "$python cannot make virtual environments; on Debian and Ubuntu:" \
            "apt install python3-venv" >&2
        exit 1
    fi
fi

extras=$(echo "$*" | tr ' ' ',')
echo "Installing atomarium${extras:+[$extras]} into .venv; the first time takes a minute or two"
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --constraint constraints.txt --editable ".${extras:+[$extras]}"
pwd >.venv/place
