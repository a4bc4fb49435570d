"""Every address of OAuth 2.0 and OpenID Connect."""

from flask import Blueprint

blueprint = Blueprint("protocol", __name__)
