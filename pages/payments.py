"""支付: the batches that wait for finance, the most urgent first. Payments are registered on the batch's page."""

from core.domain.roles import Right
from core.texts import _
from pages.parts.access import require_user
from pages.parts.frame import draw_heading, draw_path
from pages.parts.queue import draw_queue

user = require_user(Right.PAY)
draw_path(_("经办"), _("支付"))
draw_heading("payments.py")
draw_queue(user, key="payment_queue", nothing=_("目前没有等待支付的批次。"))
