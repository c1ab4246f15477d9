-- The new column beside the old one. It has no default and no constraint: nothing is written anew, the lock is short.
ALTER TABLE orders ADD COLUMN customer_name text;

-- Releases that know one column only fill the other too: release 1 while it still runs or comes back, release 3 later.
CREATE FUNCTION orders_customer_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.customer IS DISTINCT FROM OLD.customer AND NEW.customer_name IS NOT DISTINCT FROM OLD.customer_name THEN
    NEW.customer_name := NEW.customer;
  ELSIF TG_OP = 'UPDATE' AND NEW.customer_name IS DISTINCT FROM OLD.customer_name AND NEW.customer IS NOT DISTINCT FROM OLD.customer THEN
    NEW.customer := NEW.customer_name;
  END IF;
  NEW.customer_name := coalesce(NEW.customer_name, NEW.customer);
  NEW.customer := coalesce(NEW.customer, NEW.customer_name);
  RETURN NEW;
END $$;

CREATE TRIGGER orders_customer_name BEFORE INSERT OR UPDATE ON orders
  FOR EACH ROW EXECUTE FUNCTION orders_customer_name();
