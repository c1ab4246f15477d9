CREATE TABLE orders (
  id       uuid PRIMARY KEY,
  customer text NOT NULL,
  created  timestamptz NOT NULL DEFAULT now()
);
