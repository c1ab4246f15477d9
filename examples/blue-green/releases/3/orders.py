"""What this release asks of the table `orders`: nothing else knows its columns."""

# Only the new column. The trigger of migration 002 fills the old one as long as it is there.
CREATE = """
INSERT INTO orders (id, customer_name) VALUES (%(id)s, %(customer)s) ON CONFLICT (id) DO NOTHING
"""

READ = "SELECT id, customer_name FROM orders WHERE id = %(id)s"

COUNT = "SELECT count(*), count(*) FILTER (WHERE customer_name IS NULL) FROM orders"
