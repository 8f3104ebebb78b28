"""The gradient-descent lab: `streamlit run app.py`."""

from pages.shared.frame.shell import main

main()
