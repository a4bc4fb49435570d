"""Expected failures, as a sentence and exit code 1 instead of a stack trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from idp.admin import Refused
from idp.cli.output import escape_unprintable
from idp.config import BadSettings
from idp.persistence.database import DatabaseFailure
from idp.persistence.failures import describe
from idp.server import CannotServe
from idp.signing.private_files import KeyFileError


@contextmanager
def friendly_errors() -> Iterator[None]:
    """Convert failures an operator can fix to `click.ClickException`."""
    try:
        yield
    except (Refused, CannotServe, KeyFileError) as error:
        raise click.ClickException(escape_unprintable(str(error))) from None
    except BadSettings as error:
        raise click.ClickException(f"the settings cannot be used.\n{error}") from None
    except DatabaseFailure as error:
        raise click.ClickException(f"The database failed ({describe(error)}). `idp doctor` looks into it.") from None
    except OSError as error:
        if error.filename is None:
            raise  # such as a pipe that the reader closed
        remedy = " Run idp as the account of the service." if isinstance(error, PermissionError) else ""
        raise click.ClickException(f"{error.filename} cannot be used: {error.strerror}.{remedy}") from None
