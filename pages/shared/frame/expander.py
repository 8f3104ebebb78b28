"""A part of a page that is closed at first, and not made before it is opened."""

import streamlit as st


def lazily(title: str, key: str):
    """An expander whose content is made when it is open."""
    return st.expander(title, icon=":material/expand_circle_down:", key=key, on_change="rerun")
