"""What each web page shows, read in one transaction: the values of its template."""
