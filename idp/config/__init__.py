"""Every setting: type, default, validation and documentation; the only reader of the environment.

    installation, sign_in, tokens, messages, registration   the settings by topic
    fields                                      all of them in one model
    rules, message_rules                        what settings require of each other
    settings                                    the model with the rules applied
    loading                                     reads the environment and a file, refuses unknown names
    environment                                 the environment of child processes and libraries

A setting is read from the environment as `IDP_<NAME>`, or from the TOML file named by `IDP_CONFIG` (keys in lower case,
without the prefix); the environment has precedence. `docs/reference/settings.md` is generated from this package.
Unknown
names are refused, so that a misspelt one cannot silently leave a default in force.
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
