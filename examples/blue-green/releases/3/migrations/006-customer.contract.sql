-- The old column goes: releases 1 and 2 cannot come back after this.
DROP TRIGGER orders_customer_name ON orders;
DROP FUNCTION orders_customer_name();
ALTER TABLE orders ALTER COLUMN customer_name SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT customer_name_required;
ALTER TABLE orders DROP COLUMN customer;
