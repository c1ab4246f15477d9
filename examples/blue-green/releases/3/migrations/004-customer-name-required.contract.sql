-- Holds for what is written from now on. It does not look at the orders that are there: the lock is short.
ALTER TABLE orders ADD CONSTRAINT customer_name_required CHECK (customer_name IS NOT NULL) NOT VALID;
