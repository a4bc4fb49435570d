"""Schema changes, in order; see `idp.persistence.schema` for running them."""
