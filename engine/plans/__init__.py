"""What a run is given: the plan of a release, the change set, the tables of a batch."""
