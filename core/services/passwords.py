"""Passwords and one-time tokens: how they are judged, kept and compared."""

import hashlib
import hmac
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHash

from core.domain.errors import Conflict, InvalidInput
from core.domain.wording import N_

SHORTEST, LONGEST = 12, 256
FEWEST_DIFFERENT = 5
#: What is guessed first among passwords that are long enough, in lower case and without what people put between words.
COMMON = frozenset((Path(__file__).parent / "common-passwords.txt").read_text("utf-8").split())

# 36 ms a guess on the machine it was measured on; the library's default of 262 ms would make a flood cheap.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# As many at once as a small machine has cores: the others wait their turn, and memory stays bounded.
_TURNS = threading.BoundedSemaphore(2)
_PATIENCE_SECONDS = 20
_TOKEN_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # noqa: S105 - the alphabet, without letters that look alike


def check_password(username: str, password: str) -> None:
    """Raise ``InvalidInput`` (field ``password``) for a password that is too short, too common or the name itself."""
    plain = "".join(letter for letter in _normal(password).lower() if letter.isalnum())
    if len(_normal(password)) < SHORTEST:
        raise InvalidInput(N_("密码至少需要 {least} 个字符"), field="password", least=SHORTEST)
    if len(password) > LONGEST:
        raise InvalidInput(N_("密码不能超过 {most} 个字符"), field="password", most=LONGEST)
    if username.lower() in _normal(password).lower():
        raise InvalidInput(N_("密码不能包含用户名"), field="password")
    if plain in COMMON or len(set(plain)) < FEWEST_DIFFERENT:
        raise InvalidInput(N_("这个密码过于常见，请换一个不易被猜到的密码"), field="password")


def hash_password(password: str) -> str:
    """The argon2id hash of a password, as it is stored."""
    with _turn():
        return _HASHER.hash(_normal(password))


def password_matches(password_hash: str, password: str) -> bool:
    """Whether this is the password. With no hash to compare it takes the same time and is never right."""
    with _turn():
        try:
            _HASHER.verify(password_hash or _NOBODYS, _normal(password)[: LONGEST + 1])
        except (Argon2Error, InvalidHash):
            return False
        return bool(password_hash)


def needs_new_hash(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def new_token() -> str:
    """A one-time token of 125 bits, in groups that can be read out and typed."""
    letters = [secrets.choice(_TOKEN_LETTERS) for _ in range(25)]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 25, 5))


def token_hash(token: str) -> str:
    """What is stored of a one-time token; hyphens, spaces and small letters make no difference."""
    letters = "".join(letter for letter in token.upper() if letter in _TOKEN_LETTERS)
    return hashlib.sha256(letters.encode()).hexdigest()


def token_matches(stored_hash: str, token: str) -> bool:
    """Whether this is the token whose hash is stored."""
    return bool(stored_hash) and hmac.compare_digest(stored_hash, token_hash(token))


def _normal(password: str) -> str:
    # The same password typed on two keyboards can arrive as different code points.
    return unicodedata.normalize("NFKC", password)


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURNS.acquire(timeout=_PATIENCE_SECONDS):
        raise Conflict(N_("登录人数较多，请稍后重试"))
    try:
        yield
    finally:
        _TURNS.release()


_NOBODYS = _HASHER.hash(secrets.token_hex(16))
