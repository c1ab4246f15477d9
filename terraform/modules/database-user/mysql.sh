set -eu
# Makes a user of MySQL or MariaDB who owns one database, or gives it the password that it should have. Safe to run again.
client=$(command -v mariadb || command -v mysql)
case "$USER_NAME$USER_PASSWORD$DATABASE_NAME" in
*[!A-Za-z0-9_]*) echo "the name, the password or the database has other characters than letters, digits and _" >&2; exit 64 ;;
esac
if "$client" --version | grep -qi mariadb; then tls=--ssl; else tls=--ssl-mode=REQUIRED; fi
export MYSQL_PWD="$MASTER_PASSWORD"
as_master() {
  "$client" "${DATABASE_TLS:-$tls}" --host="$DATABASE_HOST" --port="$DATABASE_PORT" --user="$MASTER_USERNAME" --connect-timeout=10 "$@"
}
echo "waiting for $DATABASE_HOST:$DATABASE_PORT"
left=${WAIT_SECONDS:-180}
until said=$(as_master --execute='SELECT 1' 2>&1 >/dev/null); do
  case "$said" in *"Access denied"*) echo "the database refuses the master user $MASTER_USERNAME: $said" >&2; exit 77 ;; esac
  left=$((left - 3))
  if [ "$left" -le 0 ]; then echo "the database does not answer: $said" >&2; exit 75; fi
  sleep 3
done
# Each right by name: the master of RDS has not all that ALL stands for, and can give no more. In GRANT a _ stands for any character unless it is escaped.
pattern=$(printf %s "$DATABASE_NAME" | sed 's/_/\\_/g')
as_master --batch <<SQL
CREATE DATABASE IF NOT EXISTS \`$DATABASE_NAME\`;
CREATE USER IF NOT EXISTS '$USER_NAME'@'%' IDENTIFIED BY '$USER_PASSWORD';
ALTER USER '$USER_NAME'@'%' IDENTIFIED BY '$USER_PASSWORD';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE,
  CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER ON \`$pattern\`.* TO '$USER_NAME'@'%';
SQL
export MYSQL_PWD="$USER_PASSWORD"
"$client" "${DATABASE_TLS:-$tls}" --host="$DATABASE_HOST" --port="$DATABASE_PORT" --user="$USER_NAME" --execute='SELECT 1' "$DATABASE_NAME" >/dev/null
echo "$USER_NAME owns the database $DATABASE_NAME and can sign in"
