"""The calls of an exchange and how 1C reads the replies, byte for byte.

What a generation does its own way is said by its `Manners`.
"""

import http.client
import io
import re
import time
import zipfile
from dataclasses import dataclass

from .errors import ExchangeError, NotAdmitted
from .orders_in import read_orders

# neither of 1C's ways of building the header takes these
BAD_COOKIE = re.compile(r"[\s;,\"]")


@dataclass
class Manners:
    """How a generation of 1C reads replies and what it sends."""

    # seconds until it gives up waiting for a reply
    timeout: float = 180
    # seconds between two questions whether an import has ended
    pause: float = 0
    # whether blanks and CR around the status word are taken off
    trims: bool = True
    # fewest and most lines of `init`; None: any number
    init_lines: tuple = (2, 2)
    # lines after `success` are written to the log as a remark
    counts_lines: bool = False
    # modes asked by POST
    posts: frozenset = frozenset()
    # the schema it announces in `init`
    version: str = ""
    # the name of that word for orders
    version_word: str = "version"
    sends_sessid: bool = False
    # the encoding of plain replies; None: what Content-Type says, or UTF-8
    encoding: str = None
    # decodes anew if characters were lost
    guesses_encoding: bool = False
    # orders come as "bytes" (a file) or "text"
    reads_orders_as: str = "text"
    # orders may begin with the root element or with `failure`
    lenient_orders: bool = False
    zip_orders: bool = False
    # a `failure` in answer to `success` counts
    heeds_failure_of_success: bool = False
    # asks once more if a reply broke off
    repeats_broken: bool = False
    # calls `init` before `query`
    init_for_query: bool = False
    # calls `import` for the orders it sends
    imports_orders: bool = True
    # tells that it has received orders
    confirms: bool = True


@dataclass
class Limits:
    zip: bool = False
    size: int = 0


class Session:
    """One `checkauth` and what follows it."""

    def __init__(self, connection, manners, journal, kind, give_up=None):
        self.connection = connection
        self.manners = manners
        self.journal = journal
        self.kind = kind
        # seconds after which we, unlike 1C, no longer ask for the end of an import
        self.give_up = give_up
        self.cookie = None
        self.sessid = None
        self.timestamp = None
        self.schema = ""

    # -- asking and reading

    def _ask(self, mode, body=None, **words):
        """The reply to a call, as text."""
        answer = self._answer(mode, body, **words)
        return self._decode(answer)

    def _answer(self, mode, body=None, **words):
        if self.sessid and mode != "checkauth":
            words = {**words, "sessid": self.sessid}
        query = f"type={self.kind}&mode={mode}"
        query += "".join(f"&{name}={value}" for name, value in words.items())
        post = mode in self.manners.posts
        try:
            answer = self.connection.call(query, body, post, self.cookie)
        except http.client.IncompleteRead as error:
            if not self.manners.repeats_broken or body is not None:
                raise ExchangeError("Передан частичный файл") from error
            answer = self._again(query, post)
        if answer.status != 200:
            self.journal.remark(f"Код состояния HTTP: {answer.status} ({mode})")
        if not answer.body:
            raise ExchangeError(f"Получен пустой ответ сервера ({mode})")
        return answer

    def _again(self, query, post):
        try:
            return self.connection.call(query, None, post, self.cookie)
        except http.client.IncompleteRead as error:
            raise ExchangeError("Передан частичный файл") from error

    def _decode(self, answer):
        encoding = self.manners.encoding or answer.charset or "utf-8"
        text = _decoded(answer.body, encoding)
        if self.manners.guesses_encoding and "\ufffd" in text:
            for other in ("windows-1251", "utf-8"):
                guess = _decoded(answer.body, other)
                if "\ufffd" not in guess:
                    return guess
        return text

    def _status(self, text):
        """The first line, and all after it."""
        first, _mark, rest = text.partition("\n")
        word = first.lower()
        return (word.strip() if self.manners.trims else word), rest

    def _expect_success(self, mode, text):
        word, rest = self._status(text)
        if word == "success":
            # 1C counts the lines: a last line feed alone is one more
            if self.manners.counts_lines and "\n" in text:
                self.journal.remark(f"Расширенный статус ответа ({mode}): {rest}")
            return
        if word == "failure":
            raise ExchangeError(f"Сервер сообщил об ошибке ({mode}): {rest}")
        raise ExchangeError(f"Неизвестный статус ответа сервера ({mode}): {text[:200]}")

    # -- the modes

    def login(self):
        """`checkauth`: the cookie is taken from the body, never from a header."""
        words = {"version": self.manners.version} if self.manners.version else {}
        text = self._ask("checkauth", **words)
        word, rest = self._status(text)
        if word != "success":
            raise NotAdmitted(
                "Не удалось установить соединение с сервером. Проверьте имя "
                f"пользователя и пароль.\n{rest or text}"[:500]
            )
        lines = text.split("\n")
        if len(lines) < 3 or not lines[1] or not lines[2]:
            raise NotAdmitted("Сервер не сообщил параметры сеанса (cookie)")
        if BAD_COOKIE.search(lines[1]) or BAD_COOKIE.search(lines[2]):
            raise NotAdmitted(f"Недопустимое значение cookie: {lines[1:3]}")
        self.cookie = f"{lines[1]}={lines[2]}"
        for line in lines[3:]:
            name, _mark, value = line.strip().partition("=")
            if name == "sessid" and self.manners.sends_sessid:
                self.sessid = value
            if name == "timestamp":
                self.timestamp = value
        return self

    def init(self):
        """`init`: whether files are zipped and how long a part may be."""
        version = self.manners.version
        words = {"version": version} if version else {}
        text = self._ask("init", **words)
        lines = text.split("\n")
        fewest, most = (4, 4) if version else self.manners.init_lines
        if self._status(text)[0] == "failure":
            raise ExchangeError(f"Сервер сообщил об ошибке (init): {text[8:]}")
        if len(lines) < fewest or (most and len(lines) > most):
            raise ExchangeError(
                "Не удалось получить параметры обмена с сервера: строк в ответе "
                f"{len(lines)}, ожидалось {fewest}: {text[:100]!r}"
            )
        return self._limits(lines)

    def _limits(self, lines):
        found = Limits()
        for line in lines:
            line = line.strip() if self.manners.trims else line
            name, _mark, value = line.lower().partition("=")
            if name == "zip":
                found.zip = value == "yes"
            elif name == "file_limit" and value.isdigit():
                found.size = int(value)
            elif name == "version":
                self.schema = value
        return found

    def send(self, name, path, limit=0):
        """`file`: the file in parts of `limit` bytes; the site puts them together."""
        with open(path, "rb") as source:
            part = source.read(limit or -1)
            while True:
                following = source.read(limit) if limit else b""
                text = self._ask("file", part, filename=name)
                self._expect_success("file", text)
                if not following:
                    return
                part = following

    def import_file(self, name):
        """`import`, asked again as long as the site is at it; returns how often."""
        since = time.monotonic()
        asked = 0
        while True:
            text = self._ask("import", filename=name)
            asked += 1
            word, rest = self._status(text)
            if word != "progress":
                break
            self.journal.say(f"Загрузка {name} на сервере: {rest.strip()}".rstrip(": "))
            if self.give_up and time.monotonic() - since > self.give_up:
                raise ExchangeError(f"Загрузка {name} на сервере не закончилась")
            time.sleep(self.manners.pause)
        if word not in ("success", "failure"):
            raise ExchangeError(f"Неизвестный статус импорта {name}: {text[:200]}")
        self._expect_success(f"import {name}", text)
        return asked

    def end(self, mode, **words):
        """A notification at the end: `deactivate`, `complete`."""
        self._expect_success(mode, self._ask(mode, **words))

    def info(self):
        """`info`: the site's states of orders, for the tables of the module."""
        answer = self._answer("info")
        declared = re.match(rb'<\?xml[^>]*encoding="([\w-]+)"', answer.body)
        encoding = declared[1].decode() if declared else "windows-1251"
        text = _decoded(answer.body, encoding)
        if not text.startswith("<?xml"):
            self.journal.remark("Сервер не сообщил статусы заказов (info)")
            return None
        # in Bitrix' own reply the element begins with a Latin C
        if not re.search("<[СC]татусы", text):
            self.journal.remark("В ответе info нет статусов заказов")
        return text

    def query(self):
        """`query`: the orders of the site."""
        version = {}
        if self.manners.version:
            version = {self.manners.version_word: self.manners.version}
        answer = self._answer("query", **version)
        return read_orders(self._orders_source(answer))

    def _orders_source(self, answer):
        """The XML of a reply, as bytes or text; raises if 1C could not read it."""
        body = answer.body
        if body[:2] == b"PK":
            if not self.manners.zip_orders:
                raise ExchangeError("Не удалось прочитать архив с заказами")
            return _only_xml(body)
        as_bytes = self.manners.reads_orders_as == "bytes"
        text = _decoded(body, "windows-1251") if as_bytes else self._decode(answer)
        if self.manners.lenient_orders:
            if text.startswith("failure"):
                raise ExchangeError(f"Сервер сообщил об ошибке (query): {text[8:]}")
            if text.startswith("<КоммерческаяИнформация"):
                return text
        if not text.startswith("<?xml"):
            raise ExchangeError(
                "Не удалось прочитать данные, загруженные с сервера: ответ начинается "
                f"с {text[:20]!r}"
            )
        return body if as_bytes else text

    def success(self):
        """`success`: the orders of the last reply are safe."""
        text = self._ask("success")
        word, rest = self._status(text)
        if word == "failure" and self.manners.heeds_failure_of_success:
            raise ExchangeError(f"Сервер сообщил об ошибке (success): {rest}")


def _decoded(data, encoding):
    try:
        return data.decode(encoding, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _only_xml(data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.endswith(".xml")]
            if len(names) != 1:
                raise ExchangeError("В архиве должен быть один файл с заказами")
            return archive.read(names[0])
    except zipfile.BadZipFile as error:
        raise ExchangeError("Не удалось прочитать архив с заказами") from error
