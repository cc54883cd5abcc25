"""Put on PYTHONPATH by a test: this process and all it starts write down which hosts they turn to.

One line an event into the file that WATCHED_SOCKETS names.
"""

import os
import sys

EVENTS = {
    "socket.bind": 1,
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}  # event -> which of its arguments is the address
FILE = os.environ.get("WATCHED_SOCKETS")


def watch(event: str, arguments: tuple) -> None:
    """Write down the host of an address; a path on this computer is none."""
    if event not in EVENTS:
        return
    address = arguments[EVENTS[event]]
    host = address[0] if isinstance(address, tuple) else address
    if event.startswith("socket.get") or isinstance(address, tuple):
        handle = os.open(FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{event} {host}\n".encode())
        os.close(handle)


if FILE:
    sys.addaudithook(watch)
