"""The server processes.

idp serve
  launch       check ports, database and keys; build what processes share (prepared); then start them (granian)

-- parent       health: /healthz, /readyz, /metrics, on a separate port
   |-- each worker           worker: the WSGI application and its request threads
   |    `-- hash processes    factors.hash_process, of lower priority; started by the first hashes
   `-- background process    background_process, background: a thread per delivery channel, and one for maintenance

workers               starts, watches and stops these processes
supervision           starts one again after it ended unexpectedly
stopping              signals, and the end of a parent process
metrics               Prometheus counters, filled from log records
undelivered_messages  audit records of abandoned messages
storage_setup         creates directories and tables
local_ports           checks of local ports
doctor                diagnosis of an installation
demo                  everything on one machine for a first look (`./dev run`)
"""

from __future__ import annotations


class CannotServe(Exception):
    """Nothing was started; the message gives the reason and the remedy."""
