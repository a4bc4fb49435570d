"""Settings of the providers: whatever is missing, unsafe or pasted wrongly is told before anything starts."""

import pytest

from idp.config import BadSettings, Settings, load
from tests.support.providers import META, SECRET, TWILIO

GOOD = {"IDP_ISSUER": "https://id.example.com", "IDP_SMTP_URL": "smtp://mail.example.com"}
WEBHOOK = {"message_webhook_url": "https://gateway.example.com/in?x=1", "message_webhook_secret": SECRET}
SMS_TWILIO = {"sms_provider": "twilio", **TWILIO}


def loaded(**values: str) -> Settings:
    return load(GOOD | {f"IDP_{name.upper()}": value for name, value in values.items()})


def said(**values: str) -> list[str]:
    with pytest.raises(BadSettings) as refusal:
        loaded(**values)
    return str(refusal.value).splitlines()


def test_a_channel_is_there_when_somebody_delivers_it() -> None:
    assert loaded().channels == {"email"}
    assert loaded(email_codes="false").channels == set()
    assert loaded(**SMS_TWILIO).channels == {"email", "sms"}
    assert loaded(whatsapp_provider="meta", **META).channels == {"email", "whatsapp"}
    assert loaded(sms_provider="webhook", whatsapp_provider="webhook", **WEBHOOK).channels >= {"sms", "whatsapp"}
    assert Settings(issuer="http://localhost:8000", mode="development").channels == {"email", "sms", "whatsapp"}


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"sms_provider": "twilio"}, {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SMS_FROM"}),
        ({"whatsapp_provider": "twilio", **TWILIO, "twilio_content_sid": ""}, {"TWILIO_CONTENT_SID"}),
        ({"whatsapp_provider": "meta"}, {name.upper() for name in META if name != "whatsapp_template_languages"}),
        ({"whatsapp_provider": "webhook"}, {"MESSAGE_WEBHOOK_URL", "MESSAGE_WEBHOOK_SECRET"}),
    ],
)
def test_everything_a_provider_lacks_is_named_at_once(values: dict[str, str], missing: set[str]) -> None:
    lines = said(**values)
    assert {line.partition(":")[0] for line in lines} == {f"IDP_{name}" for name in missing}
    (choice,) = [name for name in values if name.endswith("_provider")]
    assert all(f"must be set, since IDP_{choice.upper()} is {values[choice]}" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("twilio_account_sid", "SK" + "5" * 32),
        ("twilio_auth_token", "a b"),
        ("twilio_auth_token", "abc\nX-Evil: 1"),
        ("twilio_sms_from", "004915112345678"),
        ("twilio_whatsapp_from", "whatsapp:+14155550100"),
        ("twilio_content_sid", "AC" + "5" * 32),
        ("whatsapp_phone_number_id", "+14155550100"),
        ("whatsapp_access_token", "abc\r\n"),
        ("whatsapp_template", "Verification code"),
        ("whatsapp_template_languages", "English"),
        ("whatsapp_template_languages", ""),
        ("twilio_url", "http://api.twilio.com"),
        ("twilio_url", ""),
        ("meta_url", "https://me:hunter2@graph.facebook.com/v23.0"),
        ("meta_url", "graph.facebook.com"),
        ("message_webhook_url", "http://10.0.0.7/in"),
        ("message_webhook_url", "https://gateway.example.com/ in"),
        ("message_webhook_url", "https://gateway.example.com:x/"),
        ("message_webhook_secret", "too short"),
        ("message_webhook_secret", "whsec_" + "A" * 28),
        ("message_webhook_secret", "this is long enough but it is not base64!"),
    ],
)
def test_what_cannot_be_is_named_and_not_repeated(name: str, value: str) -> None:
    (line,) = said(**{name: value})
    assert line.startswith(f"IDP_{name.upper()}: must ")
    assert "hunter2" not in line


def test_a_gateway_on_this_machine_needs_no_tls() -> None:
    local = "http://localhost:9000/in"
    assert loaded(sms_provider="webhook", **WEBHOOK | {"message_webhook_url": local}).message_webhook_url == local
    assert loaded(message_webhook_secret=SECRET).message_webhook_key == b"k" * 32
    assert loaded(message_webhook_secret=SECRET.removeprefix("whsec_")).message_webhook_key == b"k" * 32
