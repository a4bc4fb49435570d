"""The pages of a sign-in, below `/login/<attempt>/`.

Each page parses, calls one use case, and answers 303 to whatever is missing next (`flow.onward`); none of them knows
what that is. A page that is not the present step sends the browser there, so the back button and a reload are harmless.
"""

from __future__ import annotations

from idp.login.routes import enrol, identify, second_step, start

blueprints = (start.blueprint, identify.blueprint, second_step.blueprint, enrol.blueprint)
