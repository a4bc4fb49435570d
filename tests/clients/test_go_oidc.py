"""Go's go-oidc with x/oauth2, with the code that the product prints for it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients import recipes
from tests.support.http_person import HttpPerson
from tests.support.product import Product

SOURCES = Path(__file__).parent / "go_app"
NEEDED = "go-oidc needs Go on the PATH; the other relying parties were tried without it"
HEAD = """\
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	ctx, state, nonce := context.Background(), "a-state", "a-nonce"
"""
BETWEEN = """
	fmt.Println(to)
	line, _, _ := bufio.NewReader(os.Stdin).ReadLine()
	back, _ := url.Parse(string(line))
	r := &http.Request{URL: back}
"""
TAIL = """
	if err != nil || idToken.Nonce != nonce {
		panic(err)
	}
	user, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
	if err != nil {
		panic(err)
	}
	json.NewEncoder(os.Stdout).Encode(user)
}
"""
CALLBACK = "// /callback"


@pytest.mark.parametrize("secret", [True, False], ids=["confidential", "public"])
def test_a_person_signs_in_with_the_printed_code(product: Product, tmp_path: Path, secret: bool) -> None:
    """A public client too: the library sends its name by Basic with an empty secret, and then in the form."""
    if not shutil.which("go"):
        pytest.skip(NEEDED)
    _port, base = recipes.new_base()
    name = f"go-{'confidential' if secret else 'public'}"
    pasted = recipes.paste(product, "go", name, base)
    if not secret:
        product.command.done("clients", "set", name, "--public")
        pasted = pasted.replace(pasted.partition('ClientSecret: "')[2].partition('"')[0], "")
    shutil.copytree(SOURCES, tmp_path / "app")
    begin, callback = pasted.split(CALLBACK)
    (tmp_path / "app" / "main.go").write_text(HEAD + begin + BETWEEN + CALLBACK + callback + TAIL)
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "GOPROXY", "GOFLAGS") if name in os.environ}
    command = ["go", "build", "-o", "app", "."]
    built = subprocess.run(command, cwd=tmp_path / "app", env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr

    person = recipes.new_person(product, name)
    user = _sign_in(tmp_path / "app" / "app", person, base)
    assert user["email"] == f"{name}@example.test"
    assert product.command.run("audit", "--client", name, "--outcome", "failure").stdout == ""


def _sign_in(program: Path, person: HttpPerson, base: str) -> dict[str, object]:
    person.stop_at = base
    with subprocess.Popen(
        [program],
        env={"NO_PROXY": "*"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout
        person.get(running.stdout.readline().strip())
        person.sign_in()
        output, errors = running.communicate(person.at + "\n", timeout=180)
        assert running.returncode == 0, errors
        found: dict[str, object] = json.loads(output)
        return found
