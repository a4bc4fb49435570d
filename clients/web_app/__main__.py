"""Runs the sample on this machine: `python -m clients.web_app --port 5001`."""

import argparse
import os
import sys

from .app import create_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m clients.web_app", description="A sample app that signs people in.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=5001, help="port to listen on (default: %(default)s)")
    options = parser.parse_args()
    try:
        app = create_app(base_url=os.environ.get("SAMPLE_APP_BASE_URL") or f"http://localhost:{options.port}")
    except ValueError as error:
        sys.exit(f"The sample app cannot start: {error}")
    app.run(host=options.host, port=options.port, threaded=True)


if __name__ == "__main__":
    main()
