"""docs/reference/limits.md says what the running configuration does (ASVS 5.0 section 6.1.1)."""

import inspect
import re
from pathlib import Path

from idp.audit.bounds import MOST_KNOWN, MOST_OF_NAMES, MOST_UNKNOWN
from idp.config import Settings
from idp.factors.sent_code import MAX_TRIES
from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.login.policy import rate_limits
from idp.persistence.throttles import Limit
from idp.protocol.refusals import MOST_OF_ONE_REASON

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "limits.md"
SETTINGS = Settings(issuer="https://id.example.test", smtp_url="smtp://localhost:1")
QUARTER = 15 * MINUTE
SPANS = {"in a day": DAY, "in 20 minutes": 20 * MINUTE, "in an hour": HOUR}


def told() -> list[tuple[int, int, int | None, int | None]]:
    """The rows of the table: count and seconds of the short window, count of the day, and in a row."""
    rows = re.findall(r"^\| (?!What|---)(.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [_row(*row.split(" | ")) for row in rows]


def _row(_what: str, _by: str, short: str, day: str, ends: str) -> tuple[int, int, int | None, int | None]:
    seconds = next((span for words, span in SPANS.items() if short.endswith(words)), QUARTER)
    numbers = [re.search(r"\((\d+)\)", text) or re.search(r"\d+", text) for text in (short, day)]
    first, second = (int(found[found.lastindex or 0]) if found else None for found in numbers)
    in_a_row = re.search(r"`throttle_codes_in_a_row` \((\d+)\)", ends)
    assert first is not None
    return first, seconds, second, int(in_a_row[1]) if in_a_row else None


def as_told(limit: Limit) -> tuple[int, int, int | None, int | None]:
    assert limit.long_seconds == DAY
    return limit.short_count, limit.short_seconds, limit.long_count, limit.in_a_row


def test_the_table_of_limits_is_the_running_configuration() -> None:
    code = as_told(rate_limits.code_limit(SETTINGS))
    assert told() == [
        as_told(rate_limits.password_limit(SETTINGS)),
        as_told(rate_limits.network_limit(SETTINGS)),
        as_told(rate_limits.password_limit(SETTINGS)),
        code,
        code,
        (MAX_TRIES, QUARTER, None, None),
        *map(as_told, (rate_limits.SEND_LIMIT, rate_limits.RECEIVE_LIMIT)),
        *map(as_told, (rate_limits.network_limit(SETTINGS), rate_limits.WARNING_LIMIT)),
        *map(as_told, (rate_limits.RESET_LIMIT, rate_limits.ADDRESS_LIMIT)),
        *map(as_told, (rate_limits.CONTACT_LIMIT, rate_limits.ADDRESS_LIMIT)),
        *map(as_told, (rate_limits.MAILBOX_LIMIT, rate_limits.STRENGTH_LIMIT)),
        *map(as_told, (rate_limits.USER_CODE_LIMIT, rate_limits.DEVICE_LIMIT)),
        *map(as_told, (rate_limits.ciba_limit(SETTINGS), rate_limits.CIBA_CLIENT_LIMIT)),
        (SETTINGS.login_flows_per_network, rate_limits.LOGIN_FLOW_WINDOW, None, None),
        (MOST_UNKNOWN, HOUR, None, None),
        (MOST_KNOWN, HOUR, None, None),
        (MOST_OF_NAMES, HOUR, None, None),
        (MOST_OF_ONE_REASON, HOUR, None, None),
    ]


def test_every_limit_there_is_stands_in_the_table() -> None:
    limits = [name for name, value in vars(rate_limits).items() if isinstance(value, Limit)]
    assert len(limits) == 11, "a new limit wants a row in docs/reference/limits.md and here"


def test_who_has_no_address_shares_no_bucket() -> None:
    """Every bucket that is made of an address alone."""
    made = [make for make in vars(rate_limits).values() if inspect.isfunction(make)]
    of_network = [make for make in made if list(inspect.signature(make).parameters) == ["address"]]
    buckets = {make.__name__: make("") for make in of_network if ":network:" in str(make("203.0.113.9"))}
    assert len(buckets) == 5
    assert set(buckets.values()) == {None}


def test_what_is_reset_for_somebody_is_nobody_elses() -> None:
    """Imported ids may be short, and counters are reset by the beginning of their name."""
    ours, others = rate_limits.bucket_prefixes("4"), rate_limits.bucket_prefixes("42")
    assert [one for one in ours if any(other.startswith(one) for other in others)] == []
