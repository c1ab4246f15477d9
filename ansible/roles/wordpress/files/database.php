<?php
// One look at the database, and the wait for it. Exit codes are those of sysexits.h, so that each reason has its own.
require_once __DIR__ . '/settings.php';

const AUTOMATION_STACK_EXITS = [
    'settings' => 78,
    'unknown host' => 68,
    'refused' => 69,
    'no answer' => 75,
    'access denied' => 77,
    'unknown database' => 66,
    'failed' => 70,
];

/**
 * Signs in to the database and asks it something.
 *
 * @return array{string, string}|null the reason, one of AUTOMATION_STACK_EXITS, and what the client said; null where it answered
 */
function automation_stack_database(int $seconds = 3): ?array
{
    mysqli_report(MYSQLI_REPORT_OFF);
    [$host, $port] = automation_stack_address();
    $database = mysqli_init();
    $database->options(MYSQLI_OPT_CONNECT_TIMEOUT, $seconds);
    $database->options(MYSQLI_OPT_READ_TIMEOUT, $seconds);
    $flags = automation_stack_setting('WORDPRESS_DB_TLS', 'on') === 'on' ? MYSQLI_CLIENT_SSL : 0;
    $isIn = @$database->real_connect(
        $host,
        automation_stack_setting('WORDPRESS_DB_USER'),
        automation_stack_setting('WORDPRESS_DB_PASSWORD'),
        automation_stack_setting('WORDPRESS_DB_NAME', 'wordpress'),
        $port,
        null,
        $flags
    );
    if ($isIn && $database->query('SELECT 1') !== false) {
        $database->close();
        return null;
    }
    $number = $isIn ? $database->errno : $database->connect_errno;
    $said = (string) ($isIn ? $database->error : $database->connect_error);
    return [automation_stack_reason($number, $said), $said];
}

/** @return array{string, int} host and port of WORDPRESS_DB_HOST */
function automation_stack_address(): array
{
    $address = (string) automation_stack_setting('WORDPRESS_DB_HOST');
    return preg_match('/^(.*):(\d+)$/', $address, $found) ? [$found[1], (int) $found[2]] : [$address, 3306];
}

function automation_stack_reason(int $number, string $said): string
{
    if ($number === 1045 || $number === 1698) {
        return 'access denied';
    }
    // Who may not see a database is told that access is denied, also where there is none.
    if ($number === 1049 || $number === 1044) {
        return 'unknown database';
    }
    if (str_contains($said, 'getaddrinfo')) {
        return 'unknown host';
    }
    if (str_contains($said, 'refused')) {
        return 'refused';
    }
    return in_array($number, [2002, 2003, 2006, 2013], true) ? 'no answer' : 'failed';
}

/**
 * Waits for the database and says on stderr what for, and why it is not there yet. Ends the process where settings are missing,
 * and where WORDPRESS_DB_WAIT seconds were not enough, by the exit code of the last reason.
 */
function automation_stack_wait(): void
{
    pcntl_async_signals(true);
    foreach ([SIGTERM, SIGINT] as $signal) {
        pcntl_signal($signal, fn() => exit(128 + $signal));
    }
    $faults = automation_stack_faults();
    $wait = automation_stack_setting('WORDPRESS_DB_WAIT', '60');
    if (!ctype_digit($wait)) {
        $faults[] = "WORDPRESS_DB_WAIT is a number of seconds, not $wait";
    }
    if ($faults !== []) {
        automation_stack_end('settings', implode('; ', $faults));
    }
    [$host, $port] = automation_stack_address();
    $name = automation_stack_setting('WORDPRESS_DB_NAME', 'wordpress');
    $until = microtime(true) + (int) $wait;
    $told = null;
    while (($failure = automation_stack_database()) !== null) {
        [$reason, $said] = $failure;
        if (microtime(true) >= $until) {
            automation_stack_end($reason, "database $name at $host, port $port, after $wait s: $reason ($said)");
        }
        if ($reason !== $told) {
            fwrite(STDERR, "wordpress: waiting for database $name at $host, port $port: $reason ($said)\n");
            $told = $reason;
        }
        usleep(500_000);
    }
    if ($told !== null) {
        fwrite(STDERR, "wordpress: database $name at $host answers\n");
    }
}

/** @return never */
function automation_stack_end(string $reason, string $text): void
{
    $code = AUTOMATION_STACK_EXITS[$reason];
    fwrite(STDERR, "wordpress: giving up on $reason, exit code $code: $text\n");
    exit($code);
}
