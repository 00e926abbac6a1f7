#!/bin/sh
# Finds a Python that Odoo 19 runs on and hands it the command.
# In: the name of a command (run, test, odoo, check, translate) and its words.
folder=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
for python in "${B2B_PYTHON:-python3}" python3.12 python3.13 python3.11; do
    if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
    then
        PYTHONPATH="$folder" PYTHONDONTWRITEBYTECODE=1 exec "$python" -m b2b_setup "$@"
    fi
done
echo "error: no Python 3.11, 3.12 or 3.13 found: install python3.11 or name one in B2B_PYTHON" >&2
exit 1
