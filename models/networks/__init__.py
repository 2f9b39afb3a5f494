"""Networks on graphs and clouds, their parts, and what is asked of them."""
