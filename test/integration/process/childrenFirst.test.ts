import { expect } from 'chai';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ErrorRecord } from '../../../runner/src/base/errors.js';
import { localSettings } from '../../../runner/src/local/settings.js';
import { joinRun } from '../../../runner/src/views/runModel.js';
import type { Run, RunRecord } from '../../../runner/src/events/run.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { leavesFirst, terminate } from '../../support/processTree.js';
import { release } from '../../support/stateRecords.js';

const WORKER = fileURLToPath(new URL('../../support/interruptedWorker.ts', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const ansible = join(localSettings(process.env).venv, 'bin/ansible-playbook');
const real = (tool: string) => execFileSync('which', [tool], { encoding: 'utf8' }).trim();

/** A tool with a process of its own that works; the tool says how it went and fails, as tools do. */
const atWork = (fails: string) => `sh -c 'sleep 60; true' &
worker=$!
: > "$BEGUN"
while kill -0 $worker 2>/dev/null; do wait $worker; done
${fails}
exit 1
`;
const TERRAFORM = `#!/bin/sh
say() { printf '{"@message":"%s","@timestamp":"2026-01-01T00:00:00Z","type":"%s"%s}\\n' "$1" "$2" "$3"; }
case "$*" in
*" output "*) echo '{"hosts":{"sensitive":false,"type":"string","value":{"web-1":{"address":"web-1","groups":["web"]}}}}'; exit;;
*" apply "*) ;;
*) exec ${real('terraform')} "$@";;
esac
trap 'say "Interrupt received." log' TERM INT
say 'terraform_data.web: Creating...' apply_start ',"hook":{"resource":{"addr":"terraform_data.web"},"action":"create"}'
${atWork(
  `say 'Error: Plugin did not respond' diagnostic ',"diagnostic":{"severity":"error","summary":"Plugin did not respond","detail":"It failed to respond.","address":"terraform_data.web"}'`,
)}`;
const FILES = {
  'automation-stack.yml': `application: shop
images: { web: { repository: shop/web, context: app, test: { command: [sh, check.sh], on: host } } }
environments:
  staging:
    infrastructure: {}
    provision: { playbooks: [site.yml] }
    targets: { web: { kind: fleet, group: web, image: web } }
`,
  'terraform/main.tf': 'resource "terraform_data" "web" {}\n',
  'site.yml': '',
  'app/Dockerfile': 'FROM scratch\n',
  // Vitest, pytest and the like have workers and name the signal that ended one.
  'app/check.sh': atWork('echo "Error: worker 1 was ended by SIGTERM"'),
  'bin/terraform': TERRAFORM,
  'bin/ansible-playbook': `#!/bin/sh\nif [ "$1" = --version ]; then exec ${ansible} "$@"; fi\n${atWork('echo "ERROR! A worker was found in a dead state"')}`,
  'bin/tool': `#!/bin/sh\n${atWork('echo "make: *** [Makefile:3: move] Terminated"')}`,
  'slow-git/git': `#!/bin/sh\nif [ -e "$BEGUN" ]; then exec ${real('git')} "$@"; fi\n${atWork('echo Terminated')}`,
};

/** What the runner has left when it was ended as Jenkins ends a build. */
interface Ended {
  readonly exitCode: number | null;
  readonly error: ErrorRecord;
  readonly run: Run;
  readonly said: string;
  readonly interruptionLog: string;
}

describe('a build whose processes are ended one after another, children first', function () {
  this.timeout(60_000);
  const made: Deployment[] = [];
  after(() => made.forEach((one) => one.remove()));

  const project = async () => {
    const stack = await deployment(FILES);
    made.push(stack);
    for (const name of ['bin/terraform', 'bin/ansible-playbook', 'bin/tool', 'slow-git/git'])
      chmodSync(join(stack.directory, name), 0o755);
    const git = (...args: readonly string[]) =>
      execFileSync('git', [
        '-C',
        stack.directory,
        '-c',
        'user.name=t',
        '-c',
        'user.email=t@e.invalid',
        ...args,
      ]);
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'feat: begin');
    return stack;
  };

  /** @param pauseMs between two signals */
  const endedByJenkins = async (
    { directory }: Deployment,
    args: readonly string[],
    pauseMs: number,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> => {
    const file = (name: string) => join(directory, '.automation-stack', name);
    mkdirSync(file(''), { recursive: true });
    const worker = spawn(
      process.execPath,
      ['--import', 'tsx', WORKER, ...args, '-C', directory, '--error', file('error.json')],
      {
        cwd: root,
        env: {
          ...process.env,
          NO_COLOR: '1',
          PATH: `${join(directory, 'bin')}:${process.env['PATH']}`,
          BEGUN: file('begun'),
          WORKER_TOOL: join(directory, 'bin/tool'),
          WORKER_RUNNING: file('running'),
          AUTOMATION_STACK_INTERRUPTION_LOG: file('interruptionLog'),
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    for (const stream of [worker.stdout, worker.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const exit = once(worker, 'close') as Promise<[number | null]>;
    while (!existsSync(file('begun'))) {
      if (worker.exitCode !== null) throw new Error(`it ended before its child began:\n${said}`);
      await pause(50);
    }
    // What translates our own TypeScript is no part of a build.
    await terminate(
      leavesFirst(worker.pid as number, (command) => !command.includes('esbuild')),
      pauseMs,
    );
    const [exitCode] = await exit;
    if (!existsSync(file('error.json'))) throw new Error(`it left no error (${exitCode}):\n${said}`);
    const [name] = readdirSync(file('runs')).filter((one) => /^[^.].*\.json$/.test(one));
    return {
      exitCode,
      error: JSON.parse(readFileSync(file('error.json'), 'utf8')) as ErrorRecord,
      run: joinRun(
        JSON.parse(readFileSync(join(file('runs'), name as string), 'utf8')) as RunRecord,
        () => false,
        new Date(),
      ),
      said,
      interruptionLog: existsSync(file('interruptionLog'))
        ? readFileSync(file('interruptionLog'), 'utf8')
        : '',
    };
  };

  const expectInterrupted = ({ exitCode, error, run, said, interruptionLog }: Ended) => {
    expect(error.code, said).to.equal('INTERRUPTED');
    expect(error.message).to.match(/^interrupted by SIGTERM/);
    expect(exitCode).to.equal(130);
    expect(run.status).to.equal('interrupted');
    expect(run.failures.map(({ error: { code } }) => code)).to.deep.equal(['INTERRUPTED']);
    expect(interruptionLog).to.match(/^\[[\d:]+\] interrupted by SIGTERM: /);
    expect(said).to.contain(interruptionLog.trim().split('\n').at(-1));
  };

  for (const pauseMs of [200, 800]) {
    it(`is interrupted in the middle of an apply, ${pauseMs} ms apart`, async () => {
      const ended = await endedByJenkins(await project(), ['apply', '--env', 'staging'], pauseMs);
      expectInterrupted(ended);
      expect(ended.error.evidence).to.include('cut off: terraform_data.web');
      expect(ended.error.evidence?.join('\n')).to.contain('Terraform saved its state');
    });

    it(`is interrupted in the middle of a deploy and undone, ${pauseMs} ms apart`, async () => {
      const stack = await project();
      const { ledger } = await stack.context.state();
      await ledger.putRelease(release('0.2.0'));
      const ended = await endedByJenkins(
        stack,
        ['deploy', '--env', 'staging', '--release', '0.2.0'],
        pauseMs,
      );
      expectInterrupted(ended);
      expect(ended.error.message).to.contain('staging is as it was');
      expect(readFileSync(join(stack.directory, '.automation-stack/running'), 'utf8')).to.equal('0.1.0');
      const { latest } = await (await (await stack.again()).context.state()).ledger.current('staging');
      expect(latest).to.include({ status: 'interrupted', version: '0.2.0' });
      expect(ended.interruptionLog).to.contain('rolling back to what ran before');
    });
  }

  it('is interrupted in the middle of a provisioning', async () => {
    expectInterrupted(await endedByJenkins(await project(), ['provision', '--env', 'staging'], 500));
  });

  it('is interrupted in the middle of a test', async () => {
    expectInterrupted(await endedByJenkins(await project(), ['test'], 500));
  });

  it('is interrupted while a build looks at the working tree', async () => {
    const stack = await project();
    const PATH = `${join(stack.directory, 'slow-git')}:${process.env['PATH']}`;
    expectInterrupted(await endedByJenkins(stack, ['build'], 500, { PATH }));
  });
});
