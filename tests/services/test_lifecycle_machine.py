"""The whole life of batches, played at random: whatever anybody tries, every invariant holds after every step."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.domain.errors import RefundError
from core.domain.lifecycle import EDGES, FREE_STATES, State
from core.domain.line_review import FALLEN, Mark, Opinion, Standing
from core.domain.payments import Outcome
from core.domain.roles import SYSTEM, Viewer
from core.services.bank_corrections import correct_bank
from core.services.bank_results import book_results
from core.services.batches import show_batch
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.line_decisions import answer_lines, decide_lines, open_positions
from core.services.line_sheets import read_lines
from core.services.payment_returns import return_stray
from core.services.payment_runs import orders_of_batch
from core.services.settings import change_setting
from core.services.steps import advance_batch
from core.services.strays import list_strays
from core.store.database import Database
from tests.support.bank_messages import statement
from tests.support.desks import (
    APPROVER,
    BANK,
    CLERK,
    COLLEAGUE,
    FINANCE,
    REVIEWER,
    SECOND_REVIEWER,
    THIRD_REVIEWER,
    Clock,
    Ledger,
    make_desk,
    person,
)
from tests.support.rounds import file_serials, settle
from tests.support.warm import warm

PEOPLE = st.sampled_from([CLERK, COLLEAGUE, REVIEWER, SECOND_REVIEWER, THIRD_REVIEWER, APPROVER, FINANCE])
OFFICIALS = st.sampled_from([REVIEWER, SECOND_REVIEWER, APPROVER])
STEPS = st.sampled_from(sorted({edge.step for edge in EDGES}))
LINES = st.sets(st.integers(1, 6), min_size=1, max_size=3)
#: The straight way, so that a few steps lead far: who is next in each state, and what he does.
WAY: dict[State, tuple[Viewer, str]] = {
    State.SUBMITTED: (THIRD_REVIEWER, "accept"),
    State.FIRST_REVIEW: (REVIEWER, "pass"),
    State.SECOND_REVIEW: (SECOND_REVIEWER, "pass"),
    State.APPROVAL: (APPROVER, "pass"),
    State.PAYABLE: (FINANCE, "pay"),
    State.PAYING: (FINANCE, "settle"),
    State.PAYMENT_FAILED: (FINANCE, "ask_correction"),
    State.PAID: (FINANCE, "close"),
    State.RETURNED: (CLERK, "resubmit"),
    State.BANK_REVIEW: (SECOND_REVIEWER, "pass_bank"),
}


class Lives(RuleBasedStateMachine):
    """One batch after the other on one desk; ``make`` gives a fresh database."""

    make: Callable[[Path], Database]

    @initialize()
    def open_desk(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.desk: Desk = make_desk(type(self).make(Path(self.folder.name)), Path(self.folder.name))
        change_setting(self.desk, SYSTEM, "approval_threshold_yuan", "2000")
        ledger = Ledger(self.desk.database)
        # The first person has left for good (可退), of the second nobody knows when he did (待核).
        self.serials = [*ledger.leaver(1, [202205]), ledger.row(person(2), 202205)]
        self.numbers: list[str] = []
        self.file()

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.database.dispose()
            self.folder.cleanup()

    def attempt(self, call: Callable[[], object]) -> None:
        """What is refused is refused whole; the invariants look at the rest."""
        assert isinstance(self.desk.clock, Clock)
        self.desk.clock.forward(hours=5)
        with suppress(RefundError):
            call()

    @property
    def number(self) -> str:
        """The batch that was filed last."""
        return self.numbers[-1]

    @rule()
    def file(self) -> None:
        self.attempt(lambda: self.numbers.append(file_serials(self.desk, self.serials)))

    @rule(viewer=PEOPLE, step=STEPS)
    def take_any_step(self, viewer: Viewer, step: str) -> None:
        self.attempt(lambda: advance_batch(self.desk, viewer, self.number, step, "说明", code="N13"))

    @rule(times=st.integers(1, 4))
    def go_straight_on(self, times: int) -> None:
        for _ in range(times):
            state = show_batch(self.desk, FINANCE, self.number).state
            if state in WAY:
                viewer, step = WAY[state]
                if state is State.FIRST_REVIEW:
                    self.attempt(lambda: settle(self.desk, self.number))
                self.attempt(
                    lambda step=step, viewer=viewer: advance_batch(self.desk, viewer, self.number, step, "回单")
                )

    @rule(marked=LINES, dropped=LINES)
    def go_round(self, marked: set[int], dropped: set[int]) -> None:
        """Back to the employer, who answers some lines, drops others, and comes again."""
        number, back = self.number, Opinion(Mark.RETURN, "", "缺材料")
        self.attempt(lambda: decide_lines(self.desk, REVIEWER, number, marked, back))
        self.attempt(lambda: advance_batch(self.desk, REVIEWER, number, "return", "缺材料"))
        self.attempt(lambda: answer_lines(self.desk, CLERK, number, dropped, Opinion(Mark.DROP)))
        self.attempt(lambda: advance_batch(self.desk, CLERK, number, "resubmit", "已补"))

    @rule(end=st.integers(0, 9))
    def bounce(self, end: int) -> None:
        """Out to the bank, back from it, corrected and passed."""
        self.attempt(lambda: advance_batch(self.desk, FINANCE, self.number, "pay"))
        self.attempt(lambda: advance_batch(self.desk, FINANCE, self.number, "bounce", "退票"))
        bank = {**BANK, "branch_name": f"第 {end} 支行"}
        self.attempt(lambda: correct_bank(self.desk, COLLEAGUE, self.number, bank))
        self.attempt(lambda: advance_batch(self.desk, SECOND_REVIEWER, self.number, "pass_bank"))

    @rule(funds=st.sets(st.integers(0, 2), min_size=1))
    def send_back_what_was_paid(self, funds: set[int]) -> None:
        """The bank says of a paid batch that some funds' money came back; finance books it from the tray."""
        paid = [each for each in orders_of_batch(self.desk, FINANCE, self.number) if each.status is Outcome.PAID]
        gone = [("CRDT", each.reference, each) for place, each in enumerate(paid) if place in funds]
        if gone:
            self.attempt(lambda: book_results(self.desk, FINANCE, "s.xml", statement(*gone)))
        for stray in list_strays(self.desk, FINANCE):
            self.attempt(lambda each=stray: return_stray(self.desk, FINANCE, each.result_id, each.position, "退汇"))

    @rule(viewer=OFFICIALS, mark=st.sampled_from([Mark.PASS, Mark.REFUSE, Mark.RETURN]), places=LINES)
    def mark(self, viewer: Viewer, mark: Mark, places: set[int]) -> None:
        opinion = Opinion(mark, "N13" if mark is Mark.REFUSE else "", "说明")
        self.attempt(lambda: decide_lines(self.desk, viewer, self.number, places, opinion))

    @rule(viewer=OFFICIALS)
    def settle_what_is_open(self, viewer: Viewer) -> None:
        left = open_positions(self.desk, viewer, self.number)
        self.attempt(lambda: decide_lines(self.desk, viewer, self.number, left, Opinion(Mark.PASS)))

    @rule(viewer=st.sampled_from([CLERK, COLLEAGUE]), mark=st.sampled_from([Mark.ANSWER, Mark.DROP]), places=LINES)
    def answer(self, viewer: Viewer, mark: Mark, places: set[int]) -> None:
        self.attempt(lambda: answer_lines(self.desk, viewer, self.number, places, Opinion(mark, "", "说明")))

    @rule(viewer=PEOPLE, end=st.integers(0, 9))
    def correct_the_account(self, viewer: Viewer, end: int) -> None:
        bank = {**BANK, "branch_name": f"第 {end} 支行"}
        self.attempt(lambda: correct_bank(self.desk, viewer, self.number, bank))

    @invariant()
    def everything_holds(self) -> None:
        if not getattr(self, "numbers", None):
            return
        assert check_everything(self.desk) == []
        for number in self.numbers:
            self._money_is_that_of_standing_lines(number)

    def _money_is_that_of_standing_lines(self, number: str) -> None:
        view = show_batch(self.desk, FINANCE, number)
        frame = read_lines(self.desk, FINANCE, number).frame
        # A batch that was rejected refuses every line at once, and keeps what it was about.
        ended = view.state is State.REJECTED
        stands = view.lines["stands"] if ended else ~frame["standing"].isin([str(each) for each in FALLEN])
        assert not ended or set(frame["standing"]) <= {str(each) for each in FALLEN}
        assert view.total == frame["refundable"][stands].sum() == sum(view.payments.values())
        assert view.state in FREE_STATES or stands.any()
        if view.state in {State.SECOND_REVIEW, State.PAYABLE, State.PAID, State.CLOSED}:
            assert Standing.OPEN not in set(frame["standing"])


@pytest.fixture
def fresh_postgresql(request: pytest.FixtureRequest) -> Iterator[Callable[[Path], Database]]:
    """Makes databases on the server, and takes them away at the end."""
    server = request.getfixturevalue("postgres_server")
    template, made = request.getfixturevalue("_migrated_name"), []

    def make(_folder: Path) -> Database:
        made.append(server.new_database(template))
        return warm(Database(server.url(made[-1])))

    yield make
    for name in made:
        server.drop_database(name)


def play(make: Callable[[Path], Database], examples: int, steps: int) -> None:
    machine = type("Machine", (Lives,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_life_keeps_the_invariants(request: pytest.FixtureRequest) -> None:
    template: Path = request.getfixturevalue("_migrated_file")

    def make(folder: Path) -> Database:
        copy = folder / "refund.sqlite3"
        copy.write_bytes(template.read_bytes())
        return warm(Database(f"sqlite:///{copy}"))

    play(make, examples=9, steps=18)


def test_every_life_keeps_the_invariants_on_postgresql(fresh_postgresql: Callable[[Path], Database]) -> None:
    play(fresh_postgresql, examples=3, steps=12)
