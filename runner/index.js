#!/usr/bin/env node
// Starts the compiled runner, so that `node runner COMMAND` works; says how to build it where it is missing.
const [major] = process.versions.node.split('.');
if (Number(major) < 20) {
  process.stderr.write(
    `automation-stack needs Node 20 or newer; this is ${process.version} (${process.execPath}).\n` +
      'Install a newer Node (https://nodejs.org) and put it first on PATH.\n',
  );
  process.exitCode = 2;
} else {
  import('./dist/main.js').catch((error) => {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('main.js')) throw error;
    process.stderr.write('The runner is not built yet. Build it: npm ci && npm run build\n');
    process.exitCode = 2;
  });
}
