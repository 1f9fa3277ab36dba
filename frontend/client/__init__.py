"""The service as seen from the screen: one method a route, typed answers, typed errors. Knows no Streamlit."""
