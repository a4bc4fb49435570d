"""Single-use things of devices and of sign-ins that apps ask for, for races at a served instance."""

from collections.abc import Callable
from typing import Any

from tests.support.app_contests import Caller, callers, got
from tests.support.back_channel import BackChannelClient, basic
from tests.support.ciba import CLIENT, MESSAGE, NUMBER
from tests.support.ciba import GRANT as CIBA
from tests.support.contests import Contest, ServedInstance
from tests.support.device_grant import DEVICE, GRANT
from tests.support.http_person import HttpPerson


def device_code(instance: ServedInstance) -> Contest[Caller]:
    """One code of a device that its owner connected, redeemed 32 times."""
    issuer = instance.product.issuer
    app = BackChannelClient(instance.harness, f"tv{next(instance.numbers)}", **DEVICE).app
    codes = Caller(f"{issuer}/device_authorization").submit(client_id=app.client_id, scope="openid").json()
    jane = instance.newcomer("viewer")
    person = HttpPerson(jane.username)
    person.get(f"{issuer}/device")
    person.submit(user_code=codes["user_code"])
    person.submit(username=jane.username, password=jane.password)
    assert "/device/confirm/" in person.at, person.at
    person.submit(choice="approve")
    form = {"grant_type": GRANT, "device_code": codes["device_code"], "client_id": app.client_id}
    return Contest(callers(instance), got("access_token"), form)


def ciba_request(instance: ServedInstance) -> Contest[Caller]:
    """One request for a sign-in (CIBA) that its person approved, redeemed 32 times."""
    issuer, jane = instance.product.issuer, instance.newcomer("asked-for")
    app = BackChannelClient(instance.harness, f"till{next(instance.numbers)}", **CLIENT).app
    authorization = basic(app.client_id, app.secret)
    asking = Caller(f"{issuer}/bc-authorize", {"Authorization": authorization})
    asked = asking.submit(scope="openid", login_hint=jane.username, binding_message=MESSAGE).json()
    person = HttpPerson(jane.username)
    person.get(f"{issuer}/approve")
    person.submit(username=jane.username, password=jane.password)
    person.submit(number=NUMBER, choice="approve")
    form = {"grant_type": CIBA, "auth_req_id": asked["auth_req_id"]}
    return Contest(callers(instance, Authorization=authorization), got("access_token"), form)


CONTESTS: dict[str, Callable[[ServedInstance], Contest[Any]]] = {
    "a device's code": device_code,
    "a request for a sign-in": ciba_request,
}
