"""Questions to the database: filters, measures, and one module a subject. The only SELECTs of Posko live here."""
