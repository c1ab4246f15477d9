import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cli } from '../../support/cli.js';

const NOTHING = `application: shop
branches: { develop: staging, main: production }
environments:
  staging: {}
  production: { extends: staging, promotion: { from: staging, approval: required } }
`;

/** What commands say where nothing is configured that they could do: never that something was done. */
describe('commands with nothing to do', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'summaries-'));
    writeFileSync(join(directory, 'automation-stack.yml'), NOTHING);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const nothing = 'has no infrastructure, playbooks or targets, and there are no images';
  const rows: readonly (readonly [string, number, string])[] = [
    ['run --branch develop', 0, `skipped in`],
    ['run --branch develop', 0, `nothing was run: staging ${nothing}`],
    ['run --branch main --approve', 0, `nothing was run: production ${nothing}`],
    ['run --branch other', 0, 'nothing was run: no branch rule matches other, and there are no images'],
    ['run --branch develop --dry-run', 0, `but there is nothing to run: staging ${nothing}`],
    [
      'stages --branch develop',
      0,
      `Branch develop leads to staging, but there is nothing to run: staging ${nothing}`,
    ],
    [
      'stages --branch main',
      0,
      `Branch main leads to production, but there is nothing to run: production ${nothing}`,
    ],
    ['build', 0, 'There are no images and no artifacts: nothing was built.'],
    ['build --dry-run', 0, 'There are no images and no artifacts: nothing was built.'],
    ['push', 0, 'There are no images and no artifacts: nothing was pushed, and no release was made.'],
    [
      'push --dry-run',
      0,
      'There are no images and no artifacts: nothing was pushed, and no release was made.',
    ],
    ['test', 0, 'No image has a test.'],
    ['plan --env staging', 2, 'has no infrastructure'],
    ['apply --env staging', 2, 'has no infrastructure'],
    ['destroy --env staging', 2, 'has no infrastructure'],
    ['drift --env staging', 2, 'has no infrastructure'],
    ['plan --all', 2, 'no environment has infrastructure'],
    ['provision --env staging', 2, 'staging has nothing to provision'],
    ['deploy --env staging', 2, 'environment staging has no targets to deploy to'],
    ['promote --env production --approve', 2, 'environment production has no targets to deploy to'],
    ['migrate --env staging', 2, 'no target of staging has a migration'],
    ['rollback --env staging', 1, 'has no earlier healthy release to roll back to'],
    ['rollback --env staging --dry-run', 1, 'has no earlier healthy release to roll back to'],
    ['status', 0, 'nothing deployed yet'],
    ['status --live', 0, 'staging: has no targets to ask'],
    ['history --env staging', 0, 'Nothing was deployed to staging yet'],
    ['needs', 0, 'shop needs no other application'],
  ];
  for (const [words, exitCode, said] of rows) {
    it(`${words}: ${said}`, async () => {
      const done = await cli(words.split(' '), { cwd: directory });
      const text = `${done.stdout}${done.stderr}`;
      expect(done.exitCode, text).to.equal(exitCode);
      expect(text).to.contain(said);
      expect(text).not.to.match(/is in (?:staging|production)|is built|approve|\bdone\b/i);
    });
  }

  it('write a result that is not "ok", and no report of a run that was none', async () => {
    const file = join(directory, 'result.json');
    const { stdout } = await cli(['run', '--branch', 'develop', '--json', '--result', file], {
      cwd: directory,
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.include({ status: 'skipped', exitCode: 0 });
    const end = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type?: string; status?: string })
      .find(({ type }) => type === 'run.end');
    expect(end?.status).to.equal('skipped');
    expect(existsSync(join(directory, '.automation-stack/runs'))).to.equal(false);
  });
});
