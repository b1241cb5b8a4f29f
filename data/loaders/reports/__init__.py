"""Reports of offices that are no hoaxes: campaign reach, activities, and telecom quality of service."""
