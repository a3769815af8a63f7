"""Which query parameters lose against the path: the table that Go's gateway was generated with.

A parameter is ignored if the path sets the same field, says the manual. The table behind that
is a double array whose builder starts every sequence as a new child of the root and overwrites
what an earlier one with the same beginning left; so of `id.project`, `id.domain` and `id.name`
only some are found, and the rest of the parameters override the path. Clients can see it, so it
is built here the same way.

Source: `grpc-gateway` v2.16, `utilities/trie.go` and protoc-gen-grpc-gateway's QueryParamFilter.
"""

from collections.abc import Sequence


class Prefixes:
    """Tells whether a dotted name, as its parts, is ignored.

    Args:
        variables: The fields that the path fills: (its parts, its camelCase name).
    """

    def __init__(self, variables: Sequence[tuple[Sequence[str], str]]) -> None:
        self._codes: dict[str, int] = {}
        self._base: list[int] = []
        self._check: list[int] = []
        rows = []
        for parts, json_name in variables:
            rows.append([self._code(part) for part in parts])
            rows.append([self._code(json_name)])
        if not rows:
            return
        self._end = len(self._codes)
        rows = sorted([*row, self._end] for row in rows)
        self._add(0, rows, 0)

    def __contains__(self, parts: Sequence[str]) -> bool:
        if not self._base:
            return False
        at = 0
        for part in parts:
            code = self._codes.get(part)
            if code is None or not self._is_child(at, code):
                break
            at = self._base[at] + code
        return self._is_child(at, self._end)

    def _code(self, part: str) -> int:
        return self._codes.setdefault(part, len(self._codes))

    def _is_child(self, at: int, code: int) -> bool:
        place = self._base[at] + code
        return place < len(self._check) and self._check[place] == at + 1

    def _add(self, at: int, rows: list[list[int]], column: int) -> None:
        """Place what follows the first `column` codes, one child a row, doubles included."""
        self._grow(at)
        codes = [row[column] for row in rows]
        base = 1
        while not self._is_free(base, codes):
            base += 1
        self._base[at] = base
        for code in codes:
            self._check[base + code] = at + 1
        for row, code in zip(rows, codes, strict=True):
            if code != self._end:
                self._add(base + code, [row], column + 1)

    def _is_free(self, base: int, codes: list[int]) -> bool:
        for code in codes:
            self._grow(base + code)
            if self._check[base + code]:
                return False
        return True

    def _grow(self, place: int) -> None:
        missing = place + 1 - len(self._base)
        if missing > 0:
            self._base += [0] * missing
            self._check += [0] * missing
