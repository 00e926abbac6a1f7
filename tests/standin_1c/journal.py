"""The registration log of 1C, on the terminal."""

import sys
from datetime import datetime

INFORMATION, REMARK, ERROR = "Информация", "Примечание", "Ошибка"


class Journal:
    """Prints what happens and keeps it: `remarks` and `errors` are lists of text."""

    def __init__(self, out=None):
        self.out = out
        self.remarks = []
        self.errors = []

    def say(self, text):
        self._write(INFORMATION, text)

    def remark(self, text):
        """What 1C passes over, and its user should know."""
        self.remarks.append(text)
        self._write(REMARK, text)

    def error(self, text):
        self.errors.append(text)
        self._write(ERROR, text)

    def _write(self, level, text):
        out = self.out or sys.stdout
        for number, line in enumerate(str(text).splitlines() or [""]):
            head = f"{datetime.now():%H:%M:%S} {level:10}" if not number else " " * 19
            print(f"{head} {line}".rstrip(), file=out, flush=True)
