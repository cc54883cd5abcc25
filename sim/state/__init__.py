"""What is known of the county: parameters, values, fields, codes, persons, villages, accounts."""
