"""审核: the batches that wait for this reviewer or approver, the most urgent first. Decisions are taken on the batch's page."""

from core.domain.roles import Right
from core.texts import _
from pages.parts.access import require_user
from pages.parts.account_decisions import draw_account_changes
from pages.parts.frame import draw_heading, draw_path
from pages.parts.queue import draw_queue

user = require_user(Right.REVIEW, Right.APPROVE)
draw_path(_("经办"), _("审核"))
draw_heading("review.py")
draw_queue(user, key="review_queue", nothing=_("目前没有等待您审核的批次。"))
draw_account_changes(user)
