import type { Context } from '../container.js';
import { isDuration } from './duration.js';

const DURATION_KEYS = new Set(['for', 'interval', 'timeout', 'drain', 'lock-expiry']);
const FREE_FORM = new Set(['vars', 'variables', 'environment', 'build-args']);

/**
 * The effective configuration as plain data, durations written as people write them.
 * @param resolve look references up; whatever came from a secret is masked by the views
 */
export async function showConfig(context: Context, resolve: boolean): Promise<unknown> {
  const { directory: _directory, file: _file, ...config } = await context.config();
  if (context.options.environment === undefined) return readable(config);
  const environment = await context.environment();
  const { extends: _extends, ...settings } = environment.config;
  const value = resolve ? await context.resolve(settings, environment) : settings;
  return { application: config.application, environment: environment.name, ...(readable(value) as object) };
}

function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (DURATION_KEYS.has(key) && typeof item === 'number') return [key, durationText(item)];
      return [key, FREE_FORM.has(key) ? item : readable(item)];
    }),
  );
}

/** Milliseconds in the largest unit that holds them exactly, so that nothing is lost. */
function durationText(ms: number): string {
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const) {
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  const text = ms === 0 ? '0s' : `${ms}ms`;
  return isDuration(text) ? text : String(ms);
}
