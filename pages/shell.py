"""The frame around every screen: started by app.py, it finds out who is there, draws the navigation and runs the screen."""

from pathlib import Path

import streamlit as st

from core.texts import _
from pages.parts import state
from pages.parts.access import require_user
from pages.parts.boundary import errors_shown
from pages.parts.frame import draw_banner, draw_user
from pages.parts.messages import draw_notice
from pages.parts.navigation import navigate
from pages.parts.translate import speak_language

viewer = require_user()
st.set_page_config(page_title=_("退费工作台"), page_icon=Path(__file__).parent / "parts" / "icon.png", layout="wide")
speak_language()
screen = navigate(viewer)
state.enter(screen.url_path, st.query_params.get("no", ""))
draw_user(viewer)
draw_banner()
draw_notice()
with errors_shown():
    screen.run()
