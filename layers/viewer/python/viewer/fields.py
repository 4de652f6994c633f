"""The fields of an address or a form."""

from collections.abc import Mapping, Sequence


class Fields(dict[str, str]):
    """Each field by its name; of one that is given several times, the first. `every` has all of them."""

    def __init__(self, given: Mapping[str, Sequence[str]]) -> None:
        super().__init__({name: values[0] for name, values in given.items()})
        self._given = given

    def every(self, name: str) -> tuple[str, ...]:
        """Return the values of a field in their order, each once and none that is empty."""
        return tuple(dict.fromkeys(value for value in self._given.get(name, ()) if value))
