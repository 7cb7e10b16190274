"""The steps that lead to the present tables, for Alembic; `service.record.migration` runs them."""
