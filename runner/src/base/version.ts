declare const RUNNER_VERSION: string | undefined;

/** The runner's own version: fixed when it is bundled, `dev` when it runs from source (tests). */
export const runnerVersion = typeof RUNNER_VERSION === 'string' ? RUNNER_VERSION : 'dev';
