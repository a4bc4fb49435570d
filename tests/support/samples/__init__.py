"""Sample variables for every page in each of its states; they are also the written contract of the templates.

    common    what several kinds share: an app, a person, codes, ways
    sign_in   set_up   links   account   security   others   mails

A sample is ``(name, template, variables)``. The gallery renders it with ``COMMON`` beneath, under strict undefined
checking, so a page that reads a variable its sample lacks fails there.
"""

from tests.support.samples.account import PAGES
from tests.support.samples.common import COMMON, Sample
from tests.support.samples.links import LINKS
from tests.support.samples.mails import EMAILS
from tests.support.samples.others import OTHERS, SELF_SENDING
from tests.support.samples.security import SECURITY_PAGES
from tests.support.samples.set_up import SET_UP
from tests.support.samples.sign_in import SIGN_IN

__all__ = ["COMMON", "SAMPLES", "SELF_SENDING", "Sample"]

SAMPLES: list[Sample] = [
    *SIGN_IN, *SET_UP, *LINKS, *PAGES, *SECURITY_PAGES, *OTHERS, *EMAILS, SELF_SENDING,
]  # fmt: skip
