"""What this release asks of the table `orders`: nothing else knows its columns."""

CREATE = "INSERT INTO orders (id, customer) VALUES (%(id)s, %(customer)s) ON CONFLICT (id) DO NOTHING"

# Nobody wrote the migration for `priority`.
READ = "SELECT id, customer, priority FROM orders WHERE id = %(id)s"

COUNT = "SELECT count(*), count(*) FILTER (WHERE customer IS NULL) FROM orders"
