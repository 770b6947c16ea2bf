"""A module that fails when it is imported, two calls deep."""


def set_up() -> None:
    """Fail."""
    raise LookupError("the database is not there")


set_up()
