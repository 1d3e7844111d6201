"""The report: learning curves as pictures, and one page that holds everything."""
