"""Reports for those who decide what to do next: counted from the store, with every base beside its share."""
