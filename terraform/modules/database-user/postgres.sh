set -eu
# Makes a user of PostgreSQL who owns one database, or gives it the password that it should have. Safe to run again.
case "$USER_NAME$USER_PASSWORD$DATABASE_NAME" in
*[!A-Za-z0-9_]*) echo "the name, the password or the database has other characters than letters, digits and _" >&2; exit 64 ;;
esac
export PGHOST="$DATABASE_HOST" PGPORT="$DATABASE_PORT" PGSSLMODE="${DATABASE_TLS:-require}" PGCONNECT_TIMEOUT=10
export PGUSER="$MASTER_USERNAME" PGPASSWORD="$MASTER_PASSWORD"
echo "waiting for $DATABASE_HOST:$DATABASE_PORT"
left=${WAIT_SECONDS:-180}
until said=$(psql --no-psqlrc --dbname=postgres --command='SELECT 1' 2>&1 >/dev/null); do
  case "$said" in *"authentication failed"*) echo "the database refuses the master user $MASTER_USERNAME: $said" >&2; exit 77 ;; esac
  left=$((left - 3))
  if [ "$left" -le 0 ]; then echo "the database does not answer: $said" >&2; exit 75; fi
  sleep 3
done
# The master of RDS is no superuser: it must be a member of the owner that it gives a database to.
psql --no-psqlrc --quiet --dbname=postgres --set=ON_ERROR_STOP=1 <<SQL
SET password_encryption = 'scram-sha-256';
SELECT 'CREATE ROLE "$USER_NAME"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$USER_NAME')
\gexec
ALTER ROLE "$USER_NAME" WITH LOGIN PASSWORD '$USER_PASSWORD';
GRANT "$USER_NAME" TO CURRENT_USER;
SELECT 'CREATE DATABASE "$DATABASE_NAME" OWNER "$USER_NAME"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$DATABASE_NAME')
\gexec
ALTER DATABASE "$DATABASE_NAME" OWNER TO "$USER_NAME";
SQL
PGUSER="$USER_NAME" PGPASSWORD="$USER_PASSWORD" psql --no-psqlrc --dbname="$DATABASE_NAME" --command='SELECT 1' >/dev/null
echo "$USER_NAME owns the database $DATABASE_NAME and can sign in"
