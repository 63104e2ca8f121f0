"""What an agency writes to an employer on the way of a batch, and one letter for a person."""

from core.domain.vocabulary import Labelled
from core.domain.wording import N_


class LetterKind(Labelled):
    """The letters, in the order of the way."""

    ACCEPTANCE = "acceptance", N_("受理回执")
    SUPPLEMENT = "supplement", N_("补正通知")
    REFUSAL = "refusal", N_("不予退费决定书")
    COMPLETION = "completion", N_("办结通知")
    CERTIFICATE = "certificate", N_("退费情况证明")


#: Why there is no such letter: of a batch that has not come so far, or that went another way.
MISSING = {
    LetterKind.ACCEPTANCE: N_("该批次尚未受理，受理后才有受理回执"),
    LetterKind.SUPPLEMENT: N_("该批次没有这一次退回补正，没有补正通知"),
    LetterKind.REFUSAL: N_("该批次没有不予退费的决定，没有决定书"),
    LetterKind.COMPLETION: N_("该批次尚未支付，全部支付成功后才有办结通知"),
    LetterKind.CERTIFICATE: N_("该批次尚未支付，全部支付成功后才能开具退费情况证明"),
}
