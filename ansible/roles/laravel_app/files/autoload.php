<?php
// Stands in for Composer's autoloader: Laravel and the other libraries are packages of the distribution, and the
// application's own classes are where its composer.json says.

require_once '/usr/share/php/Illuminate/autoload.php';

$composer = json_decode(file_get_contents(dirname(__DIR__) . '/composer.json'), true);
foreach (['autoload', 'autoload-dev'] as $section) {
    foreach ($composer[$section]['files'] ?? [] as $file) {
        require_once dirname(__DIR__) . '/' . $file;
    }
}

spl_autoload_register(function (string $class) use ($composer): void {
    foreach (['autoload', 'autoload-dev'] as $section) {
        foreach ($composer[$section]['psr-4'] ?? [] as $prefix => $folders) {
            if (strncmp($class, $prefix, strlen($prefix)) !== 0) {
                continue;
            }
            foreach ((array) $folders as $folder) {
                $file = dirname(__DIR__) . '/' . rtrim($folder, '/') . '/'
                    . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
                if (is_file($file)) {
                    require $file;
                    return;
                }
            }
        }
    }
});
