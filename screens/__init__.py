"""For people at a desk or in a meeting: short Streamlit scripts, and the shell that runs them."""
