"""Reading a screen that a test has run: its words, its tables, its buttons."""

import pandas as pd
from streamlit.testing.v1 import AppTest


def texts(app: AppTest) -> str:
    """Everything the screen and its dialog say in words, without the escapes that Markdown needs."""
    kinds = (app.markdown, app.caption, app.error, app.warning, app.info, app.success)
    return "\n".join(str(element.value).replace("\\", "") for kind in kinds for element in kind)


def table(app: AppTest, column: str) -> pd.DataFrame:
    """The content of the table that has this column."""
    return next(frame.value for frame in app.dataframe if column in frame.value)


def keys(app: AppTest) -> set[str]:
    """The keys of the buttons on the screen."""
    return {button.key for button in app.main.button}


def labels(app: AppTest) -> list[str]:
    """What the links of the screen are called."""
    return [link.value for link in app.main.page_link]
