"""npm's openid-client, with the settings that the product prints for it."""

import json
import subprocess
from pathlib import Path

from tests.clients import recipes
from tests.support.product import Product

PROGRAM = """
import { createInterface } from 'node:readline/promises'
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const session = {}
console.log((await login(session)).href)
console.log(JSON.stringify(await callback(session, new URL((await lines.next()).value))))
process.exit(0)
"""
HTTP = ", undefined, { execute: [client.allowInsecureRequests] })"
"""The test's issuer has no TLS, which the library refuses unless it is told so."""


def test_a_person_signs_in_with_the_printed_settings(product: Product, node_folder: Path) -> None:
    _port, base = recipes.new_base()
    pasted = recipes.paste(product, "openid-client", "node-recipe", base)
    discovery = next(line for line in pasted.splitlines() if "client.discovery" in line)
    program = node_folder / "recipe.mjs"
    program.write_text(pasted.replace(discovery, discovery.removesuffix(")") + HTTP) + PROGRAM)
    person = recipes.new_person(product, "node-recipe")
    person.stop_at = base
    with subprocess.Popen(["node", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin
        assert running.stdout
        person.get(running.stdout.readline().strip())
        person.sign_in()
        assert person.at.startswith(f"{base}/callback?"), person.at
        running.stdin.write(f"{person.at}\n")
        running.stdin.flush()
        told = json.loads(running.stdout.readline())
    assert told["email"] == "node-recipe@example.test"
