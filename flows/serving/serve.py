"""The process of a guarded Prefect server: `python -m flows.serving.serve PORT TOKEN [temporary]`."""

import sys


def main() -> None:
    """Serve on a port of the loopback interface, as `prefect server start` does; each answer carries the token."""
    import uvicorn
    from prefect.settings import get_current_settings

    from flows.serving.guard import create_app
    from flows.serving.server import TOKEN

    port, token, *temporary = sys.argv[1:]
    server = get_current_settings().server
    uvicorn.run(
        create_app(temporary=bool(temporary)),
        host="127.0.0.1",
        port=int(port),
        timeout_keep_alive=server.api.keepalive_timeout,
        ws_ping_interval=server.api.websocket_ping_interval,
        ws_ping_timeout=server.api.websocket_ping_timeout,
        log_level=server.logging_level.lower(),
        headers=[(TOKEN, token)],
    )


if __name__ == "__main__":
    main()
