"""What samples of several kinds share."""

import io
from typing import Any
from urllib.parse import quote

import qrcode
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage

Sample = tuple[str, str, dict[str, Any]]
"""Name, template, variables."""

COMMON: dict[str, Any] = {
    "brand": "Countersign", "client": None, "errors": {}, "notice": None, "csrf_token": "sample",
    "is_step_up": False, "asked_by_client": False, "confirms_change": False,
}  # fmt: skip
ACME = {"name": "Acme Invoices", "host": "invoices.acme.example", "logo_letter": "A",
        "policy_uri": "https://acme.example/privacy", "tos_uri": "https://acme.example/terms",
        "logo_href": None, "colors_href": None}  # fmt: skip
ADA = {"name": "Ada Lovelace", "username": "ada@example.org"}
CLOCK = "That code did not work. Check that your phone's clock is set to automatic time, then enter the next code."
PASSKEY = {"action": "#", "options_href": "#"}
RECOVERY_WAY = {"title": "Use a recovery code", "detail": "", "symbol": "key", "href": "#", "action": ""}
WAYS = [
    {"title": "Use your passkey", "detail": "", "symbol": "passkey", "href": "#", "action": ""},
    {"title": "Use your authenticator app", "detail": "", "symbol": "phone", "href": "#", "action": ""},
    {"title": "Send code by text message", "detail": "+49 ••• 78", "symbol": "phone", "href": "", "action": "#"},
    {"title": "Send code by email", "detail": "a•••@example.org", "symbol": "mail", "href": "", "action": "#"},
]
CODES = [
    "7KQM-X2ZD-9HTB-W4", "PN8V-3CRJ-YF6A-TE", "MW5S-KB7H-2QXG-ZN", "D9RT-4VJP-C8YM-3K",
    "HX6B-ZQ2W-N7FS-5R", "T4GY-8DKC-JM9V-XP", "AF3N-WR5X-6BZH-QS", "YC7J-2PTM-VK4D-8G",
]  # fmt: skip
DOWNLOAD = "data:text/plain;charset=utf-8," + quote("\n".join(CODES) + "\n")
FRESH_CODES = {"codes": CODES, "action": "#", "forced": False, "replaced": False, "viewable": False,
               "download_href": DOWNLOAD}  # fmt: skip
SECRET = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
OTPAUTH = f"otpauth://totp/Countersign:ada?secret={SECRET.replace(' ', '')}&issuer=Countersign"


def _qr(text: str) -> Markup:
    """Return the QR code of ``text`` as an inline SVG element."""
    stream = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, border=2).save(stream)
    svg = stream.getvalue().decode()
    return Markup(svg[svg.index("<svg") :])  # noqa: S704 -- drawn here from a constant


ENROL = {
    "action": "#", "qr_svg": _qr(OTPAUTH), "secret": SECRET, "account_name": "ada@example.org", "minutes": 10,
    "can_cancel": True, "required": True, "app_href": OTPAUTH, "alternatives": WAYS[:1], "sends": False,
    "stronger": False,
}  # fmt: skip
SET_UP_CODES: dict[str, Any] = {
    "action": "#", "send_action": "#", "channel": "sms", "known": None, "masked": "", "sent": False, "retry_after": 0,
    "delivery_delayed": False,
    "typed": "", "remember_days": None, "back_href": "#", "can_cancel": True, "alternatives": [], "sends": False,
}  # fmt: skip
