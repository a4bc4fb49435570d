"""One plan from start to end."""

import time
from collections.abc import Collection
from itertools import cycle
from typing import Any

from playwright.sync_api import Browser

from tests.conformance.configuration import ALIAS, configuration
from tests.conformance.plans import Plan
from tests.conformance.provider import Provider, Site, running_provider
from tests.conformance.results import ModuleResult
from tests.conformance.suite import ENDED, Suite
from tests.conformance.visitor import Visitor, new_context

Module = dict[str, Any]
"""`testModule` and `variant`, as the suite lists them."""
LONGEST_MODULE = 300.0
"""Seconds; some modules wait 60 by themselves."""
ROTATES_KEYS = "oidcc-server-rotate-keys"
CANCELS = ("user-rejects-authentication",)


def run_plan(
    plan: Plan, site: Site, suite: Suite, browser: Browser, *, only: Collection[str] = ()
) -> list[ModuleResult]:
    """Run a plan, or some of its modules; their results in order."""
    with running_provider(plan, site, ALIAS.format(plan.key)) as provider:
        created = suite.create_plan(plan.name, plan.variant, configuration(plan, provider))
        apart = _differing(created["modules"])
        people = cycle(provider.people)
        found = []
        for module in created["modules"]:
            if only and module["testModule"] not in only:
                continue
            run = _Run(provider, suite, browser, module, apart)
            found.append(run.finish(created["id"], next(people)))
            print(found[-1], flush=True)
        return found


def _differing(modules: list[Module]) -> set[str]:
    """Return the members of the variant that are not the same in all modules."""
    values: dict[str, set[str]] = {}
    for module in modules:
        for name, value in (module.get("variant") or {}).items():
            values.setdefault(name, set()).add(value)
    return {name for name, found in values.items() if len(found) > 1}


class _Run:
    """One module."""

    def __init__(
        self, provider: Provider, suite: Suite, browser: Browser, module: Module, apart: Collection[str]
    ) -> None:
        self._provider, self._suite, self._browser = provider, suite, browser
        self._module = module
        self._variant = {name: value for name, value in (module.get("variant") or {}).items() if name in apart}
        self._opened: set[tuple[str, str]] = set()
        self._rotated = False

    def finish(self, plan_id: str, member: Any) -> ModuleResult:  # noqa: ANN401 - a person
        """Run it to its end."""
        name = self._module["testModule"]
        test_id = self._suite.start_module(plan_id, self._module)
        context = new_context(self._browser)
        visitor = Visitor(self._suite, self._provider.issuer, member, name, test_id, context)
        visitor.cancels = name.endswith(CANCELS)
        end = time.monotonic() + LONGEST_MODULE
        while (info := self._suite.info(test_id))["status"] not in ENDED:
            if time.monotonic() > end:
                self._suite.cancel(test_id)
                visitor.notes.append("took too long")
                end += LONGEST_MODULE
            self._step(visitor, test_id, info["status"])
        context.close()
        complaints = self._suite.complaints(test_id)
        result = str(info.get("result") or info["status"])
        return ModuleResult(name, self._variant, result, complaints, visitor.notes)

    def _step(self, visitor: Visitor, test_id: str, status: str) -> None:
        if status == "CONFIGURED" and visitor.module == ROTATES_KEYS and not self._rotated:
            self._provider.rotate_keys()
            self._rotated = True
            self._suite.go_on(test_id)
        for address in self._suite.open_addresses(test_id):
            if address not in self._opened:
                self._opened.add(address)
                visitor.open(*address)
                return
        time.sleep(0.3)
