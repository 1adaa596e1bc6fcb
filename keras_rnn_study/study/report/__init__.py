"""What finished runs say together: statistics, summary, tables, figures, and the page of them."""
