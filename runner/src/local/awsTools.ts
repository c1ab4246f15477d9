import { emulatorUrl, type LocalSettings } from './settings.js';

/** Settings of every client of the emulator; explicit, so that a user's own AWS settings never interfere. */
export function emulatorClient(settings: LocalSettings) {
  // The SDK announces the end of Node 20 on stderr; nobody who calls `local create` can act on it.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return {
    endpoint: emulatorUrl(settings),
    region: settings.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 3,
  };
}

/** Runs a call; undefined if it fails with one of these error names, which mean that the resource is missing. */
export async function unless<T>(names: readonly string[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined;
    throw error;
  }
}
