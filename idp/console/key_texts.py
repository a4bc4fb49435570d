"""Signing keys in plain words, and what a rotation does to apps. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from idp.console.responses import Confirmation
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.signing.keyring import Preview
from idp.signing.rotation import KeyState
from idp.web import console_paths

STATES = {
    KeyState.NEXT: (Text("Published, not used yet"), "low"),
    KeyState.ACTIVE: (Text("In use"), "on"),
    KeyState.RETIRED: (Text("Retired"), "off"),
}
UNTIL = {
    KeyState.NEXT: Text("Used from {time}"),
    KeyState.ACTIVE: Text("The next key is due on {time}"),
    KeyState.RETIRED: Text("Published until {time}, so that what it signed stays valid"),
}
NOTICES = {
    "planned": Text("The next keys are published. They are used once apps have had time to fetch them."),
    "at-once": Text("New keys are in use. What the old ones signed stays valid until it ends."),
}
KEPT = Text("What the present keys signed stays valid, and they stay published until {time}.")


def rotation(preview: Preview, algs: Sequence[str] | None) -> Confirmation:
    """Return the question before the next keys are published; `algs` are those chosen."""
    start = Moment(preview.signs_from)
    return Confirmation(
        question=Text("Publish the next keys now?"),
        lead=Text("For {algorithms}. They are used from {time}.", algorithms=", ".join(preview.algs), time=start),
        points=(
            Text("Apps that fetch the keys by themselves need nothing: they have time until {time}.", time=start),
            Text("An app in which somebody pasted a key refuses sign-ins from then on. Give it the new key before."),
            KEPT.with_values(time=Moment(preview.kept_until)),
            Text("Nobody is signed out."),
        ),
        button=Text("Publish the next keys"),
        back=console_paths.KEYS,
        fields=_fields(algs),
        danger=False,
    )


def replacement(preview: Preview, algs: Sequence[str] | None) -> Confirmation:
    """Return the question before new keys sign at once."""
    return Confirmation(
        question=Text("Use new keys at once?"),
        lead=Text("For keys that somebody else may know: {algorithms}.", algorithms=", ".join(preview.algs)),
        points=(
            Text("Apps that fetch the keys by themselves do so when they see the first new one."),
            Text("An app that keeps keys and does not look again refuses sign-ins until it does. Restart it, or wait."),
            Text("An app in which somebody pasted a key refuses sign-ins at once. Give it the new key."),
            KEPT.with_values(time=Moment(preview.kept_until)),
            Text(
                "Who knows an old key can use it until then. To end that, stop the server and move its key file away."
            ),
        ),
        button=Text("Use new keys now"),
        back=console_paths.KEYS,
        fields=_fields(algs),
    )


def _fields(algs: Sequence[str] | None) -> list[tuple[str, str]]:
    return [("alg", alg) for alg in algs or ()]
