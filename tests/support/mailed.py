"""What the product sends by mail, as its reader finds it: links to press, taken from the letters themselves."""

import re

from idp.app import TEMPLATES
from idp.messaging.codes import CODE
from idp.messaging.rendering import Letter, Renderer
from idp.messaging.sealed import SealedSecret, opener
from tests.support.harness import Harness

LINK = re.compile(r"https?://\S+/(?:recover|alert|email|undo)/\S+")
NOTHING = SealedSecret("", "")


def letters(harness: Harness, template: str) -> list[tuple[str, Letter]]:
    """The letters of one kind that wait in the outbox, oldest first: recipient and content."""
    settings = harness.settings
    renderer = Renderer(
        TEMPLATES,
        brand=settings.brand,
        issuer=settings.issuer,
        unseal=opener(harness.core.sealer),
        places=harness.core.places,
    )
    with harness.core.database.read() as tx:
        waiting = [message for message in tx.outbox.waiting() if message.template == template]
    return [(message.recipient, renderer.letter(message.template, message.context)) for message in waiting]


def links(harness: Harness, template: str) -> list[str]:
    """The links in them."""
    found = []
    for _, letter in letters(harness, template):
        (link,) = LINK.findall(letter.text)
        assert f'href="{link}"' in letter.html, "both forms of the letter lead to the same page"
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
    unseal = opener(harness.core.sealer)
    with harness.core.database.read() as tx:
        waiting = [message for message in tx.outbox.waiting() if (message.channel, message.template) == (channel, CODE)]
    return [(each.recipient, unseal(SealedSecret.of(each.context) or NOTHING)) for each in waiting]
