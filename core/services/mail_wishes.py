"""Where a user's mails go, and whether he wants any."""

from dataclasses import dataclass

from core.domain.errors import InvalidInput
from core.domain.mail import check_address
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.accounts import existing_user
from core.services.desk import Desk
from core.store import accounts


@dataclass(frozen=True, slots=True)
class MailWish:
    """Where a user's mails go and whether he wants them; ``possible`` is false where no mail server is configured."""

    email: str
    wanted: bool
    possible: bool


def mail_wish(desk: Desk, viewer: Viewer) -> MailWish:
    """What the viewer has said of mails."""
    with desk.read() as connection:
        user = accounts.read_user(connection, viewer.username)
    if user is None:
        return MailWish("", wanted=False, possible=False)
    return MailWish(user.email, user.wants_mail, desk.mail is not None)


def save_mail_wish(desk: Desk, viewer: Viewer, email: str, *, wanted: bool) -> None:
    """Keep one's own address and whether mails are wanted. ``InvalidInput`` (``email``): no address, or none at all."""
    address = check_address(email)
    if wanted and not address:
        raise InvalidInput(N_("接收邮件提醒须填写电子邮箱"), field="email")
    with desk.write(viewer) as unit:
        existing_user(unit, viewer.username)
        accounts.update_user(unit.connection, viewer.username, email=address, wants_mail=wanted)
        unit.audit("user.mail", viewer.username, wanted=wanted)


def set_address(desk: Desk, viewer: Viewer, name: str, email: str, *, field: str = "email") -> None:
    """Give an account another address (``Right.MANAGE_USERS``); its owner alone says whether he wants mails there."""
    viewer.require(Right.MANAGE_USERS)
    address = check_address(email, field)
    with desk.write(viewer) as unit:
        existing_user(unit, name)
        accounts.update_user(unit.connection, name, email=address, wants_mail=False)
        unit.audit("user.mail", name, wanted=False)
