"""The product as running processes.

idp serve
  launch       ports free? database at head? keys safe? then one parent and its workers (granian)
    |-- parent       operations: /healthz, /readyz, /metrics, on a port of their own
    `-- each worker  worker: the WSGI application, four threads of requests,
                     background: a thread for each channel that delivers; one that purges and rotates keys

metrics      counts structured log records; nothing else knows that it is counted
undelivered  what is recorded when a message is given up
doctor       what is wrong here, and how to mend it; doctor_messages does so for what leaves the house
demo         everything on one machine for a first look (`./dev run`)
"""

from __future__ import annotations


class CannotServe(Exception):
    """The server was not started; the message has the reason and the remedy."""
