<?php
// Healthy: the database answers, and WordPress loads with its plugins and its theme and is installed. Else it says what is wrong.
require_once __DIR__ . '/database.php';

header('Content-Type: application/json');
header('Cache-Control: no-store');
/** Answers once: what comes later, such as WordPress' own page of a fatal error, is dropped. */
function automation_stack_answer(int $status, array $answer, ?string $logged = null): void
{
    static $isAnswered = false;
    if ($isAnswered) {
        return;
    }
    $isAnswered = true;
    while (ob_get_level() > 0) {
        ob_end_clean();
    }
    header_remove('Location');
    http_response_code($status);
    header('Content-Type: application/json');
    if ($status !== 200) {
        error_log('health: ' . ($logged ?? $answer['why']));
    }
    echo json_encode($answer), "\n";
}

$failure = automation_stack_database(2);
if ($failure !== null) {
    // What the client says may name the user: it is in the log alone.
    $why = "database: $failure[0]";
    automation_stack_answer(503, ['status' => 'unavailable', 'why' => $why], "$why ($failure[1])");
    exit();
}
ob_start();
$automationStackIsLoaded = false;
register_shutdown_function(function () {
    global $automationStackIsLoaded;
    if ($automationStackIsLoaded) {
        return;
    }
    $error = error_get_last();
    $isFatal = $error !== null && ($error['type'] & (E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR)) !== 0;
    $why = $isFatal ? 'WordPress ends with a fatal error' : 'WordPress is not installed: run wordpress-install';
    automation_stack_answer($isFatal ? 500 : 503, ['status' => 'unavailable', 'why' => $why]);
});
define('WP_USE_THEMES', false);
require $_SERVER['DOCUMENT_ROOT'] . '/wp-load.php';
$automationStackIsLoaded = true;
automation_stack_answer(200, ['status' => 'ok', 'wordpress' => get_bloginfo('version')]);
