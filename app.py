"""The gradient-descent lab: `streamlit run app.py`."""

from pages.shared.frame import main

main()
