#!/bin/sh
# Prints the path of a Python >= 3.12 that can make virtual environments, or says in one sentence that there is none.
# Order: $PYTHON, python3, python3.14, python3.13, python3.12, interpreters that pyenv has installed.
fits() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 \
    "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python; do
    [ -n "$candidate" ] || continue
    if fits "$candidate"; then
        "$candidate" -c 'import sys; print(sys.executable)'
        exit 0
    fi
done
echo "prudent needs Python 3.12 or newer (with venv), and none was found: install one, or name it with 'make PYTHON=/path/to/python3'." >&2
exit 1
