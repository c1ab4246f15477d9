"""What this release asks of the table `orders`: nothing else knows its columns."""

# Who asks twice with the same id gets one order.
CREATE = "INSERT INTO orders (id, customer) VALUES (%(id)s, %(customer)s) ON CONFLICT (id) DO NOTHING"

READ = "SELECT id, customer FROM orders WHERE id = %(id)s"

COUNT = "SELECT count(*), count(*) FILTER (WHERE customer IS NULL) FROM orders"
