"""What the product sends by mail, as its reader finds it: links to press, taken from the mails themselves."""

import re

from idp.kernel.resources import TEMPLATES
from idp.messaging.codes import CODE, send_code
from idp.messaging.notices import EMAIL
from idp.messaging.rendering import RenderedMail, Renderer
from idp.messaging.sealed_secrets import SealedSecret, seal, unsealer
from idp.persistence.outbox import OutboxMessage
from idp.persistence.sent_codes import CodePurpose
from tests.support.harness import Harness

CODE_LIFE = 10
"""Minutes."""
LINK = re.compile(r"https?://\S+/(?:recover|alert|email|undo|sign-up)/\S+")
NOTHING = SealedSecret("", "")


def rendered_mails(harness: Harness, template: str) -> list[tuple[str, RenderedMail]]:
    """Return the mails of one kind that wait in the outbox, oldest first: recipient and content."""
    renderer = _renderer(harness)
    return [(each.recipient, renderer.render_mail(each.template, each.context)) for each in _waiting(harness, template)]


def told_by_administrator(harness: Harness) -> str:
    """What the newest notice says; it names an administrator, and does not ask whether it was its reader."""
    mail = rendered_mails(harness, "security_notice")[-1][1]
    for form in (mail.text, mail.html):
        assert "An administrator of your organisation did this." in form
        assert "Was this you?" not in form
    return f"{mail.subject} {mail.text}"


def texts(harness: Harness, template: str) -> list[tuple[str, str, str]]:
    """The short texts of one kind, likewise: channel, recipient and words."""
    renderer, found = _renderer(harness), _waiting(harness, template)
    notes = [renderer.render_text(each.template, each.context, channel=each.channel) for each in found]
    return [(each.channel, each.recipient, note.text) for each, note in zip(found, notes, strict=True)]


def _renderer(harness: Harness) -> Renderer:
    settings, services = harness.settings, harness.services
    unseal = unsealer(services.sealer)
    return Renderer(TEMPLATES, brand=settings.brand, issuer=settings.issuer, unseal=unseal, places=services.geoip)


def _waiting(harness: Harness, template: str) -> list[OutboxMessage]:
    with harness.services.database.read() as tx:
        return [message for message in tx.outbox.waiting() if message.template == template]


def links(harness: Harness, template: str) -> list[str]:
    """The links in them."""
    found = []
    for _, mail in rendered_mails(harness, template):
        (link,) = LINK.findall(mail.text)
        assert f'href="{link}"' in mail.html, "both forms of the mail lead to the same page"
        found.append(link)
    return found


def reset_links(harness: Harness) -> list[str]:
    """Links that set a new password."""
    return links(harness, "reset_offer")


def alert_links(harness: Harness) -> list[str]:
    """Links that end a sign-in."""
    return links(harness, "sign_in_alert")


def email_links(harness: Harness) -> list[str]:
    """Links that confirm a new address."""
    return links(harness, "email_change")


def undo_links(harness: Harness) -> list[str]:
    """Links that take a change back."""
    return links(harness, "contact_changed")


def codes(harness: Harness, channel: str) -> list[tuple[str, str]]:
    """Codes on their way by a channel, oldest first: recipient and the six digits."""
    unseal = unsealer(harness.services.sealer)
    with harness.services.database.read() as tx:
        waiting = [message for message in tx.outbox.waiting() if (message.channel, message.template) == (channel, CODE)]
    return [(each.recipient, unseal(SealedSecret.from_context(each.context) or NOTHING)) for each in waiting]


def enqueue_code(harness: Harness, code: str, *, channel: str = EMAIL, to: str = "jane@example.test") -> None:
    """Does what a sign-in does when a code is asked for."""
    name = harness.services.entropy.token()
    with harness.services.database.write() as tx:
        user = tx.users.by_identifier("jane")
        assert user is not None
        sealed = seal(harness.services.sealer, code, name=name)
        send_code(
            tx, user, channel=channel, recipient=to, sealed=sealed, purpose=CodePurpose.SIGN_IN, minutes=CODE_LIFE
        )
