"""The screen: Streamlit pages that speak to the service over HTTP and draw what it computed."""
