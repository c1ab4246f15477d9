import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const shim = fileURLToPath(new URL('../../../runner/index.js', import.meta.url));

describe('node runner', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'automation-stack-shim-'));
    copyFileSync(shim, join(directory, 'index.js'));
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('says how to build it where it is not built yet, and exits 2', () => {
    const { status, stderr } = spawnSync(process.execPath, [directory], { encoding: 'utf8' });
    expect(status).to.equal(2);
    expect(stderr).to.contain('npm ci && npm run build');
  });

  it('refuses a Node that is too old, naming it, and exits 2', () => {
    const old = join(directory, 'old.cjs');
    writeFileSync(old, "Object.defineProperty(process.versions, 'node', { value: '18.20.0' });");
    const { status, stderr } = spawnSync(process.execPath, ['--require', old, directory], {
      encoding: 'utf8',
    });
    expect(status).to.equal(2);
    expect(stderr).to.contain('needs Node 20 or newer');
  });
});
