"""Every setting, typed, checked and documented where it is declared; the only reader of the environment.

    installation, sign_in, tokens, messages     the settings, by what they are about
    fields                                      all of them in one model
    settings                                    all of them together
    loading                                     from the environment and a file, misspelt names refused
    environment                                 the environment of child processes and libraries

A setting comes from the environment as `IDP_<NAME>`, or from the TOML file that `IDP_CONFIG` names (keys in lower case,
without the prefix); the environment wins. `docs/reference/settings.md` is generated from this package. A name that is
not a setting is refused, so that a misspelt one cannot silently leave a default in force.
"""

from idp.config.environment import child_env, export_env, scrub_env
from idp.config.installation import LOOPBACK
from idp.config.loading import CONFIG_FILE, PREFIX, BadSettings, load, variable
from idp.config.settings import Settings

__all__ = [
    "CONFIG_FILE",
    "LOOPBACK",
    "PREFIX",
    "BadSettings",
    "Settings",
    "child_env",
    "export_env",
    "load",
    "scrub_env",
    "variable",
]
