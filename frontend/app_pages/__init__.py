"""One module a page; the router (streamlit_app.py) runs them."""
