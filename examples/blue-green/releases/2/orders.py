"""What this release asks of the table `orders`: nothing else knows its columns."""

# Both columns are written: the release before reads the old one, and may come back.
CREATE = """
INSERT INTO orders (id, customer, customer_name) VALUES (%(id)s, %(customer)s, %(customer)s) ON CONFLICT (id) DO NOTHING
"""

# The new column, and the old one where nobody has filled it yet.
READ = "SELECT id, coalesce(customer_name, customer) FROM orders WHERE id = %(id)s"

COUNT = "SELECT count(*), count(*) FILTER (WHERE coalesce(customer_name, customer) IS NULL) FROM orders"
