"""The OpenID conformance suite, driven against the product: by hand, since it is a program of others that is not here.

    python -m tests.conformance                  every plan in order; compares with baseline/, exit code 1 where worse
    python -m tests.conformance basic rp-logout  these plans; `--modules a,b`: of the one plan, these modules
    python -m tests.conformance --table          no run: the table of docs/reference/conformance.md, from baseline/

plans           what is run, one configuration for each plan; `fapi_plans` those of FAPI, `ciba_plans` of FAPI-CIBA
provider        the product as an operator runs it, with the plan's clients and people; `certificates` those of clients
resource_server an API beside it, for tokens that are of no use at the product's own endpoints
suite           the suite's REST interface
configuration   what the suite has to know of the product and its clients
visitor         the person in a real browser: password, second factor, consent, sign-out
approvals       what the suite wants answered in the account (CIBA)
runner          one plan from start to end
results         results as JSON, their comparison with the stored ones, and the table

How to run it: docs/reference/conformance.md.
"""
