"""What people see and change themselves, below `/account/`."""

from flask import Blueprint

blueprint = Blueprint("account", __name__, url_prefix="/account")
