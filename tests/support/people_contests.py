"""Single-use things of people, for races at a served instance: codes, challenges, forms and mailed links.

Another thing that works once is another function that prepares 32 people, and another line in `CONTESTS`.
"""

import json
from collections.abc import Callable
from urllib.parse import urljoin

from idp.admin import invitations
from idp.login.policy.rules import RuleKind
from tests.support.account import CODES, EMAIL, PHONE, SECURITY
from tests.support.authenticator import Authenticator
from tests.support.concurrency import CROWD
from tests.support.contests import Contest, ServedInstance
from tests.support.http_person import HttpPerson
from tests.support.mailed import alert_links, codes, email_links, links, reset_links, undo_links
from tests.support.page_text import form_token, options_path, recovery_codes, setup_key
from tests.support.passkeys import ADD
from tests.support.policy import rule, store_rules

NEW = "violet tram sleeps under nine bridges"


def _inside(person: HttpPerson) -> str:
    return person.cookie("session") if person.inside else ""


def _accepted(person: HttpPerson) -> str:
    return str(id(person)) if person.page.status_code == 200 else ""


def _new_codes(person: HttpPerson) -> str:
    return " ".join(recovery_codes(person.page.text))


def recovery_code(instance: ServedInstance) -> Contest[HttpPerson]:
    """One code, in 32 sign-ins of the same person."""
    jane = instance.newcomer("recovery", totp=True)
    people = [instance.with_password(jane) for _ in range(CROWD)]
    for person in people:
        person.get(person.at.replace("/code", "/recovery"))
    return Contest(people, _inside, {"code": jane.codes[0]})


def sent_code(instance: ServedInstance) -> Contest[HttpPerson]:
    """One code, mailed for one sign-in, sent from 32 copies of its browser."""
    jane = instance.newcomer("mailed")
    owner = instance.with_password(jane, f"{SECURITY}/codes/email")
    owner.submit(action="/send")
    owner.submit(action="/codes/email", code=codes(instance.harness, "email")[-1][1])
    owner.submit(action=CODES, saved="1")
    person = instance.with_password(jane)
    code = codes(instance.harness, "email")[-1][1]
    return Contest([person.twin() for _ in range(CROWD)], _inside, {"action": "/code/email", "code": code})


def passkey_challenge(instance: ServedInstance) -> Contest[HttpPerson]:
    """One challenge, answered once, and the answer sent from 32 copies of the browser it was given to."""
    jane, key = instance.newcomer("passkey"), Authenticator(instance.product.issuer)
    owner = instance.with_password(jane, ADD)
    owner.submit(action=ADD, credential=key.create(_options(owner)), name="My phone")
    owner.submit(action=CODES, saved="1")
    person = instance.person(jane)
    answer = key.get(_options(person))
    return Contest([person.twin() for _ in range(CROWD)], _inside, {"action": "/passkey", "credential": answer})


def reset_link(instance: ServedInstance) -> Contest[HttpPerson]:
    """One mailed link, opened in 32 browsers."""
    jane = instance.newcomer("forgetful")
    asking = HttpPerson(jane.username)
    asking.get(f"{instance.product.issuer}/recover")
    asking.submit(username=jane.username)
    return Contest(instance.crowd_at(reset_links(instance.harness)[-1]), _accepted, {"password": NEW})


def email_change_link(instance: ServedInstance) -> Contest[HttpPerson]:
    """The same, to confirm a new address."""
    jane = instance.newcomer("moving", email_verified=True)
    owner = instance.with_password(jane, EMAIL)
    owner.submit(action=EMAIL, email=f"{jane.username}@new.example.test")
    return Contest(instance.crowd_at(email_links(instance.harness)[-1]), _accepted)


def undo_link(instance: ServedInstance) -> Contest[HttpPerson]:
    """The same, to take such a change back."""
    jane = instance.newcomer("moved", email_verified=True)
    owner = instance.with_password(jane, EMAIL)
    owner.submit(action=EMAIL, email=f"{jane.username}@new.example.test")
    mailbox = HttpPerson("")
    mailbox.get(email_links(instance.harness)[-1])
    mailbox.submit()
    return Contest(instance.crowd_at(undo_links(instance.harness)[-1]), _accepted)


def alert_link(instance: ServedInstance) -> Contest[HttpPerson]:
    """The same, to end a sign-in that its owner does not know."""
    instance.with_password(instance.newcomer("alarmed"))
    return Contest(instance.crowd_at(alert_links(instance.harness)[-1]), _accepted)


def app_code(instance: ServedInstance) -> Contest[HttpPerson]:
    """One code of an authenticator app, in 32 sign-ins of the same person."""
    jane = instance.newcomer("app", totp=True)
    people = [instance.with_password(jane) for _ in range(CROWD)]
    return Contest(people, _inside, {"code": people[0].next_code()})


def password_form(instance: ServedInstance) -> Contest[HttpPerson]:
    """One sign-in form with the right password, sent from 32 copies of its browser."""
    jane = instance.newcomer("typed")
    person = instance.person(jane)
    form = {"username": jane.username, "password": jane.password}
    return Contest([person.twin() for _ in range(CROWD)], _inside, form)


def set_up(instance: ServedInstance) -> Contest[HttpPerson]:
    """One set-up of an authenticator app, confirmed from 32 copies of its browser."""
    person = instance.with_password(instance.newcomer("setting", second_step_required=True))
    shown = setup_key(person.page.text)
    assert shown, person.at
    person.seed = shown
    return Contest([person.twin() for _ in range(CROWD)], _new_codes, {"code": person.next_code()})


def sign_up_link(instance: ServedInstance) -> Contest[HttpPerson]:
    """One mailed link, to create an account, opened in 32 browsers."""
    store_rules(instance.harness, rule(RuleKind.ORGANISATION, self_registration=True))
    asking = HttpPerson("")
    asking.get(instance.product.issuer + SECURITY)
    asking.get(asking.at.replace("/identify", "/register"))
    asking.submit(email=f"nora{next(instance.numbers)}@mail.example")
    form = {"name": "Nora", "password": NEW}
    return Contest(instance.crowd_at(links(instance.harness, "registration")[-1]), _accepted, form)


def invitation(instance: ServedInstance) -> Contest[HttpPerson]:
    """The same, to choose the first password."""
    services, invited = instance.harness.services, instance.newcomer("invited", password_hash=None)
    with services.database.write() as tx:
        user = tx.users.by_id(invited.id)
        assert user
        invitations.invite(tx, user, services.entropy, services.sealer)
    return Contest(instance.crowd_at(links(instance.harness, "invitation")[-1]), _accepted, {"password": NEW})


def number_code(instance: ServedInstance) -> Contest[HttpPerson]:
    """One code that proves a phone number, sent from 32 copies of the browser."""
    person = instance.with_password(instance.newcomer("calling"), PHONE)
    person.submit(action=PHONE, number=f"+4915112{next(instance.numbers):06}", channel="sms")
    form = {"action": f"{PHONE}/sms", "code": codes(instance.harness, "sms")[-1][1]}
    return Contest([person.twin() for _ in range(CROWD)], _proven, form)


def _proven(person: HttpPerson) -> str:
    return str(id(person)) if person.at.endswith("done=phone") else ""


CONTESTS: dict[str, Callable[[ServedInstance], Contest[HttpPerson]]] = {
    "a recovery code": recovery_code,
    "a sent code": sent_code,
    "a passkey's challenge": passkey_challenge,
    "a reset link": reset_link,
    "an email-change link": email_change_link,
    "a link that undoes it": undo_link,
    "a link that ends a sign-in": alert_link,
    "a code of an app": app_code,
    "a form with the password": password_form,
    "a set-up": set_up,
    "a sign-up link": sign_up_link,
    "an invitation": invitation,
    "a code that proves a number": number_code,
}


def _options(person: HttpPerson) -> dict[str, object]:
    """What the page's script is told."""
    page = person.page.text
    answer = person.ask(urljoin(person.at, options_path(page)), csrf=form_token(page))
    told: dict[str, object] = json.loads(answer)
    return told
