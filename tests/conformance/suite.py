"""The suite's REST interface, as far as one run needs it."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

ENDED = ("FINISHED", "INTERRUPTED")
LONGEST = 600
"""Characters of the values in a complaint."""
UNINTERESTING = {
    "_id", "testId", "testOwner", "time", "blockId", "result", "src", "msg", "requirements", "upload",
    "stacktrace", "cause_stacktrace", "error_class", "http",
}  # fmt: skip
PLAN_SECONDS = 60.0
"""For one request."""


@dataclass(frozen=True)
class Placeholder:
    """A screenshot that a module wants to have."""

    test_id: str
    upload_id: str


class Suite:
    """`address` without a trailing slash; `ca_file` has the authority of its certificate ("": one of the system's)."""

    def __init__(self, address: str, ca_file: str = "") -> None:
        self.address = address
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.verify = ca_file or True

    def create_plan(self, name: str, variant: Mapping[str, str], configuration: Mapping[str, Any]) -> dict[str, Any]:
        """Create a plan; its `id` and its `modules`."""
        parameters = {"planName": name, "variant": json.dumps(variant)}
        created: dict[str, Any] = self._json("POST", "api/plan", parameters, json=configuration)
        return created

    def start_module(self, plan_id: str, module: Mapping[str, Any]) -> str:
        """Start a module of a plan; the id of the test."""
        variant = json.dumps(module.get("variant") or {})
        parameters = {"test": module["testModule"], "plan": plan_id, "variant": variant}
        return str(self._json("POST", "api/runner", parameters)["id"])

    def info(self, test_id: str) -> dict[str, Any]:
        """Its `status` and `result`."""
        found: dict[str, Any] = self._json("GET", f"api/info/{test_id}")
        return found

    def open_addresses(self, test_id: str) -> list[tuple[str, str]]:
        """The addresses that the module wants a person to open, each with its HTTP method."""
        answer = self._http.get(f"{self.address}/api/runner/{test_id}", timeout=PLAN_SECONDS)
        wanted = answer.json().get("browser", {}).get("urlsWithMethod", []) if answer.ok else []
        return [(each["url"], each["method"]) for each in wanted]

    def mark_opened(self, test_id: str, url: str) -> None:
        """Tell the suite that an address was opened."""
        self._http.post(f"{self.address}/api/runner/browser/{test_id}/visit", params={"url": url}, timeout=PLAN_SECONDS)

    def go_on(self, test_id: str) -> None:
        """Continue a module that waits for its operator to have done something."""
        self._http.post(f"{self.address}/api/runner/{test_id}", timeout=PLAN_SECONDS)

    def cancel(self, test_id: str) -> None:
        """Stop a module."""
        self._http.delete(f"{self.address}/api/runner/{test_id}", timeout=PLAN_SECONDS)

    def placeholders(self, test_id: str) -> list[Placeholder]:
        """The screenshots that it still waits for."""
        images = self._json("GET", f"api/log/{test_id}/images")
        return [Placeholder(test_id, each["upload"]) for each in images if each.get("upload")]

    def upload(self, placeholder: Placeholder, png: bytes) -> None:
        """Give it a screenshot."""
        address = f"{self.address}/api/log/{placeholder.test_id}/images/{placeholder.upload_id}"
        data = "data:image/png;base64," + base64.b64encode(png).decode()
        self._http.post(address, data=data, headers={"Content-Type": "text/plain"}, timeout=PLAN_SECONDS)

    def complaints(self, test_id: str) -> list[str]:
        """What failed, or was warned about, in words, and the values that they are about."""
        log = self._json("GET", f"api/log/{test_id}")
        return [_complaint(each) for each in log if each.get("result") in {"FAILURE", "WARNING"}]

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until it answers."""
        end = time.monotonic() + seconds
        while True:
            try:
                self._json("GET", "api/runner/available")
                return
            except requests.RequestException:
                if time.monotonic() > end:
                    raise
                time.sleep(2)

    def _json(self, method: str, path: str, parameters: Mapping[str, str] | None = None, **content: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
        headers = {"Content-Type": "application/json"}
        address = f"{self.address}/{path}"
        answer = self._http.request(
            method, address, params=parameters, headers=headers, timeout=PLAN_SECONDS, **content
        )
        if not answer.ok:
            message = f"{method} {path}: {answer.status_code} {answer.text[:500]}"
            raise requests.HTTPError(message)
        return answer.json()


def _complaint(entry: Mapping[str, Any]) -> str:
    about = {name: value for name, value in entry.items() if name not in UNINTERESTING}
    return f"{entry['result']} {entry.get('src')}: {entry.get('msg')} {json.dumps(about)[:LONGEST]}"
