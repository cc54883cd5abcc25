"""What a Mesa user sees of persons, collectives and funders."""
