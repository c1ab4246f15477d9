import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';

const run = promisify(execFile);
const ROLES = resolve('ansible/roles');

interface Play {
  readonly roles?: readonly { readonly role: string }[];
  readonly tasks?: readonly unknown[];
}

describe('Molecule', function () {
  this.timeout(900_000);
  const scripted = (...roles: string[]) =>
    run(process.execPath, ['--import', 'tsx', 'scripts/molecule.ts', ...roles], { maxBuffer: 2 ** 26 }).then(
      ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        output: error.stdout + error.stderr,
      }),
    );

  for (const role of readdirSync(ROLES)) {
    it(`has a scenario of ${role} that applies it and then uses it`, () => {
      const plays = (file: string) =>
        parse(readFileSync(join(ROLES, role, 'molecule/default', file), 'utf8')) as readonly Play[];
      expect(plays('molecule.yml')).to.deep.equal({});
      const applied = plays('converge.yml').flatMap((play) => (play.roles ?? []).map((one) => one.role));
      expect(applied).to.include(role);
      expect(plays('verify.yml').flatMap((play) => play.tasks ?? [])).not.to.deep.equal([]);
    });
  }

  it('runs a scenario on a new host: converge, converge again, verify', async () => {
    const { code, output } = await scripted('common');
    expect(code, output.slice(-5000)).to.equal(0);
    for (const step of ['converge', 'idempotence', 'verify'])
      expect(output.replace(/\x1b\[[\d;]*m/g, '')).to.include(`${step}: Executed: Successful`);
    expect(output).to.match(/^ok {5}common \(\d+ s\)$/m);
  });

  it('refuses a role that there is not', async () => {
    const { code, output } = await scripted('comon');
    expect(code).to.equal(2);
    expect(output).to.include('No scenario of comon');
  });
});
