"""The command of a run; see the package."""

import argparse
import logging
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright
from requests import RequestException

from tests.conformance import results
from tests.conformance.plan import Plan
from tests.conformance.plans import all_plans
from tests.conformance.provider import Site
from tests.conformance.runner import run_plan
from tests.conformance.suite import Suite
from tests.support.browser_binary import find_browser

READY_SECONDS = 120.0


def main() -> int:
    """Run the plans; 1 when a module is worse than its stored result."""
    plans = all_plans()
    wanted = _arguments(list(plans))
    if wanted.table:
        print(results.table(plans))
        return 0
    for name in ("alembic", "werkzeug"):
        logging.getLogger(name).setLevel(logging.WARNING)
    site = Site(
        suite=wanted.suite.rstrip("/"),
        issuer=wanted.issuer.rstrip("/"),
        mtls_origin=wanted.mtls_origin.rstrip("/"),
        port=wanted.port,
        resource_port=wanted.resource_port,
        ca_file=wanted.ca_file,
    )
    suite = Suite(site.suite, site.ca_file)
    suite.wait_until_ready(READY_SECONDS)
    worse = [line for key in wanted.plans or plans for line in _run(plans[key], site, suite, wanted)]
    print("\n".join(worse) or "nothing is worse than its stored result")
    return 1 if worse else 0


def _run(plan: Plan, site: Site, suite: Suite, wanted: argparse.Namespace) -> list[str]:
    print(f"== {plan.key}: {plan.name}", flush=True)
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
            found = run_plan(plan, site, suite, browser, only=wanted.modules)
    except RequestException as error:
        return [f"{plan.key}: not run: {error}"]
    wanted.reports.mkdir(parents=True, exist_ok=True)
    results.write_report(wanted.reports / f"{plan.key}.json", found)
    worse = list(results.worse(plan.key, found))
    if wanted.store and not wanted.modules:
        results.store_baseline(plan.key, found)
    return worse


def _arguments(keys: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description="Run the conformance suite.")
    parser.add_argument("plans", nargs="*", choices=[*keys, []], metavar="PLAN", help=f"any of: {', '.join(keys)}")
    parser.add_argument("--modules", type=lambda text: text.split(","), default=[], help="only these, of one plan")
    parser.add_argument("--store", action="store_true", help="store the results as the new baseline")
    parser.add_argument("--table", action="store_true", help="print the table of the stored results")
    parser.add_argument("--suite", default="https://suite.conf.test:8443", help="where the suite runs")
    parser.add_argument("--issuer", default="https://op.conf.test:8191", help="where a proxy leads to the port")
    parser.add_argument(
        "--mtls-origin", default="https://mtls.op.conf.test:8192", help="where it asks for certificates"
    )
    parser.add_argument("--port", type=int, default=8190, help="port on 127.0.0.1 for the product")
    parser.add_argument("--resource-port", type=int, default=8193, help="port on 127.0.0.1 for the API beside it")
    parser.add_argument("--ca-file", default="", help="PEM file: the authority that the suite's certificate is from")
    parser.add_argument("--reports", type=Path, default=Path("conformance-reports"), help="folder for everything found")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
