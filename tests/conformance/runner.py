"""One plan from start to end."""

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.conformance.approvals import Approvals, taking_approvals
from tests.conformance.configuration import ALIAS, configuration
from tests.conformance.plan import Plan
from tests.conformance.provider import Provider, Site, running_provider
from tests.conformance.results import ModuleResult
from tests.conformance.suite import ENDED, Suite
from tests.conformance.visitor import Visitor, new_context

LONGEST_MODULE = 300.0
"""Seconds; some modules wait 60 by themselves."""
ROTATES_KEYS = "oidcc-server-rotate-keys"
CANCELS = ("user-rejects-authentication",)


def run_plan(
    plan: Plan, site: Site, suite: Suite, browser: Browser, *, only: Collection[str] = ()
) -> list[ModuleResult]:
    """Run a plan, or some of its modules; their results in order."""
    with running_provider(plan, site, ALIAS.format(plan.key)) as provider, taking_approvals() as approvals:
        account = Account(approvals, new_context(browser)) if plan.is_answered_elsewhere else None
        approval_url = approvals.address if account else ""
        created = suite.create_plan(plan.name, plan.variant, configuration(plan, provider, approval_url))
        names = Counter(module["testModule"] for module in created["modules"])
        people = cycle(provider.people[:1] if account else provider.people)
        found = []
        for module in created["modules"]:
            name = module["testModule"]
            if only and name not in only:
                continue
            result = _Run(provider, suite, browser, module, account).finish(created["id"], next(people))
            found.append(result if names[name] > 1 else replace(result, variant={}))
            print(found[-1], flush=True)
        return found


@dataclass(frozen=True)
class Account:
    """What the one person of a plan has to answer in their account, and the browser in which they stay signed in."""

    approvals: Approvals
    context: BrowserContext


class _Run:
    """One module."""

    def __init__(
        self, provider: Provider, suite: Suite, browser: Browser, module: dict[str, Any], account: Account | None
    ) -> None:
        self._provider, self._suite, self._browser = provider, suite, browser
        self._module, self._account = module, account
        self._rotated = False

    def finish(self, plan_id: str, member: Any) -> ModuleResult:  # noqa: ANN401 - a person
        """Run it to its end."""
        name = self._module["testModule"]
        test_id = self._suite.start_module(plan_id, self._module)
        context = self._account.context if self._account else new_context(self._browser)
        visitor = Visitor(self._suite, self._provider.issuer, member, name, test_id, context)
        visitor.cancels = name.endswith(CANCELS) and not self._account
        end = time.monotonic() + LONGEST_MODULE
        while (info := self._suite.info(test_id))["status"] not in ENDED:
            if time.monotonic() > end:
                self._suite.cancel(test_id)
                visitor.notes.append("took too long")
                end += LONGEST_MODULE
            self._step(visitor, test_id, info["status"])
        if not self._account:
            context.close()
        complaints = self._suite.complaints(test_id)
        result = str(info.get("result") or info["status"])
        return ModuleResult(name, dict(self._module.get("variant") or {}), result, complaints, visitor.notes)

    def _step(self, visitor: Visitor, test_id: str, status: str) -> None:
        if status == "CONFIGURED" and visitor.module == ROTATES_KEYS and not self._rotated:
            self._provider.rotate_keys()
            self._rotated = True
            self._suite.go_on(test_id)
        if self._account and (wanted := self._account.approvals.next()):
            visitor.answer(wanted)
        waiting = self._suite.open_addresses(test_id)
        if waiting:
            visitor.open(*waiting[0])
        else:
            time.sleep(0.3)
