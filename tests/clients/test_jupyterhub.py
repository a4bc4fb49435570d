"""JupyterHub with oauthenticator, with the settings that the product prints for them."""

from pathlib import Path

from tests.clients import installs, recipes
from tests.support.product import Product

MORE = """
from jupyterhub.proxy import Proxy


class NoProxy(Proxy):
    '''People come to the hub itself: nobody starts a notebook here.'''

    should_start = False

    async def add_route(self, routespec, target, data):
        pass

    async def delete_route(self, routespec):
        pass

    async def get_all_routes(self):
        return {{}}


c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.redirect_to_server = False
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret = 32 * b"s"
"""


def test_a_person_signs_in_with_the_printed_settings(product: Product, tmp_path: Path) -> None:
    python = installs.python_with("jupyterhub")
    port, base = recipes.new_base()
    settings = tmp_path / "jupyterhub_config.py"
    settings.write_text(recipes.paste(product, "jupyterhub", "hub", base) + MORE.format(port=port))
    person = recipes.new_person(product, "scholar")
    log = tmp_path / "log"
    with recipes.running([python, "-m", "jupyterhub", "--config", settings], port, log):
        person.get(f"{base}/hub/oauth_login")
        assert person.at.startswith(f"{product.issuer}/login/"), (person.at, person.page.text, log.read_text())
        person.sign_in()
        assert person.at == f"{base}/hub/home", (person.at, person.page.text, log.read_text())
        assert ">scholar<" in person.page.text
    assert product.command.run("audit", "--client", "hub", "--outcome", "failure").stdout == ""
