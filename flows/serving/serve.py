"""The process of a guarded Prefect server: `python -m flows.serving.serve PORT TOKEN [temporary]`."""

import errno
import socket
import sys
from typing import Any


def main() -> None:
    """Serve on a port of the loopback interface, as `prefect server start` does; each answer carries the token."""
    port, token, *temporary = sys.argv[1:]
    listening = _bound(int(port))  # before all that takes long, so that no other program takes it meanwhile
    import uvicorn

    from flows.serving.again import Again
    from flows.serving.guard import Guard
    from flows.serving.prefect_app import OneStartAtATime, prefect_app

    app = Guard(Again(OneStartAtATime(prefect_app(temporary=bool(temporary)))))
    uvicorn.Server(uvicorn.Config(app, port=int(port), **_as_prefect_does(token))).run(sockets=[listening])


def _bound(port: int) -> socket.socket:
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio leaves Nagle's delay on: 40 ms an answer
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen()
    except OSError as error:
        print(f"port {port}: {error}", file=sys.stderr)
        sys.exit(errno.EADDRINUSE if error.errno == errno.EADDRINUSE else 1)
    return listening


def _as_prefect_does(token: str) -> dict[str, Any]:
    """Return uvicorn's settings as `prefect server start` makes them from its own."""
    from prefect.settings import get_current_settings

    from flows.serving.server import TOKEN

    server = get_current_settings().server
    return {
        "timeout_keep_alive": server.api.keepalive_timeout,
        "ws_ping_interval": server.api.websocket_ping_interval,
        "ws_ping_timeout": server.api.websocket_ping_timeout,
        "log_level": server.logging_level.lower(),
        "lifespan": "on",  # what cannot start up does not serve
        "headers": [(TOKEN, token)],
    }


if __name__ == "__main__":
    main()
