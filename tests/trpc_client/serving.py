"""A real server on a free loopback port, and a wire that can be cut."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Runs `app` under uvicorn in a thread; gives its address, `http://127.0.0.1:<port>`."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


@dataclass
class CutWire:
    """A TCP proxy that resets a connection once a certain text has come back through it.

    Each text of `at` cuts once, in the order given; what follows it is lost.
    """

    server: tuple[str, int]
    at: list[bytes]
    connections: int = 0
    cuts: int = 0
    requests: list[bytes] = field(default_factory=list)
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def accept(self) -> None:
        """Connects whoever comes, until the listening socket is closed."""
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection(self.server)
            threading.Thread(target=self._upwards, args=(client, server), daemon=True).start()
            threading.Thread(target=self._downwards, args=(server, client), daemon=True).start()

    def _upwards(self, client: socket.socket, server: socket.socket) -> None:
        while piece := _received(client):
            self.requests.append(piece)
            if not _sent(server, piece):
                break
        _reset(server)

    def _downwards(self, server: socket.socket, client: socket.socket) -> None:
        seen = b""
        cut = False
        while not cut and (piece := _received(server)):
            seen += piece
            cut = bool(self.at) and self.at[0] in seen
            if cut:
                lost = len(seen.partition(self.at.pop(0))[2])
                piece = piece[: max(0, len(piece) - lost)]
                self.cuts += 1
            if not _sent(client, piece):
                break
        _reset(client)
        _reset(server)


@contextmanager
def cut_wire(base_url: str, *, at: list[bytes]) -> Iterator[CutWire]:
    """A `CutWire` in front of the server at `base_url`."""
    host, _, port = base_url.removeprefix("http://").partition(":")
    wire = CutWire((host, int(port)), list(at))
    thread = threading.Thread(target=wire.accept, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        wire.listening.shutdown(socket.SHUT_RDWR)
        wire.listening.close()
        thread.join(timeout=5)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except OSError:
        return b""


def _sent(connection: socket.socket, piece: bytes) -> bool:
    try:
        connection.sendall(piece)
    except OSError:
        return False
    return True


def _reset(connection: socket.socket) -> None:
    """Closes without a farewell, as a pulled cable or a killed process would."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
    finally:
        connection.close()
