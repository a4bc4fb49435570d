from idp.kernel.entropy import SystemEntropy


def test_an_id_is_no_option_of_a_command() -> None:
    """One of 64 would begin with a dash: `idp clients show` could not be given a client that registered itself."""
    made = {SystemEntropy().token(16) for _ in range(2000)}
    assert len(made) == 2000
    assert {len(each) for each in made} == {22}
    assert not any(each.startswith("-") for each in made)
