"""Things every app may use and that know no app: money, errors, actors, ids, the database."""
