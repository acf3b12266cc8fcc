"""The server on its port: uvicorn inside the running loop, which can stop in an instant and start again."""

import asyncio
import socket
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS_TO_END = 1.0
SECONDS_TO_IDLE = 75  # longer than clients keep a connection: none is closed under their hands


class Connection(H11Protocol):
    """A connection that lets the application cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let requests know the transport they came by."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class Server:
    """Serves an ASGI application on a loopback port; no signal handlers are installed."""

    def __init__(self, app: Any, host: str = "127.0.0.1", port: int = 0) -> None:
        self.app = app
        self.host = host
        self.port = port
        self._server: uvicorn.Server | None = None
        self._socket: socket.socket | None = None

    @property
    def running(self) -> bool:
        """Whether it answers now."""
        return self._server is not None

    async def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        config = uvicorn.Config(
            self.app,
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=SECONDS_TO_IDLE,
        )
        config.load()
        self._socket = listening(self.host, self.port)
        self.port = self._socket.getsockname()[1]
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[self._socket])
        self._server = server

    async def stop(self) -> None:
        """Refuse new connections and cut those that are open, at once."""
        server, self._server = self._server, None
        if server is None or self._socket is None:
            return
        for listener in server.servers:
            listener.close()
        self._socket.close()
        for connection in list(server.server_state.connections):
            cast("H11Protocol", connection).transport.abort()
        if tasks := list(server.server_state.tasks):
            _, stuck = await asyncio.wait(tasks, timeout=SECONDS_TO_END)
            for task in stuck:
                task.cancel()


def listening(host: str, port: int) -> socket.socket:
    """Return a socket on the port; named as TCP, or asyncio would leave Nagle's delay on."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
