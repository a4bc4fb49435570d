"""May this app have this? The page below `/consent/<login>`."""

from flask import Blueprint

blueprint = Blueprint("consent", __name__, url_prefix="/consent")
