"""Plotly figures of what the service computed. They know neither Streamlit nor HTTP."""
