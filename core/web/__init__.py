"""The door: everything that stands between a network and the screens. Starlette, and never Streamlit itself."""
