"""Those who carry text messages: each gets exactly what it documents, and none can hold up or mislead the rest."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from idp.config import Settings
from idp.kernel.clock import SystemClock
from idp.messaging.codes import SMS, WHATSAPP
from idp.messaging.notices import EMAIL
from idp.messaging.phone_messages import Provider, TextMessage
from idp.messaging.providers.choice import for_channel
from idp.messaging.providers.meta import nearest
from idp.messaging.smtp import Rejected, Undelivered
from idp.server.background import BackgroundJobs
from tests.support.databases import Databases
from tests.support.harness import Harness, migrate
from tests.support.mail_server import mail_server, self_signed
from tests.support.mailed import enqueue_code
from tests.support.providers import META, SECRET, TWILIO, GatewayApi, MetaApi, ProviderApi, TwilioApi
from tests.support.receiver import Receiver, receiver
from tests.support.tables import count_waiting, events, rows

NUMBER = "+14155550100"
CODE = "048213"
NOW = 1_780_315_200
BODY = f"Countersign: {CODE} is your sign-in code. Valid for 10 minutes. Give it to nobody."
BOUND = f"\n\n@id.example.test #{CODE}"


def settings(**values: str) -> Settings:
    return Settings.model_validate({"issuer": "https://id.example.test", "smtp_url": "smtp://localhost:1", **values})


def twilio(server: Receiver, **values: str) -> Settings:
    chosen = {"sms_provider": "twilio", "whatsapp_provider": "twilio", "twilio_url": server.origin}
    return settings(**chosen, **TWILIO | values)


def meta(server: Receiver) -> Settings:
    return settings(whatsapp_provider="meta", meta_url=f"{server.origin}/v23.0", **META)


def webhook(server: Receiver) -> Settings:
    address = {"message_webhook_url": f"{server.origin}/in", "message_webhook_secret": SECRET}
    return settings(sms_provider="webhook", whatsapp_provider="webhook", **address)


def text(channel: str, language: str = "en") -> TextMessage:
    said = BODY + BOUND if channel == SMS else BODY
    return TextMessage(f"{NOW}-1", channel, NUMBER, said, CODE, "sign_in", language, NOW)


def provider(chosen: Settings, channel: str) -> Provider:
    return for_channel(chosen, channel, SystemClock())


def test_twilio_gets_texts_and_templates_as_it_documents_them() -> None:
    api = TwilioApi()
    with receiver(api) as server:
        for channel in (SMS, WHATSAPP):
            provider(twilio(server), channel).send(text(channel))
        provider(twilio(server, twilio_sms_from="MG" + "3" * 32), SMS).send(text(SMS))
        assert provider(twilio(server), SMS).check() == "Twilio knows the account"
        assert [said for _, said in api.taken] == [BODY + BOUND, CODE, BODY + BOUND]
        with pytest.raises(Undelivered, match="Twilio answered 401, error 20003"):
            provider(twilio(server, twilio_auth_token="wrong"), SMS).check()


def test_whatsapp_gets_its_template_in_the_language_somebody_reads_best() -> None:
    api = MetaApi()
    with receiver(api) as server:
        for language in ("en", "de", "ar"):
            provider(meta(server), WHATSAPP).send(text(WHATSAPP, language))
        assert provider(meta(server), WHATSAPP).check() == "WhatsApp knows the sending number"
    assert api.taken == [(NUMBER, CODE)] * 3
    approved = ["en_US", "de", "pt_PT", "pt_BR"]
    wanted = {"de": "de", "pt-BR": "pt_BR", "pt": "pt_PT", "en": "en_US", "ar": "en_US", "fr-CA": "en_US"}
    assert {language: nearest(language, approved) for language in wanted} == wanted


def test_a_gateway_of_ones_own_gets_everything_signed() -> None:
    api = GatewayApi()
    with receiver(api) as server:
        provider(webhook(server), SMS).send(text(SMS))
        forged = webhook(server).model_copy(update={"message_webhook_secret": SECRET.replace("a", "b")})
        with pytest.raises(Undelivered, match="401"):
            provider(forged, SMS).send(text(SMS))
        api.clock = lambda: 0
        with pytest.raises(Undelivered, match="401"):
            provider(webhook(server), SMS).send(text(SMS))
        assert "not tried" in provider(webhook(server), SMS).check()
    assert api.seen == [
        {
            "message_id": f"{NOW}-1", "created_at": "2026-06-01T12:00:00+00:00", "channel": "sms", "recipient": NUMBER,
            "purpose": "sign_in", "language": "en", "text": BODY + BOUND, "code": CODE,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("api", "chosen", "never", "later"),
    [
        (TwilioApi(), twilio, [(400, 21211), (400, 21610)], [(429, 20429), (500, 20500), (400, 21606), (401, 20003)]),
        (MetaApi(), meta, [(400, 131026)], [(429, 130429), (503, 131016), (401, 190), (400, 132001)]),
        (GatewayApi(), webhook, [(422, 0)], [(429, 0), (503, 0), (400, 0), (404, 0), (302, 0)]),
    ],
    ids=["twilio", "meta", "webhook"],
)
def test_only_a_number_that_can_never_be_reached_is_given_up(
    api: ProviderApi, chosen: Callable[[Receiver], Settings], never: list[tuple[int, int]], later: list[tuple[int, int]]
) -> None:
    with receiver(api) as server:
        sender = provider(chosen(server), WHATSAPP)
        for error in never + later:
            api.error = error
            with pytest.raises(Undelivered) as failure:
                sender.send(text(WHATSAPP))
            assert isinstance(failure.value, Rejected) == (error in never), error
            assert "4155550100" not in str(failure.value), "a provider's words repeat the number"


def test_a_redirect_is_not_followed_and_a_stranger_is_told_nothing(tmp_path: Path) -> None:
    with receiver() as server, receiver() as other:
        server.status, server.location = 307, other.url
        with pytest.raises(Undelivered, match="307"):
            provider(webhook(server), SMS).send(text(SMS))
        assert not other.called.is_set()
    with receiver(TwilioApi()) as stranger:
        stranger.socket = self_signed(tmp_path).wrap_socket(stranger.socket, server_side=True)
        chosen = twilio(stranger).model_copy(update={"twilio_url": stranger.origin.replace("http:", "https:")})
        with pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
            provider(chosen, SMS).send(text(SMS))


def test_an_answer_that_is_no_json_or_never_ends_is_survived() -> None:
    for nonsense in (b"<html>", b"[" * 100_000, b'{"code": "21211"}', b""):
        with receiver(lambda _, said=nonsense: (400, said)) as server:  # type: ignore[misc]  # mypy cannot tell the type of a default in a lambda
            with pytest.raises(Undelivered) as failure:
                provider(twilio(server), SMS).send(text(SMS))
            assert not isinstance(failure.value, Rejected)


@pytest.fixture
def apis() -> tuple[TwilioApi, MetaApi]:
    return TwilioApi(), MetaApi()


@pytest.fixture
def phones(databases: Databases, tmp_path: Path, apis: tuple[TwilioApi, MetaApi]) -> Iterator[Harness]:
    """The product with a provider for each channel, and somebody to write to."""
    with (
        databases.fresh(migrate) as url,
        receiver(apis[0]) as sms,
        receiver(apis[1]) as whatsapp,
        mail_server() as mail,
    ):
        chosen = {"sms_provider": "twilio", "twilio_url": sms.origin, "whatsapp_provider": "meta", **TWILIO, **META}
        made = Harness(url, tmp_path, smtp_url=mail.url, meta_url=f"{whatsapp.origin}/v23.0", **chosen)
        made.person("jane")
        yield made
        made.close()


def test_a_provider_that_is_down_or_hangs_keeps_no_other_channel_waiting(
    phones: Harness, apis: tuple[TwilioApi, MetaApi], caplog: pytest.LogCaptureFixture
) -> None:
    twilio_api, meta_api = apis
    for channel, to in ((SMS, NUMBER), (WHATSAPP, NUMBER), (EMAIL, "jane@example.test")):
        enqueue_code(phones, CODE, channel=channel, to=to)
    assert CODE not in str(rows(phones)), "they wait sealed"
    background = BackgroundJobs(phones.services)
    meta_api.gate.clear()
    hanging = threading.Thread(target=background.deliver, args=(WHATSAPP,))
    hanging.start()
    assert meta_api.called.wait(10)
    twilio_api.error = (503, 20503)
    with caplog.at_level(logging.DEBUG, logger="idp"):
        background.deliver(SMS)
        background.deliver(EMAIL)
    assert count_waiting(phones) == 2, "mail went, while one provider hangs and the other is down"
    twilio_api.error = None
    phones.clock.advance(2)
    background.deliver(SMS)
    meta_api.gate.set()
    hanging.join(10)
    assert twilio_api.taken == [(NUMBER, BODY + BOUND)]
    assert meta_api.taken == [(NUMBER, CODE)]
    assert count_waiting(phones) == 0
    assert "Twilio answered 503" in caplog.text
    assert CODE not in caplog.text
    assert "4155550100" not in caplog.text


def test_a_number_that_cannot_be_reached_is_told_to_its_owner_and_nowhere_else(
    phones: Harness, apis: tuple[TwilioApi, MetaApi]
) -> None:
    apis[1].error = (400, 131026)
    enqueue_code(phones, CODE, channel=WHATSAPP, to=NUMBER)
    BackgroundJobs(phones.services).run_once()
    assert (count_waiting(phones), events(phones, "message.abandoned", "failure")) == (0, 1)
    with phones.services.database.read() as tx:
        (row,) = tx.audit.latest(event="message.abandoned", limit=2)
    assert row.user_id is not None
    assert row.detail["reason"] == "WhatsApp answered 400, error 131026"
    assert "4155550100" not in str(rows(phones, "audit_events"))
