/** Where the page is that tells how to come from the script that took keys as arguments. */
export const COMING_FROM = 'docs/coming-from-automation-stack-sh.md';

/** Options that other tools take keys by; none of ours has such a name. */
const NAMES = new Set([
  ...['--access-key', '--access-key-id', '--aws-access-key-id'],
  ...[
    '--secret-key',
    '--secret-access-key',
    '--aws-secret-access-key',
    '--session-token',
    '--aws-session-token',
  ],
]);

/**
 * The option by which somebody gives a key to the runner: `-a KEY`, `-sSECRET`, `--secret-key=SECRET`.
 * @param argv what was typed; what stands behind `--` is a command for somewhere else
 * @returns its name, never what was given
 */
export function credentialOption(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  for (const word of end === -1 ? argv : argv.slice(0, end)) {
    const [name = ''] = word.split('=', 1);
    if (NAMES.has(name)) return name;
    const [short] = /^-[as](?!-)/.exec(word) ?? [];
    if (short !== undefined) return short;
  }
  return undefined;
}
