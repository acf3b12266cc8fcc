"""A web server inside the running loop: uvicorn without its signal handlers, which are the program's own."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn

from bot.settings import Address

SECONDS_TO_FINISH = 20  # what is under way when the program ends may still be stored and answered
SECONDS_TO_IDLE = 75  # longer than proxies keep a connection: none is closed under their hands


class CannotListen(Exception):
    """The address is taken or not this machine's; the message says which and why."""


class Server:
    """Serves an ASGI application at an address."""

    def __init__(self, app: Any, address: Address) -> None:
        self.address = address  # with the port it got, once it has begun
        self._config = uvicorn.Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=SECONDS_TO_IDLE,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )
        self._server = uvicorn.Server(self._config)
        self._sockets: list[socket.socket] = []

    async def start(self) -> None:
        """Listen. Raises CannotListen."""
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        self._sockets = [_listening(self.address)]
        self.address = Address(self.address.host, self._sockets[0].getsockname()[1])
        await self._server.startup(sockets=self._sockets)

    async def stop(self) -> None:
        """Take nothing more in, and finish what is under way."""
        if self._server.started:
            await self._server.shutdown(sockets=self._sockets)


def _listening(address: Address) -> socket.socket:
    try:
        family, _, _, _, bound = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(bound)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        place = f"{address.host}:{address.port} ({error.strerror})"
        raise CannotListen(f"不能在这个地址接收 / cannot listen at {place}") from None
    return listener
