"""All CSS of the product. Colours, fonts and sizes are in ``.streamlit/config.toml``; here is only what that can't say."""

import streamlit as st

_CSS = """
.stApp { font-variant-numeric: tabular-nums; }
/* Small print and the chosen segment keep a contrast of 4.5, light and dark. */
[data-testid=stCaptionContainer] { opacity: 0.8; }
[data-testid=stButtonGroup] button { color: inherit !important; }
/* The script that translates Streamlit's words takes no room. */
.st-key-words { position: absolute; width: 0; height: 0; overflow: hidden; }
/* A tick box, a picture or a table may scroll inside; the page itself never moves sideways. */
.stMainBlockContainer { max-width: 1680px; padding-left: 2rem; padding-right: 2rem; }
@media (max-width: 640px) { .stMainBlockContainer { padding-left: 0.9rem; padding-right: 0.9rem; } }
/* Sentences under a field belong to it. */
[class*="st-key-field_"] { gap: 0.15rem; }
/* Leaving is a form of its own: a POST that needs no script. */
.st-key-logout form { margin: 0; }
.st-key-logout button {
  font: inherit; color: inherit; cursor: pointer; background: transparent; border: 1px solid currentColor;
  border-radius: 4px; padding: 0.2rem 0.75rem; opacity: 0.85; width: 100%;
}
.st-key-logout button:hover, .st-key-logout button:focus-visible { opacity: 1; text-decoration: underline; }
/* Figures and short words stay whole and long texts get room: a narrow table scrolls inside instead of growing tall. */
.st-key-fund_totals :is(td, th) *, .st-key-refused_lines :is(td:nth-child(-n+8), tbody th) *,
.st-key-ledger_problems td:nth-child(-n+6) *, .st-key-last_imports :is(td, th) *,
.st-key-directory_counts :is(td, th) *, .st-key-directory_problems td:nth-child(-n+5) * { white-space: nowrap !important; }
.st-key-orders :is(td, th):not(:last-child) *, [class*="st-key-run_totals"] :is(td, th):not(:nth-child(2)) *,
.st-key-bank_lines :is(td, th):not(:nth-child(2)) * { white-space: nowrap !important; }
[class*="st-key-run_totals"] :is(td, th):nth-child(n+3), .st-key-bank_lines :is(td, th):is(:nth-child(5), :nth-child(6)),
.st-key-orders :is(td, th):nth-child(6), [class*="st-key-strays"] :is(td, th):nth-child(4) { text-align: right !important; }
[class*="st-key-strays"] :is(td, th):nth-child(n+2):nth-child(-n+5) * { white-space: nowrap !important; }
[class*="st-key-strays"] :is(td, th):is(:first-child, :nth-child(n+6)), .st-key-orders td:last-child { min-width: 9rem; }
.st-key-refused_lines td:nth-child(n+9) { min-width: 8.5rem; }
.st-key-refused_lines td:last-child, .st-key-ledger_problems td:nth-child(7),
.st-key-directory_problems td:nth-child(6) { min-width: 13rem; }
/* Choosing ledger files is a field of our own: they go to disk, past Streamlit's memory. */
.refund-ledger { border: 1px dashed color-mix(in srgb, currentColor 40%, transparent); border-radius: 4px; padding: 0.9rem 1rem; }
.refund-ledger.refund-over { outline: 2px solid currentColor; }
.refund-ledger div { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; }
.refund-ledger [hidden] { display: none; }
.refund-ledger div + div { margin-top: 0.6rem; }
.refund-ledger button {
  font: inherit; color: inherit; cursor: pointer; background: transparent;
  border: 1px solid color-mix(in srgb, currentColor 40%, transparent); border-radius: 4px; padding: 0.25rem 0.9rem;
}
.refund-ledger button:hover, .refund-ledger button:focus-visible { border-color: currentColor; }
.refund-ledger button:disabled { opacity: 0.5; cursor: not-allowed; }
.refund-ledger span { opacity: 0.8; }
.refund-ledger progress { width: 14rem; }
.refund-ledger p:empty { display: none; }
.refund-ledger p { margin: 0.6rem 0 0; font-weight: 600; }
/* The running total: a dense table over the whole width that scrolls inside where it must. */
.st-key-totals { overflow-x: auto; }
.st-key-totals table { width: 100%; border-collapse: collapse; font-size: 0.95em; margin-bottom: 0.4rem; }
.st-key-totals td { padding: 0.2rem 0.6rem; white-space: nowrap; text-align: right; border: 1px solid rgb(128 144 154 / 0.35); }
.st-key-totals td:first-child { text-align: left; }
.st-key-totals thead, .st-key-totals tr:last-child { font-weight: 600; }
.refund-in-view {
  position: fixed; right: 1.25rem; bottom: 0.75rem; z-index: 100; margin: 0; padding: 0.3rem 0.9rem; border-radius: 999px;
  font-weight: 600; color: #fff; background: #0B5D78; box-shadow: 0 1px 6px rgb(0 0 0 / 0.3); pointer-events: none;
}
/* Lines that end in buttons: see lines.py. */
.refund-line { display: flex; gap: 0.75rem; align-items: center; line-height: 1.45; }
.refund-line .refund-rest { flex: 1 1 0; min-width: 0; overflow-wrap: anywhere; }
.refund-line small { display: block; opacity: 0.75; }
.refund-heading { font-size: 0.86em; opacity: 0.75; }
/* Why the browser or the door takes a file not: Streamlit keeps the sentence for screen readers only. */
[data-testid=stFileChips] { flex-wrap: wrap; }
[data-testid=stFileChip][aria-invalid=true] { height: auto; flex-wrap: wrap; max-width: 100%; }
[data-testid=stFileChip] > [role=alert] {
  position: static !important; width: auto !important; height: auto !important; clip-path: none !important;
  clip: auto !important; margin: 0 !important; overflow: visible !important; white-space: normal !important;
  flex-basis: 100%; padding: 0.1rem 0.4rem 0.3rem; font-weight: 600;
}
/* What a search finds is read from the left, on as many lines as it takes. */
.st-key-branches_found button { justify-content: flex-start; text-align: left; }
.st-key-branches_found button * { justify-content: flex-start; text-align: left; }
/* Lists of papers are read line by line. */
.st-key-materials, .st-key-papers { gap: 0.35rem; }
"""


def dress() -> None:
    """Put the style sheet on the page."""
    st.html(f"<style>{_CSS}</style>")
