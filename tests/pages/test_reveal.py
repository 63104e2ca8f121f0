"""显示完整信息 on the page of a batch and on a screening: masked, asked for with a purpose and a code, then shown."""

import pyotp
import pytest
from streamlit.testing.v1 import AppTest

from core.domain.roles import SYSTEM
from core.services.audit_trail import read_trail
from core.services.desk import Desk
from core.services.screenings import begin_screening, run_screening
from tests.pages.conftest import Open
from tests.pages.reading import keys, texts
from tests.support.desks import ANALYST, BANK, Ledger, person
from tests.support.rounds import file_serials


@pytest.fixture
def number(desk: Desk, ledger: Ledger) -> str:
    return file_serials(desk, ledger.leaver(1, [202203, 202205]))


def everything(app: AppTest) -> str:
    return texts(app) + "".join(table.value.to_csv() for kind in (app.dataframe, app.table) for table in kind)


def reveal(app: AppTest) -> None:
    """Press the button, say what for, give the code."""
    app.button(key="reveal").click().run()
    app.button(key="take_reveal").click().run()
    assert "写明用途" in texts(app)
    device = pyotp.TOTP(app.code[0].value.replace(" ", ""))
    app.text_area(key="purpose").set_value("核对重复参保")
    app.text_input(key="factor_code").set_value(device.now())
    app.button(key="take_reveal").click().run()
    assert not app.exception


def test_a_batch_is_revealed_with_a_purpose_and_a_code(open_app: Open, desk: Desk, number: str) -> None:
    app = open_app("analyst1")
    app.query_params["no"] = number
    app.switch_page("batch.py").run()
    assert person(1) not in everything(app)
    assert BANK["bank_account"] not in everything(app)

    reveal(app)
    assert "已显示完整信息" in texts(app)
    assert person(1) in everything(app)
    assert BANK["bank_account"] in everything(app)
    assert read_trail(desk, SYSTEM, search="batch.reveal").total == 1

    assert "reveal" not in keys(app.run())


def test_a_screening_is_revealed(open_app: Open, desk: Desk, ledger: Ledger) -> None:
    ledger.leaver(1, [202203, 202205])
    screening, runner = begin_screening(desk, ANALYST)
    run_screening(desk, ANALYST, screening.screening_id, runner)
    app = open_app("analyst1", "insights.py")
    app.query_params["tab"] = "screening"
    app.run()
    assert person(1) not in everything(app)

    reveal(app)
    assert person(1) in everything(app)
    assert read_trail(desk, SYSTEM, search="screening.reveal").total == 1


def test_officials_who_see_everything_are_not_asked(open_app: Open, number: str) -> None:
    app = open_app("reviewer1")
    app.query_params["no"] = number
    app.switch_page("batch.py").run()
    assert "reveal" not in keys(app)
    assert person(1) in everything(app)
