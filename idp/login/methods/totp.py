"""A code from an authenticator app, as the second step."""

from __future__ import annotations

from idp.factors import totp
from idp.login.methods.result import Result
from idp.login.state.login_flow import LoginFlow
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.services import Services


def check_code(tx: Transaction, _: LoginFlow, factor: Factor, code: str, services: Services) -> Result:
    """Use up the time step of a right code: it is good once, in every session and worker.

    `REUSED` reveals nothing: the password was right, the attempt is counted, and the code is worthless.
    """
    seed = services.sealer.unseal(factor.sealed_secret or "", row=factor.id).decode()
    step = totp.matching_step(seed, code, tx.now)
    if step is None:
        return Result.WRONG
    return Result.RIGHT if tx.factors.use_step(factor.id, step) else Result.REUSED
