"""How requests reach Telegram: the library's own client costs over a millisecond each, this one a tenth.

It also tells what certainly never left from what may have arrived, which decides whether to send again.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import orjson
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

T = TypeVar("T")

KEEP = 50.0  # seconds an idle connection is kept: a press is answered without a new handshake
_NEVER_LEFT = (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError)
_FORM = {"User-Agent": BaseRequest.USER_AGENT, "Content-Type": "application/x-www-form-urlencoded"}
_FILES = {"User-Agent": BaseRequest.USER_AGENT}
_DEFAULT: Any = BaseRequest.DEFAULT_NONE
_NOT_KEPT = re.compile(r"[\x00\ud800-\udfff]")  # whole pairs are one character by then


class NeverLeft(NetworkError):
    """There was no connection to send it by: trying again cannot send it twice."""


class PlatformFailed(NetworkError):
    """The platform answered that it failed: it did not do what was asked."""


class Request(BaseRequest):
    """The library's requests over aiohttp, with connections kept open; timeouts are seconds, None waits.

    Raises NeverLeft, PlatformFailed, TimedOut or NetworkError; after the latter two it may have arrived.
    """

    def __init__(
        self,
        connections: int = 128,
        *,
        read_timeout: float | None = 20.0,
        write_timeout: float | None = 5.0,
        upload_timeout: float | None = 60.0,  # instead of write_timeout, where there are files
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 30.0,
        proxy: str | None = None,
    ) -> None:
        self._connections = connections
        self._read = read_timeout
        self._write = write_timeout
        self._upload = upload_timeout
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer, where a request does not say."""
        return self._read

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """The platform's answer, as `read_json` reads it. Raises TelegramError."""
        try:
            return read_json(payload)
        except ValueError:
            return _cleaned(BaseRequest.parse_json_payload(payload))

    async def initialize(self) -> None:
        """Be ready; connections are opened when they are needed."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), proxy=self._proxy
            )

    async def shutdown(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = _DEFAULT,
        write_timeout: Any = _DEFAULT,
        connect_timeout: Any = _DEFAULT,
        pool_timeout: Any = _DEFAULT,
    ) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        if self._session is None:
            raise RuntimeError("this Request is not initialized")
        files = request_data is not None and request_data.contains_files
        timeout = _timeout(
            _given(pool_timeout, self._pool),
            _given(connect_timeout, self._connect),
            _given(write_timeout, self._upload if files else self._write),
            _given(read_timeout, self._read),
        )
        body = _body(request_data) if request_data else None
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=_FILES if files else _FORM,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                status, content = response.status, await response.read()
        except _NEVER_LEFT as error:
            raise NeverLeft(_named(error)) from error
        except TimeoutError as error:
            raise TimedOut(_named(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(_named(error)) from error
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.GATEWAY_TIMEOUT:
            raise PlatformFailed(f"{status}")
        return status, content


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address (HTTPS_PROXY, ALL_PROXY, NO_PROXY), if any."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return None if proxy is None or proxy_bypass(parts.netloc) else proxy


def read_json(written: bytes) -> Any:
    """What JSON says, without what no database of ours keeps in a text: U+0000, and half a surrogate pair.

    Raises ValueError, RecursionError.
    """
    try:
        content = orjson.loads(written)  # a third of the standard library's time
    except ValueError:  # no JSON, or one with half a pair
        return _cleaned(json.loads(written))
    return _cleaned(content) if rb"\u0000" in written else content


def _cleaned(content: Any) -> Any:
    if isinstance(content, str):
        return _NOT_KEPT.sub("", content)
    if isinstance(content, list):
        return [_cleaned(one) for one in content]
    if isinstance(content, dict):
        return {name: _cleaned(one) for name, one in content.items()}
    return content


def _given(asked: float | DefaultValue[T] | None, usual: float | None) -> float | None:
    return usual if isinstance(asked, DefaultValue) else asked


@lru_cache
def _timeout(
    pool: float | None, connect: float | None, write: float | None, read: float | None
) -> aiohttp.ClientTimeout:
    waits = (pool, connect, write, read)
    return aiohttp.ClientTimeout(
        total=None if None in waits else sum(filter(None, waits)),
        connect=None if pool is None or connect is None else pool + connect,
        sock_connect=connect,
        sock_read=read,
    )


def _body(data: RequestData) -> bytes | aiohttp.FormData:
    """A form; with files, each as its own part under its own name."""
    if not data.contains_files:
        return data.url_encoded_parameters().encode()
    form = aiohttp.FormData(quote_fields=False)  # file names may be Chinese
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for part, (name, content, kind) in data.multipart_data.items():
        whole = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(part, whole, filename=name, content_type=kind)
    return form


def _named(error: Exception) -> str:
    """What happened, and for those who debug, which error it was; never the address: it has the token."""
    return type(error).__name__
