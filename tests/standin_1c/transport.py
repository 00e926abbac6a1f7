"""The HTTP connection of 1C: a Basic login on the connection, no redirects, no cookies
but the one that is handed over."""

import http.client
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit

from .errors import ExchangeError, NoConnection

AGENT = "1C+Enterprise/8.3"


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict

    @property
    def charset(self):
        """What Content-Type declares, or None."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _mark, value = part.strip().partition("=")
            if name.lower() == "charset":
                return value.strip("\"' ") or None
        return None


class RawConnection:
    """Mixin: the address goes out as it was put together, Cyrillic letters and all."""

    def _validate_path(self, url):
        if "\n" in url or "\r" in url:
            raise http.client.InvalidURL(url)

    def _encode_request(self, request):
        return request.encode("utf-8")


class _Http(RawConnection, http.client.HTTPConnection):
    pass


class _Https(RawConnection, http.client.HTTPSConnection):
    pass


class Connection:
    """The address of the site and who logs in; `timeout` in seconds."""

    def __init__(self, url, user, password, timeout=180, **options):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ExchangeError(f"Адрес сайта указан неверно: {url}")
        if parts.query or parts.fragment:
            raise ExchangeError("Адрес сайта не должен содержать параметров")
        self.secure = parts.scheme == "https"
        self.host = parts.hostname
        self.port = parts.port
        self.path = parts.path or "/"
        self.timeout = timeout
        encoding = options.pop("login_encoding", "utf-8")
        raw = f"{user}:{password}".encode(encoding)
        self.basic = "Basic " + b64encode(raw).decode()
        # some platforms send the login only after a 401
        self.at_once = options.pop("login_at_once", True)
        # headers of whoever tries the stand-in out
        self.extra = options.pop("headers", {})
        assert not options, options
        self.calls = []

    def call(self, query, body=None, post=False, cookie=None):
        """Ask `<address>?<query>`; with a body, or if told, by POST.

        Returns the `Answer`; raises `NoConnection` if there is none. A reply that broke
        off raises `http.client.IncompleteRead`.
        """
        answer = self._ask(query, body, post, cookie, self.at_once)
        if answer.status == 401 and not self.at_once:
            answer = self._ask(query, body, post, cookie, True)
        self.calls.append((query, answer.status, answer.body[:300]))
        return answer

    def _ask(self, query, body, post, cookie, login):
        headers = {"User-Agent": AGENT, "Accept": "*/*", **self.extra}
        if login:
            headers["Authorization"] = self.basic
        own = headers.pop("Cookie", None)
        cookies = "; ".join(filter(None, [cookie, own]))
        if cookies:
            headers["Cookie"] = cookies
        method = "POST" if body is not None or post else "GET"
        if method == "POST":
            body = body or b""
            headers["Content-Type"] = "application/octet-stream"
            headers["Content-Length"] = str(len(body))
        kind = _Https if self.secure else _Http
        connection = kind(self.host, self.port, timeout=self.timeout)
        try:
            connection.request(method, f"{self.path}?{query}", body, headers)
            reply = connection.getresponse()
            data = reply.read()
            names = {name.lower(): value for name, value in reply.getheaders()}
        except http.client.IncompleteRead:
            raise
        except TimeoutError as error:
            raise NoConnection(
                f"Превышено время ожидания ответа ({self.timeout} с)"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise NoConnection(f"Не удалось установить соединение: {error}") from error
        except ValueError as error:
            raise ExchangeError(f"Недопустимый заголовок запроса: {error}") from error
        finally:
            connection.close()
        return Answer(reply.status, data, names)
