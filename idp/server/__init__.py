"""The product as running processes.

idp serve
  launch       ports free? database at head? keys safe? then one parent and its workers (granian)
    |-- parent       operations: /healthz, /readyz, /metrics, on a port of their own
    `-- each worker  worker: the WSGI application, four threads of requests,
                     background: one thread that delivers mail, purges, rotates keys

metrics      counts what the structured log records tell; nothing else knows that it is counted
doctor       what is wrong here, and how to mend it
demo         everything on one machine for a first look (`./dev run`)
"""
