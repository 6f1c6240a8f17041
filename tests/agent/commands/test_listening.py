"""The socket that `friday serve` listens on."""

import socket

from agent.commands.running import listening_on
from agent.settings import Settings


def test_answers_do_not_wait_for_the_clients_acknowledgement() -> None:
    with (
        listening_on(Settings(port=0)) as listening,
        socket.create_connection(listening.getsockname()),
    ):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
