"""Who may do what, copied out by hand as a matrix: a right given by accident fails here."""

import pytest

from core.domain.errors import NotAllowed
from core.domain.roles import RIGHTS, SYSTEM, Right, Role, Viewer

MATRIX = """
                    clerk reviewer approver finance analyst admin auditor system
apply               x     .        .        .       .       .     .       x
see_batches         x     x        x        x       x       .     x       x
see_every_employer  .     x        x        x       x       x     x       x
review              .     x        .        .       .       .     .       x
approve             .     .        x        .       .       .     .       x
pay                 .     .        .        x       .       .     .       x
correct_bank        x     x        .        .       .       .     .       x
analyse             .     .        .        .       x       .     x       x
reveal              .     .        .        .       x       .     x       x
see_ledger          .     .        .        .       .       x     x       x
import_ledger       .     .        .        .       .       x     .       x
manage_users        .     .        .        .       .       x     .       x
change_settings     .     .        .        .       .       x     .       x
see_audit           .     .        .        .       .       x     x       x
see_unmasked        x     x        x        x       .       .     .       x
"""
HEADER, *ROWS = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = [(role, row[0], mark == "x") for row in ROWS for role, mark in zip(HEADER, row[1:], strict=True)]


def test_the_matrix_is_complete():
    assert set(HEADER) == set(Role)
    assert {row[0] for row in ROWS} == set(Right)
    assert set(RIGHTS) == set(Role)


@pytest.mark.parametrize(("role", "right", "allowed"), CELLS)
def test_cell(role, right, allowed):
    viewer = Viewer("somebody", Role(role))
    assert viewer.may(Right(right)) is allowed
    if allowed:
        viewer.require(Right(right))
    else:
        with pytest.raises(NotAllowed):
            viewer.require(Right(right))


def test_nobody_but_the_operator_files_and_decides_or_decides_and_pays():
    duties = {Right.APPLY, Right.REVIEW, Right.APPROVE, Right.PAY}
    for role in set(Role) - {Role.SYSTEM}:
        assert len(duties & RIGHTS[role]) <= 1, role


def test_a_clerk_sees_the_own_employers_only():
    clerk = Viewer("clerk1", Role.CLERK, frozenset({"D001"}))
    assert clerk.sees("D001")
    assert not clerk.sees("D002")
    assert clerk.scope == {"D001"}


def test_a_clerk_of_no_employer_sees_nothing():
    clerk = Viewer("clerk1", Role.CLERK)
    assert not clerk.sees("D001")
    assert clerk.scope == frozenset()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CLERK}))
def test_everybody_else_is_not_limited_to_employers(role):
    viewer = Viewer("somebody", Role(role), frozenset({"D001"}))
    assert viewer.sees("D002")
    assert viewer.scope is None


def test_the_operator_may_everything():
    assert all(SYSTEM.may(right) for right in Right)
