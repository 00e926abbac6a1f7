#!/bin/sh
# Finds a Python that Odoo 19 runs on and hands it the command.
# In: the name of a command (run, test, odoo, check, translate) and its words.
folder=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
for python in ${B2B_PYTHON:+"$B2B_PYTHON"} python3 python3.12 python3.13 python3.11; do
    if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
    then
        # -P: files of the folder in which the user stands are none of Python's modules
        PYTHONPATH="$folder" PYTHONDONTWRITEBYTECODE=1 exec "$python" -P -m b2b_setup "$@"
    fi
    # a Python that was asked for by name is not passed over in silence
    [ "$python" = "${B2B_PYTHON:-}" ] && break
done
wanted=${B2B_PYTHON:-python3}
version=$("$wanted" --version 2>/dev/null) || version="not there"
echo "error: Odoo 19 runs on Python 3.11 to 3.13, and $wanted is $version:" \
    "install one of these (apt-get install python3.13) or name one in B2B_PYTHON" >&2
exit 1
