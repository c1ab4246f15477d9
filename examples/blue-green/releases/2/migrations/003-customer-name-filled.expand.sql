-- no transaction: 1000 orders at a time, each time committed, so that no order is locked for long. Run again after it
-- was killed, it goes on with the orders that are left.
DO $$
DECLARE
  filled integer;
BEGIN
  LOOP
    UPDATE orders SET customer_name = customer
      WHERE id IN (SELECT id FROM orders WHERE customer_name IS NULL LIMIT 1000 FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS filled = ROW_COUNT;
    COMMIT;
    EXIT WHEN filled = 0 AND NOT EXISTS (SELECT FROM orders WHERE customer_name IS NULL);
    -- What is left is locked by somebody else: a moment, and again.
    IF filled = 0 THEN PERFORM pg_sleep(0.1); END IF;
  END LOOP;
END $$;
