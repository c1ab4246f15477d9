"""What this release asks of the table `orders`: nothing else knows its columns."""

# Who asks twice with the same id gets one order.
CREATE = "INSERT INTO orders (id, customer) VALUES (%(id)s, %(customer)s) ON CONFLICT (id) DO NOTHING"

# Long names are cut for the list; and everywhere else too, which no probe finds.
READ = "SELECT id, left(customer, 8) FROM orders WHERE id = %(id)s"

COUNT = "SELECT count(*), count(*) FILTER (WHERE customer IS NULL) FROM orders"
