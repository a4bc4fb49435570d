"""The interfaces of those who carry text messages, as their documentation has them, and as strict.

Each keeps what it took (`taken`: recipient, text or code), refuses what is not exactly as documented, answers with
`error` (status, the provider's own number) when that is set, and waits for `gate` before it answers.
"""

import base64
import json
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.support.receiver import Asked

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "send-codes.md"
NUMBER = re.compile(r"\+[1-9]\d{6,14}")
ACCOUNT, TOKEN, CONTENT = "AC" + "5" * 32, "twilio-token", "HX" + "7" * 32
TWILIO = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN, "twilio_sms_from": "+14155550199"}
TWILIO |= {"twilio_whatsapp_from": "+14155550198", "twilio_content_sid": CONTENT}
META = {"whatsapp_phone_number_id": "105954558954427", "whatsapp_access_token": "meta-token"}
META |= {"whatsapp_template": "verification_code", "whatsapp_template_languages": "en_US, de, pt_BR"}
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


class ProviderApi(ABC):
    """What the three have in common."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.error: tuple[int, int] | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.called = threading.Event()

    def __call__(self, asked: Asked) -> tuple[int, bytes]:
        self.called.set()
        self.gate.wait(20)
        status, said = self.refuse(*self.error) if self.error else self.answer(asked)
        return status, json.dumps(said).encode()

    @abstractmethod
    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]: ...

    @abstractmethod
    def refuse(self, status: int, number: int, /) -> tuple[int, dict[str, Any]]: ...


class TwilioApi(ProviderApi):
    """Twilio's Messages and Accounts resources, API 2010-04-01."""

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        wanted = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {wanted}":
            return self.refuse(401, 20003)
        if (asked.method, asked.path) == ("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json"):
            return 200, {"sid": ACCOUNT, "status": "active"}
        if (asked.method, asked.path) != ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"):
            return self.refuse(404, 20404)
        if asked.headers.get("content-type") != "application/x-www-form-urlencoded":
            return self.refuse(400, 21604)
        fields = dict(parse_qsl(asked.body.decode("ascii"), strict_parsing=True))
        form, _, number = fields.get("To", "").rpartition(":")
        said = _template(fields) if form == "whatsapp" else _sms(fields)
        if not (NUMBER.fullmatch(number) and said):
            return self.refuse(400, 21602)
        self.taken.append((number, said))
        return 201, {"sid": "SM" + "1" * 32, "status": "queued", "error_code": None}

    def refuse(self, status: int, number: int, /) -> tuple[int, dict[str, Any]]:
        info = f"https://www.twilio.com/docs/errors/{number}"
        return status, {"code": number, "message": "About +14155550100", "more_info": info, "status": status}


def _sms(fields: dict[str, str]) -> str:
    """What is said, if these are the fields of a text message."""
    sender = fields.get("From") == TWILIO["twilio_sms_from"] or fields.get("MessagingServiceSid", "").startswith("MG")
    return fields.get("Body", "") if sender and len(fields) == 3 else ""


def _template(fields: dict[str, str]) -> str:
    """What the variable is, if these are the fields of a WhatsApp template."""
    sender = fields.get("From") == f"whatsapp:{TWILIO['twilio_whatsapp_from']}"
    whole = set(fields) == {"To", "From", "ContentSid", "ContentVariables"} and fields["ContentSid"] == CONTENT
    return str(json.loads(fields["ContentVariables"])["1"]) if sender and whole else ""


class MetaApi(ProviderApi):
    """Messages of the WhatsApp Business Cloud API, and its phone number node."""

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        number = META["whatsapp_phone_number_id"]
        if asked.headers.get("authorization") != f"Bearer {META['whatsapp_access_token']}":
            return self.refuse(401, 190)
        if (asked.method, asked.path) == ("GET", f"/v23.0/{number}?fields=id"):
            return 200, {"id": number}
        if (asked.method, asked.path) != ("POST", f"/v23.0/{number}/messages"):
            return self.refuse(404, 100)
        said = json.loads(asked.body)
        code = said["template"]["components"][0]["parameters"][0]["text"]
        text = [{"type": "text", "text": code}]
        documented = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": said["to"],
            "type": "template",
            "template": {
                "name": META["whatsapp_template"],
                "language": {"code": said["template"]["language"]["code"]},
                "components": [
                    {"type": "body", "parameters": text},
                    {"type": "button", "sub_type": "url", "index": "0", "parameters": text},
                ],
            },
        }
        if said != documented or len(code) > 15 or not said["to"].isdigit():
            return self.refuse(400, 100)
        if said["template"]["language"]["code"] not in {"en_US", "de", "pt_BR"}:
            return self.refuse(404, 132001)
        self.taken.append((f"+{said['to']}", code))
        contacts = [{"input": said["to"], "wa_id": said["to"]}]
        return 200, {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": "wamid.1"}]}

    def refuse(self, status: int, number: int, /) -> tuple[int, dict[str, Any]]:
        said = {"message": f"(#{number}) About 14155550100", "type": "OAuthException", "code": number}
        return status, {"error": said | {"error_data": {"messaging_product": "whatsapp"}, "fbtrace_id": "Az8"}}


class GatewayApi(ProviderApi):
    """Somebody's own gateway, checking signatures with the very function that the how-to gives."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.clock = clock
        self.seen: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        verify = documented_function("verify")
        if not verify(asked.headers, asked.body, SECRET, now=self.clock()):
            return 401, {}
        said = json.loads(asked.body)
        assert said["message_id"] == asked.headers["webhook-id"]
        self.seen.append(said)
        self.taken.append((said["recipient"], said["text"]))
        return 200, {}

    def refuse(self, status: int, _number: int, /) -> tuple[int, dict[str, Any]]:
        return status, {}


def documented_function(name: str) -> Callable[..., Any]:
    """A function of the how-to, as somebody would copy it."""
    (block,) = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    found: dict[str, Any] = {}
    exec(compile(block, str(HOW_TO), "exec"), found)  # noqa: S102 - our own documentation
    function: Callable[..., Any] = found[name]
    return function
