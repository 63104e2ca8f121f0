"""The door for papers: what may come in, by name, size and content (``docs/``: files that come in).

Only the allow-listed kinds pass, each by its own check; magic bytes alone would let truncated, scripted and launching files
through. What fails is one sentence that says what is wrong and what to do.
"""

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import puremagic

from core.documents.pdf_check import clean_pdf
from core.documents.picture_check import clean_jpeg, clean_png
from core.domain.errors import InvalidInput
from core.domain.wording import N_

MEGABYTE = 1024 * 1024
#: The largest paper, in bytes.
MAX_BYTES = 10 * MEGABYTE
#: Longest file name shown, in characters with its extension: 240 bytes in Chinese, which every file system takes.
NAME_LENGTH = 80

_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_UNNAMED = "附件"
_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that may come in: its endings, its first bytes, and the check that returns what is kept of it."""

    extension: str
    media_type: str
    endings: tuple[str, ...]
    signature: bytes
    clean: Callable[[bytes], bytes]


#: The allow-list. A new kind is one row here and one check.
KINDS = (
    Kind("pdf", "application/pdf", ("pdf",), b"%PDF-", clean_pdf),
    Kind("jpg", "image/jpeg", ("jpg", "jpeg"), b"\xff\xd8\xff", clean_jpeg),
    Kind("png", "image/png", ("png",), b"\x89PNG\r\n\x1a\n", clean_png),
)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A paper that passed. ``content`` is what is kept: pictures drawn anew, without metadata. ``file_name`` is only shown."""

    file_name: str
    media_type: str
    extension: str
    content: bytes
    sha256: str


def check(file_name: str, content: bytes) -> CheckedFile:
    """Check one uploaded paper and return what is kept of it.

    Raises ``InvalidInput`` (without a field) for the first thing wrong: size, ending, content other than the ending says,
    damage, encryption, scripts, embedded files, a second format inside, oversized or moving pictures.
    """
    _check_size(content)
    kind = _kind_of_name(file_name)
    _check_content(kind, content)
    kept = kind.clean(content)
    return CheckedFile(display_name(file_name), kind.media_type, kind.extension, kept, hashlib.sha256(kept).hexdigest())


def display_name(file_name: str) -> str:
    """A user's file name as it is shown and offered for download, never used as a path.

    Without folders, control and direction-changing characters and what Windows refuses; at most ``NAME_LENGTH`` characters,
    of which the ending is kept.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", file_name))[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = re.sub(r"\s+", " ", _NOT_IN_NAMES.sub("_", name)).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) >= NAME_LENGTH // 2:
        return name[:NAME_LENGTH].strip(" .") or _UNNAMED
    return f"{stem[: NAME_LENGTH - len(ending) - 1].strip(' .') or _UNNAMED}.{ending}"


def _check_size(content: bytes) -> None:
    if not content:
        raise InvalidInput(N_("这个文件是空的（0 字节），请重新选择文件"))
    if len(content) > MAX_BYTES:
        raise InvalidInput(
            N_("文件大小为 {size} MB，超过单个文件 {limit} MB 的上限，请压缩或拆分后再上传"),
            size=f"{len(content) / MEGABYTE:.1f}",
            limit=MAX_BYTES // MEGABYTE,
        )


def _kind_of_name(file_name: str) -> Kind:
    ending = display_name(file_name).rpartition(".")[2].lower()
    found = next((kind for kind in KINDS if ending in kind.endings), None)
    if found is None:
        raise InvalidInput(N_("只接受 PDF、JPG、PNG 文件，请转换格式后再上传"))
    return found


def _check_content(kind: Kind, content: bytes) -> None:
    found = _magic(content)
    if not content.startswith(kind.signature) or found not in kind.endings:
        raise InvalidInput(
            N_("文件扩展名是 {extension}，内容却是 {found}，请上传原始的 PDF、JPG 或 PNG 文件，不要更改扩展名")
            if found
            else N_("文件扩展名是 {extension}，内容却不是，请上传原始的 PDF、JPG 或 PNG 文件，不要更改扩展名"),
            extension=kind.extension.upper(),
            found=found.upper(),
        )
    if zipfile.is_zipfile(io.BytesIO(content)) or (kind.extension != "pdf" and b"%PDF-" in content):
        raise InvalidInput(N_("文件中夹带了另一种格式的内容，请重新扫描或另存为 PDF、JPG、PNG 后再上传"))


def _magic(content: bytes) -> str:
    """The ending that the first bytes stand for; blank when nobody knows them."""
    try:
        ending = puremagic.from_string(content[:_LOOKED_AT]).lstrip(".").lower()
    except puremagic.PureError:
        return ""
    return "jpg" if ending in {"jfif", "jpe", "jpeg"} else ending
