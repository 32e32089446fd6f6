"""A gateway is hung up on within a second, whatever it still sends."""

import socket
import threading
import time

from mia_plugins.live.dialect import Talk


def stream_to(listening: socket.socket, is_over: threading.Event) -> None:
    """Send to whoever connects until they hang up for good."""
    one, _ = listening.accept()
    with one:
        while not is_over.wait(0.05):
            try:
                one.sendall(b"more")
            except OSError:
                return


def test_who_streams_on_keeps_nobody() -> None:
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        streaming = threading.Thread(target=stream_to, args=(listening, is_over), daemon=True)
        streaming.start()
        talk = Talk("127.0.0.1", listening.getsockname()[1], 1.0)
        hanging_up = threading.Thread(target=talk.__exit__, args=(None, None, None), daemon=True)
        begun = time.monotonic()
        hanging_up.start()
        hanging_up.join(1.5)
        took = time.monotonic() - begun
        is_over.set()
        streaming.join()
        hanging_up.join()
    assert took < 1.4
