"""PDF files that come in: whole, readable, and dead: no script, no action, no file inside.

A PDF is kept byte by byte, since a stamped paper must stay what it was; so everything unwanted is refused, nothing removed.
"""

import io
import logging
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.generic import IndirectObject, NameObject

from core.domain.errors import InvalidInput
from core.domain.wording import N_

#: Names that let a document act by itself, wherever they stand.
ACTS = ("OpenAction", "AA", "JavaScript", "JS", "Launch", "SubmitForm", "ImportData", "XFA")
#: Names that let a document carry or reach for another file.
CARRIES = ("EmbeddedFiles", "EmbeddedFile", "EF", "FileAttachment", "RichMedia", "GoToE")
FORBIDDEN = frozenset(ACTS + CARRIES)
#: All streams together, decompressed, in bytes: about thirty coloured pages that a scanner left without JPEG.
MAX_DECOMPRESSED = 800 * 1024 * 1024
#: One stream of objects: real ones hold some hundred objects. They are parsed in Python, so their size is time.
MAX_OBJECT_STREAM = 4 * 1024 * 1024
MAX_OBJECTS = 100_000
#: Seconds for one paper. Overlapping objects could otherwise keep a parser busy for days.
MAX_SECONDS = 10.0

_HEADER = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)\s")
_BLANKS = b"\x00\t\n\x0c\r "
_STREAM = re.compile(rb"stream\r?\n")
_TWICE_DEFLATED = re.compile(rb"/Fl(?:ateDecode)?\s*/Fl(?:ateDecode)?\b")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTION = re.compile(rb"/(%s)(?=\s*[(<\[\d])|/S\s*/(JavaScript|Launch)\b" % "|".join(FORBIDDEN).encode())
_OBJECT = re.compile(rb"[\s\x00]{0,9}(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}obj\b")
_PIECE = 64 * 1024

# What the parser finds odd in somebody's document is no business of a log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def clean_pdf(content: bytes) -> bytes:
    """``content`` itself when it is a whole and harmless PDF, otherwise ``InvalidInput``."""
    if not _HEADER.match(content):
        raise _damaged()
    if not content.rstrip(_BLANKS).endswith(b"%%EOF"):
        raise InvalidInput(N_("PDF 文件不完整，或末尾附加了其他内容，请重新导出或扫描后再上传"))
    streams = list(_streams(content))
    between = _between(content, streams)
    if _TWICE_DEFLATED.search(between) or not _within_limit(content, streams):
        raise InvalidInput(N_("PDF 解压后的内容过大，请降低扫描分辨率或拆分后再上传"))
    try:
        names = _written_names(between) | _object_names(content)
    except Exception as error:  # on hostile files a parser raises whatever comes to it
        raise _unreadable(content) from error
    if names:
        raise InvalidInput(
            N_("PDF 中含有脚本、自动动作或内嵌文件（{found}），请用“打印为 PDF”重新生成后再上传"),
            found="、".join(sorted(names)),
        )
    return content


def _streams(content: bytes) -> Iterator[tuple[int, int]]:
    """Where the content of each stream begins and ends; found in one pass, however the file is made."""
    end = 0
    while (begin := _STREAM.search(content, end)) and (end := content.find(b"endstream", begin.end())) >= 0:
        yield begin.end(), end
        end += len(b"endstream")


def _between(content: bytes, streams: list[tuple[int, int]]) -> bytes:
    """What stands between the streams, with the ``#41`` in names spelled out."""
    edges = [0, *(edge for stream in streams for edge in stream), len(content)]
    rest = b" ".join(content[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2))
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), rest)


def _within_limit(content: bytes, streams: list[tuple[int, int]]) -> bool:
    whole, left = memoryview(content), MAX_DECOMPRESSED
    for begin, end in streams:
        for size in _inflated_sizes(whole[begin:end]):
            left -= size
            if left < 0:
                return False
    return True


def _inflated_sizes(stream: memoryview) -> Iterator[int]:
    """Sizes of the pieces that a deflated stream gives; nothing for a stream of another kind."""
    inflater = zlib.decompressobj()
    with suppress(zlib.error):
        for start in range(0, len(stream), _PIECE):
            waiting: bytes | memoryview = stream[start : start + _PIECE]
            while waiting and not inflater.eof:
                yield len(inflater.decompress(waiting, _PIECE * 16))
                waiting = inflater.unconsumed_tail
            if inflater.eof:
                return


def _written_names(between: bytes) -> set[str]:
    """Forbidden names that are written out anywhere, also in objects that no table lists any more."""
    return {next(filter(None, match.groups())).decode() for match in _ACTION.finditer(between)}


def _object_names(content: bytes) -> set[str]:
    """Forbidden names in every listed object, those inside compressed object streams included."""
    limits = Configuration(
        zlib_maximum_output_length=MAX_OBJECT_STREAM,
        lzw_maximum_output_length=MAX_OBJECT_STREAM,
        run_length_maximum_output_length=MAX_OBJECT_STREAM,
    )
    with apply_configuration(limits):
        reader = PdfReader(io.BytesIO(content), strict=True)
        listed = _listed(reader, content)
        if reader.is_encrypted or not len(reader.pages):
            raise ValueError("encrypted, or without pages")
        return {name for thing in _objects(reader, listed) for name in _names(thing) if name in FORBIDDEN}


def _listed(reader: PdfReader, content: bytes) -> list[tuple[int, int]]:
    """Number and generation of every object in the cross-reference tables; ``ValueError`` unless each is where they say.

    The parser would forgive: it searches the whole file for each object that isn't there, which takes hours for many.
    """
    placed = {(n, generation): offset for generation, offsets in reader.xref.items() for n, offset in offsets.items()}
    listed = [*placed, *((number, 0) for number in reader.xref_objStm)]
    if len(listed) > MAX_OBJECTS:
        raise ValueError("too many objects")
    for name, offset in placed.items():
        header = _OBJECT.match(content, offset)
        if header is None or (int(header[1]), int(header[2])) != name:
            raise ValueError("the table of objects is wrong")
    return listed


def _objects(reader: PdfReader, listed: list[tuple[int, int]]) -> Iterator[Any]:
    deadline = time.monotonic() + MAX_SECONDS
    yield reader.trailer
    for number, generation in listed:
        if time.monotonic() > deadline:
            raise TimeoutError("too intricate")
        yield reader.get_object(IndirectObject(number, generation, reader))


def _names(thing: Any) -> Iterator[str]:
    """Every name within one object, as key or value; references are not followed, since every object is visited."""
    waiting = [thing]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, NameObject):
            yield part.removeprefix("/")


def _unreadable(content: bytes) -> InvalidInput:
    if b"/Encrypt" in content:
        return InvalidInput(N_("PDF 已加密或设有权限密码，请去除密码后再上传"))
    return _damaged()


def _damaged() -> InvalidInput:
    return InvalidInput(N_("PDF 文件已损坏，无法完整读取，请重新导出或扫描后再上传"))
