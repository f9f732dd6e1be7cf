"""Before against after: equal covered days, exact intervals, and what may not be compared."""
