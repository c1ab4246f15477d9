-- Looks at all orders while everybody reads and writes them; 006 need not look again while it holds the lock.
ALTER TABLE orders VALIDATE CONSTRAINT customer_name_required;
