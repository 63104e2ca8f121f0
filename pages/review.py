"""审核: the batches that wait for this reviewer or approver, most urgent first. Most are decided on their page."""

from core.domain.roles import Right
from core.texts import _
from pages.parts.access import require_user
from pages.parts.account_decisions import draw_account_changes
from pages.parts.frame import draw_heading, draw_path
from pages.parts.review_queue import draw_review_queue, draw_shortcuts

user = require_user(Right.REVIEW, Right.APPROVE)
draw_path(_("经办"), _("审核"))
draw_heading("review.py")
draw_review_queue(user)
draw_account_changes(user)
draw_shortcuts()
