"""Reads a multipart body while it passes by, without keeping any of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

#: Headers of one part: a name and a type. More is an attack.
_MOST_HEADER_BYTES = 8 * 1024


class BadBody(Exception):
    """What came is no multipart body."""


@dataclass(frozen=True, slots=True)
class FileBegins:
    """A file starts here; this is what its sender calls it."""

    name: str


class Parts:
    """``for event in parts.feed(chunk)``: a ``FileBegins`` for every file, then its content as ``bytes``."""

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise BadBody
        self._events: list[FileBegins | bytes] = []
        self._header, self._value, self._headers = b"", b"", dict[bytes, bytes]()
        self._in_file = False
        self.is_whole = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_name,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_end": self._on_end,
            },
        )

    def feed(self, chunk: bytes) -> Iterator[FileBegins | bytes]:
        """What this chunk of the body contains. ``BadBody`` when it breaks the format."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise BadBody from error
        events, self._events = self._events, []
        yield from events

    def _begin(self) -> None:
        self._headers, self._in_file = {}, False

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]
        self._check(self._header)

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._check(self._value)

    def _on_header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _on_headers(self) -> None:
        _kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"filename")
        self._in_file = name is not None
        if name is not None:
            self._events.append(FileBegins(name.decode("utf-8", "replace")))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._events.append(data[start:end])

    def _on_end(self) -> None:
        self.is_whole = True

    @staticmethod
    def _check(header: bytes) -> None:
        if len(header) > _MOST_HEADER_BYTES:
            raise BadBody
