<?php
// What WordPress is told: variables of the environment in a container, /etc/wordpress/settings.json on a host.

/** The value of a setting: NAME, or what the file of NAME_FILE holds, or what settings.json says, or a fallback. */
function automation_stack_setting(string $name, ?string $otherwise = null): ?string
{
    static $ofHost = null;
    $value = getenv($name);
    if ($value === false || $value === '') {
        $file = getenv("{$name}_FILE");
        $value = $file === false || $file === '' ? '' : trim((string) @file_get_contents($file));
    }
    if ($value === '') {
        if ($ofHost === null) {
            $text = @file_get_contents('/etc/wordpress/settings.json');
            $ofHost = $text === false ? [] : (array) json_decode($text, true);
        }
        $value = (string) ($ofHost[$name] ?? '');
    }
    return $value === '' ? $otherwise : $value;
}

/** What is missing or unusable among the settings, in words; empty where nothing is. */
function automation_stack_faults(): array
{
    $faults = [];
    foreach (['WORDPRESS_DB_HOST', 'WORDPRESS_DB_USER', 'WORDPRESS_DB_PASSWORD'] as $name) {
        if (automation_stack_setting($name) === null) {
            $faults[] = "$name is not set";
        }
    }
    $secret = automation_stack_setting('WORDPRESS_SECRET');
    if ($secret === null || strlen($secret) < 32) {
        $faults[] = 'WORDPRESS_SECRET ' . ($secret === null ? 'is not set' : 'is too short') . ': it needs 32 characters or more';
    }
    if (!in_array(automation_stack_setting('WORDPRESS_DB_TLS', 'on'), ['on', 'off'], true)) {
        $faults[] = 'WORDPRESS_DB_TLS is on or off';
    }
    $url = automation_stack_setting('WORDPRESS_URL');
    if ($url !== null && !preg_match('~^https?://[^/\s]+(/[^\s?#]*)?$~', $url)) {
        $faults[] = "WORDPRESS_URL is no URL such as https://blog.example.org: $url";
    }
    return $faults;
}
