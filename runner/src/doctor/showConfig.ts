import type { ContextWith, Kinds } from '../context/context.js';
import { MASK } from '../secrets/redact.js';
import { isDuration } from '../base/duration.js';
import { referencesIn } from '../config/referencesIn.js';
import { isSecretPlace } from '../config/secretPlaces.js';
import type { Path } from '../config/path.js';

const DURATION_KEYS = new Set(['for', 'interval', 'timeout', 'drain', 'lock-expiry', 'session-duration']);
const FREE_FORM = new Set(['vars', 'variables', 'environment', 'build-args']);

/**
 * The effective configuration as plain data, durations written as people write them.
 * @param resolve look references up; whatever came from a secret is masked by the views
 */
export async function showConfig(
  context: ContextWith<'config' | 'environment' | 'kinds' | 'options' | 'resolve'>,
  resolve: boolean,
): Promise<unknown> {
  const kinds = await context.kinds();
  const { directory: _directory, file: _file, stateFolder: _folder, ...config } = await context.config();
  if (context.options.environment === undefined) return readable(withoutSecrets(config, kinds, [], false));
  const environment = await context.environment();
  const { extends: _extends, ...settings } = environment.config;
  const value = resolve ? await context.resolve(settings, environment) : settings;
  const shown = withoutSecrets(value, kinds, ['environments', environment.name], resolve);
  return { application: config.application, environment: environment.name, ...(readable(shown) as object) };
}

/**
 * Masks what stands where a secret belongs, also what is too short or too common to be masked by its value.
 * @param resolved references were replaced by their values; else they tell nothing, and stay
 */
function withoutSecrets(value: unknown, kinds: Kinds, path: Path, resolved: boolean): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => withoutSecrets(item, kinds, [...path, index], resolved));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        withoutSecrets(item, kinds, [...path, key], resolved),
      ]),
    );
  }
  const isShown = typeof value === 'boolean' || value === '' || !isSecretPlace(path, kinds);
  return isShown || (!resolved && referencesIn(value).length > 0) ? value : MASK;
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
