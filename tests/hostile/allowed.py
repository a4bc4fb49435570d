"""Which answers each kind of visitor may get at each part of the product; what is not listed is a fault."""

from tests.support.account import (
    CLOSE,
    DOWNLOAD,
    EMAIL,
    PASSKEYS,
    PASSWORD,
    PHONE,
    REGENERATE,
    SECURITY,
    TOTP,
    TURN_OFF,
)

OK, SIGN_IN, ELSEWHERE, REFUSED = "2xx", "to a sign-in", "to another page", "4xx"
Answers = frozenset[str]

OWNERS = {"full session", "old session"}
FORGERS = {"cross-site post", "wrong token"}
"""They hold the owner's cookies, and may read."""
SOMEBODY_ELSE = "another's session"
SIGNED_IN = OWNERS | FORGERS | {"password-only session", SOMEBODY_ELSE}
PENDING = "pending sign-in"
SIGN_OUT = "/account/sign-out"
CONFIRM = "/logout/confirm"
DEVICE = "/device"
APPROVE = "/approve"
CONSOLE = "/admin"
"""Nobody here has a role: not even a sign-in helps them (tests/flows/console/test_console_table.py has the rest)."""
GUARDED = (EMAIL, CLOSE, DOWNLOAD, TOTP, TURN_OFF, REGENERATE, PASSWORD)
"""Forms that ask for a sign-in of their own, and pages that lead there."""
GUARDED_BELOW = (f"{PHONE}", f"{SECURITY}/codes/", f"{PASSKEYS}/add", f"{PASSKEYS}/options")
PUBLIC: dict[str, Answers] = {
    "/": frozenset({ELSEWHERE}),
    "/jwks": frozenset({OK}),
    "/.well-known/openid-configuration": frozenset({OK}),
    "/.well-known/oauth-authorization-server": frozenset({OK}),
    "/.well-known/oauth-protected-resource": frozenset({OK}),
    "/account/closed": frozenset({OK}),
    "/account/signed-out": frozenset({OK}),
    "/recover": frozenset({SIGN_IN}),
    "/logout": frozenset({OK}),
    "/authorize": frozenset({REFUSED}),
    DEVICE: frozenset({OK}),
    f"{DEVICE}/done": frozenset({OK}),
}
MAILED = ("/recover/", "/alert", "/email", "/undo", "/sign-up")
ENDPOINTS = (
    "/token",
    "/device_authorization",
    "/bc-authorize",
    "/introspect",
    "/revoke",
    "/par",
    "/userinfo",
    "/api/",
    "/static/",
    "/client-logos/",
    "/client-colors/",
)
BROWSER_BOUND = ("/login/", "/consent/", "/authorize/", "/device/confirm/")


def allowed(visitor: str, path: str, *, reads: bool) -> Answers:
    """The answers that a route may give to this visitor."""
    if path.startswith((CONSOLE, "/account", APPROVE)) and path not in PUBLIC:
        return _console(visitor) if path.startswith(CONSOLE) else _account(visitor, path, reads=reads)
    if path.startswith(BROWSER_BOUND):
        own = frozenset({OK, SIGN_IN, ELSEWHERE} if reads else {OK, SIGN_IN, ELSEWHERE, REFUSED})
        return own if visitor == PENDING else frozenset({REFUSED})
    if path == CONFIRM:
        return frozenset({REFUSED} if visitor in SIGNED_IN else {OK})  # its token is of a form of the account
    if path in PUBLIC:
        return PUBLIC[path] if reads else frozenset({REFUSED if path == DEVICE else ELSEWHERE})
    if path.startswith(MAILED):
        more = {OK} if path.endswith("/done") else {REFUSED, ELSEWHERE}
        return frozenset(more if reads else {REFUSED})
    assert path.startswith(ENDPOINTS), f"no rule for {path}"
    return frozenset({REFUSED})


def may_change(visitor: str, path: str) -> bool:
    """Whether this visitor may change what is the owner's by that form."""
    if path in {SIGN_OUT, CONFIRM}:
        return visitor in OWNERS | {"password-only session"}
    return visitor in OWNERS and path.startswith("/account") and not is_guarded(path)


def is_guarded(path: str) -> bool:
    """Whether a form asks for a sign-in of its own."""
    return path in GUARDED or path.startswith(GUARDED_BELOW) or (path.endswith("/remove") and "/factors/" in path)


def _console(visitor: str) -> Answers:
    return frozenset({REFUSED} if visitor in SIGNED_IN else {SIGN_IN})


def _account(visitor: str, path: str, *, reads: bool) -> Answers:
    if visitor in FORGERS and not reads:
        return frozenset({REFUSED})
    if visitor not in OWNERS | FORGERS | {SOMEBODY_ELSE}:
        return frozenset({ELSEWHERE if path == SIGN_OUT else SIGN_IN})
    if not is_guarded(path):
        return frozenset({OK, SIGN_IN, ELSEWHERE, REFUSED} if reads else {SIGN_IN, ELSEWHERE, REFUSED})
    if not reads:
        return frozenset({SIGN_IN})
    hidden = {CLOSE: REFUSED, f"{PASSKEYS}/options": ELSEWHERE}
    if "/factors/" in path and visitor == SOMEBODY_ELSE:
        hidden[path] = ELSEWHERE
    return frozenset({hidden.get(path, SIGN_IN)})
