import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the demo of an example. @returns both streams as one: what is expected in a certain order is in both */
export function demoOf(example: string): string {
  const { status, stdout: output } = spawnSync(
    'bash',
    ['-c', 'exec bash "$0" 2>&1', join(root, 'scripts/demo.sh')],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, NO_COLOR: '1', EXAMPLE: example },
    },
  );
  expect(status, output.slice(-6000)).to.equal(0);
  return output;
}

/** What a chapter of a demo printed. */
export const chapterOf = (output: string, title: string): string =>
  output.split(/^== /m).find((one) => one.startsWith(title)) ?? `no chapter ${title}`;
