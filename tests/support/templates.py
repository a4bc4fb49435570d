"""Templates compiled once per test process: every test makes an application of its own, and all show the same pages."""

from jinja2.bccache import Bucket, BytecodeCache


class SharedTemplates(BytecodeCache):
    """Keeps compiled templates in memory; Jinja itself checks that the source is still the same."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


SHARED_TEMPLATES = SharedTemplates()
