"""Sample variables for every page in each of its states; they are also the written contract of the templates.

A sample is ``(name, template, variables)``. The gallery renders it with ``COMMON`` beneath, under strict undefined checking, so a
page that reads a variable its sample lacks fails there.
"""

import io
from typing import Any
from urllib.parse import quote

import qrcode
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage

Sample = tuple[str, str, dict[str, Any]]

ACME = {"name": "Acme Invoices", "host": "invoices.acme.example", "logo_letter": "A"}
ADA = {"name": "Ada Lovelace", "username": "ada@example.org"}
CODES = [
    "7KQM-X2ZD-9HTB-W4", "PN8V-3CRJ-YF6A-TE", "MW5S-KB7H-2QXG-ZN", "D9RT-4VJP-C8YM-3K",
    "HX6B-ZQ2W-N7FS-5R", "T4GY-8DKC-JM9V-XP", "AF3N-WR5X-6BZH-QS", "YC7J-2PTM-VK4D-8G",
]  # fmt: skip
SECRET = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
OTPAUTH = f"otpauth://totp/Countersign:ada?secret={SECRET.replace(' ', '')}&issuer=Countersign"
CLOCK = "That code did not work. Check that your phone's clock is set to automatic time, then enter the next code."


def _qr(text: str) -> Markup:
    """Return the QR code of ``text`` as an inline SVG element."""
    stream = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, border=2).save(stream)
    svg = stream.getvalue().decode()
    return Markup(svg[svg.index("<svg") :])  # noqa: S704 -- drawn here from a constant


COMMON: dict[str, Any] = {
    "lang": "en", "dir": "ltr", "brand": "Countersign", "client": None, "errors": {}, "notice": None, "csrf_token": "sample",
}  # fmt: skip
IDENTIFY = {"action": "#", "username": "", "known_user": None, "can_cancel": True, "client": ACME}
CODE = {"action": "#", "username": "ada@example.org", "remember_days": 14, "recovery_href": "#", "can_cancel": True}
RECOVERY = {"action": "#", "username": "ada@example.org", "remember_days": 14, "code_href": "#", "can_cancel": True}
ENROL = {
    "action": "#", "qr_svg": _qr(OTPAUTH), "secret": SECRET, "account_name": "ada@example.org", "minutes": 10,
    "can_cancel": True, "required": True, "app_href": OTPAUTH,
}  # fmt: skip
FRESH_CODES = {
    "codes": CODES, "action": "#", "forced": False,
    "download_href": "data:text/plain;charset=utf-8," + quote("\n".join(CODES) + "\n"),
}  # fmt: skip

LOGIN: list[Sample] = [
    ("identify", "login/identify.html", IDENTIFY),
    ("identify-alone", "login/identify.html", IDENTIFY | {"client": None, "can_cancel": False}),
    ("identify-wrong", "login/identify.html", IDENTIFY | {
        "username": "ada@example.org",
        "errors": {"form": "The username or the password is not right. Check both and try again."}}),
    ("identify-empty", "login/identify.html", IDENTIFY | {
        "errors": {"username": "Enter your username or email.", "password": "Enter your password."}}),
    ("identify-known", "login/identify.html", IDENTIFY | {"known_user": ADA, "switch_href": "#"}),
    ("identify-notice", "login/identify.html", IDENTIFY | {"notice": "Your password is changed. Sign in with the new one."}),
    ("code", "login/code.html", CODE),
    ("code-wrong", "login/code.html", CODE | {"errors": {"code": CLOCK}}),
    ("code-every-time", "login/code.html", CODE | {"remember_days": None, "can_cancel": False}),
    ("recovery-code", "login/recovery_code.html", RECOVERY),
    ("recovery-code-wrong", "login/recovery_code.html", RECOVERY | {
        "errors": {"code": "That recovery code did not work. Each one works once; try another one from your list."}}),
    ("enrol", "login/enrol_totp.html", ENROL),
    ("enrol-wrong", "login/enrol_totp.html", ENROL | {"required": False, "errors": {"code": CLOCK}}),
    ("recovery-codes", "login/recovery_codes.html", FRESH_CODES),
    ("recovery-codes-forced", "login/recovery_codes.html", FRESH_CODES | {
        "forced": True, "errors": {"saved": "Tick this once the codes are saved."}}),
    ("select-account", "login/select_account.html", {"accounts": [ADA], "action": "#", "client": ACME}),
    ("ended", "login/ended.html", {
        "title": "This sign-in has expired", "restart_href": "#",
        "message": "It was left open for too long. Nothing is lost: start again and you are back in a moment."}),
    ("ended-elsewhere", "login/ended.html", {
        "title": "Opened in another browser",
        "message": "This sign-in began in another browser. Go back there, or return to the app and sign in from it."}),
]  # fmt: skip

SAMPLES: list[Sample] = [*LOGIN]
