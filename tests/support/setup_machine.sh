#!/bin/sh
# Brings what the tests need beyond Python: a Chromium, Apache with mod_auth_openidc as a relying party that somebody
# else wrote, and PgBouncer. Asks nothing, may run any number of times, and is quick when all is there.
# PYTHON names the interpreter of the tests' virtual environment.
set -u
cd "$(dirname "$0")/../.." || exit 1
PYTHON=${PYTHON:-.venv/bin/python}
openidc_module=/usr/lib/apache2/modules/mod_auth_openidc.so

say() { printf '%s\n' "$*" >&2; }
has_browser() { "$PYTHON" -m tests.support.browser_binary >/dev/null 2>&1; }
can_apt() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; }

# apt_install PACKAGE...: installs without starting anything, since Debian would put a web server of its own on port 80.
# A subshell, so that its traps tidy up at its end.
apt_install() (
    say "Installing $* with apt-get (once per machine) ..."
    export DEBIAN_FRONTEND=noninteractive
    policy=/usr/sbin/policy-rc.d
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if [ ! -e $policy ]; then
        trap 'rm -f "$log" $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
    fi
    { apt-get update && apt-get install --yes --no-install-recommends "$@"; } >"$log" 2>&1 || tail -n 5 "$log" >&2
)

if can_apt && [ ! -e $openidc_module ]; then
    apt_install apache2 libapache2-mod-auth-openidc
fi
if can_apt && [ ! -x /usr/sbin/pgbouncer ]; then
    apt_install pgbouncer
fi
# Every Chromium will do; the one without windows makes the tests minutes faster. Ubuntu has no such package.
knows_shell() { apt-cache show chromium-headless-shell >/dev/null 2>&1; }
if can_apt && ! command -v chromium-headless-shell >/dev/null && { ! has_browser || knows_shell; }; then
    apt_install chromium-headless-shell fonts-dejavu-core
fi
has_browser && exit 0
if can_apt; then
    apt_install chromium fonts-dejavu-core
    has_browser && exit 0
fi
say "Fetching Chromium with Playwright ..."
"$PYTHON" -m playwright install chromium >&2 || true
"$PYTHON" -m tests.support.browser_binary >/dev/null
