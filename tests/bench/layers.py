"""Layers of a request's cost, told by the file in which Python code is.

What belongs to no layer, such as the standard library, counts for the layer that called it. C functions have no frame
of their own, so they count for the Python function that called them.
"""

import sysconfig
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

ROOT = Path(__file__).parents[2]
PACKAGES = sysconfig.get_path("platlib"), sysconfig.get_path("purelib")
LIBRARY = sysconfig.get_path("stdlib")

SERVER, FLASK, SQLALCHEMY, DRIVER = "server", "flask", "sqlalch.", "driver"
TEMPLATE, CRYPTO, AUDIT, LOGS, REST = "template", "crypto", "audit", "logs", "rest"
CLIENT = "client"
"""The measurement's own code, which is left out."""
IN_PROCESS = (FLASK, SQLALCHEMY, DRIVER, TEMPLATE, CRYPTO, AUDIT, LOGS, REST)

FILES = {
    FLASK: ("flask/", "werkzeug/", "blinker/", "itsdangerous/", "idp/web/"),
    SQLALCHEMY: ("sqlalchemy/", "idp/persistence/"),
    DRIVER: ("psycopg/", "psycopg_binary/", "sqlite3/", "idp/persistence/driver_cursor.py"),
    TEMPLATE: ("jinja2/", "markupsafe/", "babel/", "idp/language/", "idp/web/pages.py", "templates/"),
    CRYPTO: (
        *("cryptography/", "jwcrypto/", "pyotp/", "hashlib.py", "hmac.py", "secrets.py"),
        *("idp/signing/", "idp/factors/", "idp/kernel/handles.py", "idp/kernel/entropy.py"),
    ),
    AUDIT: ("idp/audit/",),
    LOGS: ("logging/", "idp/web/logs.py"),
    REST: ("idp/", "authlib/", "joserfc/"),
    CLIENT: ("tests/", "werkzeug/test.py"),
}
"""Beginnings of file names, in the checkout, in site-packages or in the standard library; the longest decides."""
DRIVER_CALLS = {
    "do_execute",
    "do_executemany",
    "do_commit",
    "do_rollback",
    "do_ping",
    "fetchone",
    "fetchmany",
    "fetchall",
}
"""Functions of `sqlalchemy/engine` that do no more than to call the driver, which may be all C (sqlite3)."""


def layer_of(frame: FrameType | None) -> str:
    """Return the layer of the innermost frame that has one."""
    while frame is not None:
        if layer := _layer_of_code(frame.f_code):
            return layer
        frame = frame.f_back
    return REST


@cache
def _layer_of_code(code: CodeType) -> str:
    name = _short_name(code.co_filename)
    if name.startswith("sqlalchemy/engine/") and code.co_name in DRIVER_CALLS:
        return DRIVER
    found = [(len(start), layer) for layer, starts in FILES.items() for start in starts if name.startswith(start)]
    return max(found, default=(0, ""))[1]


def _short_name(filename: str) -> str:
    for folder in (*PACKAGES, LIBRARY, str(ROOT)):
        if filename.startswith(f"{folder}/"):
            return filename.removeprefix(f"{folder}/")
    return filename
