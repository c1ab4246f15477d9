import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const CONFIG = `application: shop
branches: { develop: staging, main: production, demo: demo }
images: { web: { repository: shop/web } }
environments:
  staging:
    aws: { region: eu-west-1 }
    targets: { web: { kind: ecs-service, cluster: c, service: s, image: web } }
  production: { extends: staging, promotion: { from: staging, approval: none }, targets: { web: { service: p } } }
  demo: { extends: staging, protected: true, targets: { web: { service: d } } }
`;

/** No credentials, and an engine that whoever asks it hears of. */
const NOTHING = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_ENDPOINT_URL: undefined,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nowhere',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  DOCKER_HOST: 'tcp://127.0.0.1:9',
};

/** What would stop a release after its build is told before it: nobody asks the engine here. */
describe('before anything is built', () => {
  let place: Deployment;
  beforeEach(async () => {
    place = await deployment({
      'automation-stack.yml': CONFIG,
      Dockerfile: 'FROM scratch\n',
      '.gitignore': '.automation-stack\n',
    });
    const git = (...args: readonly string[]) =>
      execFileSync(
        'git',
        ['-C', place.directory, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args],
        { stdio: 'pipe' },
      );
    git('init', '--quiet', '--initial-branch=develop');
    git('add', '.');
    git('commit', '--quiet', '--message=feat: begin');
  });
  afterEach(() => place.remove());

  const run = async (words: string) => {
    const done = await cli(words.split(' '), { cwd: place.directory, env: NOTHING });
    return { exitCode: done.exitCode, text: `${done.stdout}${done.stderr}` };
  };
  const hold = async (environment: string) =>
    (await place.context.state()).locks.hold(environment, { who: 'ada@office', command: 'lock' }, 60_000);
  const dirty = () => appendFileSync(join(place.directory, 'Dockerfile'), 'LABEL a=b\n');
  const cutOff = async (environment: string) => {
    const { ledger, journal } = await place.context.state();
    const record = await ledger.startDeployment({
      environment,
      kind: 'deploy',
      version: '0.1.0',
      who: 'ada',
      commit: 'c',
    });
    await journal.open(record, {});
  };

  const rows: readonly (readonly [string, () => unknown, string, number, string])[] = [
    ['a lock that somebody holds', () => hold('staging'), 'deploy --env staging', 4, 'locked by ada@office'],
    ['the same in a run', () => hold('staging'), 'run --branch develop', 4, 'locked by ada@office'],
    [
      'the lock of where it is promoted to',
      () => hold('production'),
      'promote --env production',
      4,
      'production has been locked',
    ],
    [
      'the same in a run that goes there',
      () => hold('production'),
      'run --branch main',
      4,
      'production has been locked',
    ],
    ['a deployment that was cut off', () => cutOff('staging'), 'deploy --env staging', 1, 'was cut off'],
    ['credentials that are missing', () => undefined, 'deploy --env staging', 1, 'AWS_CREDENTIALS_MISSING'],
    ['the same of a push', () => undefined, 'push --env staging', 1, 'AWS_CREDENTIALS_MISSING'],
    ['the same of a run', () => undefined, 'run --branch develop', 1, 'AWS_CREDENTIALS_MISSING'],
    ['the same of a promotion', () => undefined, 'promote --env production', 1, 'AWS_CREDENTIALS_MISSING'],
    [
      'an environment that is reached by promotion',
      () => undefined,
      'deploy --env production',
      1,
      'PROMOTION_REFUSED',
    ],
    ['uncommitted work for a protected environment', dirty, 'deploy --env demo', 1, 'RELEASE_DIRTY'],
    ['the same in a run', dirty, 'run --branch demo', 1, 'RELEASE_DIRTY'],
    [
      'the same on the way through the environment before',
      dirty,
      'promote --env production',
      1,
      'RELEASE_DIRTY',
    ],
    ['the same in a run that is promoted', dirty, 'run --branch main', 1, 'RELEASE_DIRTY'],
  ];
  for (const [name, prepare, words, exitCode, said] of rows) {
    it(`${words} stops at ${name}`, async () => {
      await prepare();
      const done = await run(words);
      expect(done.text).to.contain(said);
      expect(done.exitCode, done.text).to.equal(exitCode);
      expect(done.text).not.to.match(/DOCKER_|Docker engine|build:web {2}/);
    });
  }

  it('waits for a lock where it is told to, instead of stopping at it', async () => {
    await hold('staging');
    expect((await run('deploy --env staging --wait 1m')).text).to.contain('AWS_CREDENTIALS_MISSING');
  });

  it('lets a reason past a promotion, and then finds the credentials missing', async () => {
    expect((await run('deploy --env production --force because')).text).to.contain('AWS_CREDENTIALS_MISSING');
  });
});
