import { expect } from 'chai';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { StackError } from '../../../runner/src/base/errors.js';
import { applyStep } from '../../../runner/src/infrastructure/apply.js';
import { destroyStep } from '../../../runner/src/infrastructure/destroy.js';
import { readOutputs } from '../../../runner/src/infrastructure/outputs.js';
import { planStep } from '../../../runner/src/infrastructure/plan.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { commandOf, leavesFirst, terminate } from '../../support/processTree.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const MAIN = fileURLToPath(new URL('../../../runner/src/main.ts', import.meta.url));
const CONFIG = `
application: shop
environments:
  staging:
    infrastructure: { workspace: staging }
  production:
    extends: staging
    promotion: { from: staging }
    infrastructure: { workspace: production }
`;
/** A resource, one that waits until \`gate\` is there, and one after that. */
const ROOT = `
resource "terraform_data" "first" {}
resource "terraform_data" "waiting" {
  depends_on = [terraform_data.first]
  provisioner "local-exec" {
    command = "touch ../waiting; for i in $(seq 300); do if [ -e ../gate ]; then exit 0; fi; sleep 0.1; done; exit 1"
  }
}
resource "terraform_data" "last" { depends_on = [terraform_data.waiting] }
output "first" { value = terraform_data.first.id }
`;

describe('Terraform under bad conditions', function () {
  this.timeout(90_000);
  let stack: Deployment;
  const environment = (name = 'staging') => stack.context.environment(name);
  const apply = async (options = {}) =>
    applyStep(stack.context, await environment(), stageOf('apply:staging', stack.context), options);
  const plan = async (options = {}) =>
    planStep(stack.context, await environment(), stageOf('plan:staging', stack.context), options);
  const until = async (condition: () => boolean) => {
    while (!condition()) await pause(50);
  };
  const isThere = (name: string) => () => existsSync(join(stack.directory, name));
  const openGate = () => writeFileSync(join(stack.directory, 'gate'), '');
  const inState = () =>
    execFileSync('terraform', [`-chdir=${stack.directory}/terraform`, 'state', 'list'], {
      env: { ...process.env, TF_WORKSPACE: 'staging' },
      encoding: 'utf8',
      stdio: 'pipe',
    })
      .trim()
      .split('\n');

  beforeEach(async () => {
    stack = await deployment({ 'automation-stack.yml': CONFIG, 'terraform/main.tf': ROOT });
  });
  afterEach(() => stack.remove());

  it('names the resource that failed, the provider’s words, what was done, and what to type', async () => {
    stack.write({
      'terraform/main.tf': `resource "terraform_data" "good" {}
resource "terraform_data" "bad" {
  depends_on = [terraform_data.good]
  provisioner "local-exec" { command = "echo quota exceeded >&2; exit 3" }
}`,
    });
    const error = await rejection(apply(), 'TERRAFORM_FAILED');
    expect(error.message).to.equal(
      'terraform apply failed: terraform_data.bad: local-exec provisioner error',
    );
    expect(error.evidence.join('\n')).to.contain('quota exceeded');
    expect(error.evidence).to.include('done: terraform_data.good');
    expect(error.evidence).to.include('failed: terraform_data.bad');
    expect(error.next).to.contain('`node runner apply --env staging`');
    expect(inState()).to.deep.equal(['terraform_data.bad', 'terraform_data.good']);
    expect((await plan()).text).to.contain('-/+ terraform_data.bad  (tainted');
  });

  it('tells who holds the lock of a local state, since when, and to wait: nobody else can free it', async () => {
    const holder = await stack.again();
    const running = applyStep(
      holder.context,
      await holder.context.environment('staging'),
      stageOf('apply:staging', holder.context),
    );
    await until(isThere('waiting'));
    const error = await rejection(plan({ lockTimeoutSeconds: 0 }), 'LOCKED');
    openGate();
    await running;
    expect(error.exitCode).to.equal(4);
    expect(error.message).to.match(/^\S+@\S+ holds the Terraform state lock$/);
    expect(error.evidence.join('\n')).to.match(
      /operation OperationTypeApply\nsince \d{4}-.*\nlock of .*\nlock id [\w-]+$/s,
    );
    expect(error.next).to.contain('--lock-timeout').and.not.to.contain('force-unlock');
  });

  it('keeps the state when it is interrupted in the middle of an apply', async () => {
    const running = apply();
    await until(isThere('waiting'));
    stack.interrupt(new StackError('INTERRUPTED', 'interrupted by SIGINT'));
    const error = await rejection(running, 'INTERRUPTED');
    expect(error.exitCode).to.equal(130);
    expect(error.evidence).to.include('done: terraform_data.first');
    expect(error.evidence).to.include('failed: terraform_data.waiting');
    expect(inState()).to.deep.equal(['terraform_data.first', 'terraform_data.waiting']);
    openGate();
    stack = await stack.again();
    expect((await apply()).summary).to.match(/^2 created, 1 destroyed/);
  });

  it('does not signal a terraform again that others have interrupted already', async () => {
    const running = apply();
    await until(isThere('waiting'));
    const terraform = childrenOf(process.pid).find((pid) => commandOf(pid).includes(stack.directory));
    // As Jenkins does: children first, then the runner.
    process.kill(terraform as number, 'SIGTERM');
    stack.interrupt(new StackError('INTERRUPTED', 'interrupted by SIGTERM'));
    await rejection(running, 'INTERRUPTED');
    const lines = stack.events.flatMap((event) => (event.type === 'stage.output' ? [event.line] : []));
    expect(lines.join('\n')).to.contain('Interrupt received').and.not.to.contain('Two interrupts');
    expect(inState()).to.deep.equal(['terraform_data.first', 'terraform_data.waiting']);
  });

  it('is interrupted where its provisioner and Terraform are ended before the runner hears of it', async () => {
    const running = apply();
    await until(isThere('waiting'));
    const terraform = childrenOf(process.pid).find((pid) => commandOf(pid).includes(stack.directory));
    // As Jenkins does: what terraform waits for, then terraform, then the runner.
    await terminate(leavesFirst(terraform as number), 300);
    await pause(300);
    stack.interrupt(new StackError('INTERRUPTED', 'interrupted by SIGTERM'));
    const error = await rejection(running, 'INTERRUPTED');
    expect(error.message).to.equal('interrupted by SIGTERM; the apply of staging was ended in order');
    expect(error.evidence)
      .to.include('done: terraform_data.first')
      .and.to.include('failed: terraform_data.waiting')
      .and.to.include('Terraform saved its state: the next plan knows what was done.');
    expect(inState()).to.deep.equal(['terraform_data.first', 'terraform_data.waiting']);
  });

  it('promises nothing of the state where Terraform is killed before the runner hears of it', async () => {
    const running = apply();
    await until(isThere('waiting'));
    const terraform = childrenOf(process.pid).find((pid) => commandOf(pid).includes(stack.directory));
    process.kill(terraform as number, 'SIGKILL');
    await pause(300);
    stack.interrupt(new StackError('INTERRUPTED', 'interrupted by SIGTERM'));
    const error = await rejection(running, 'INTERRUPTED');
    openGate();
    expect(error.message).to.equal('interrupted by SIGTERM; the apply of staging was cut off');
    expect(error.evidence.join('\n')).not.to.contain('saved its state');
  });

  it('loses no state when the runner itself is killed: Terraform goes on to its end', async () => {
    const runner = spawn(
      process.execPath,
      ['--import', 'tsx', MAIN, '-C', stack.directory, 'apply', '--env', 'staging'],
      {
        stdio: 'ignore',
        cwd: dirname(dirname(dirname(MAIN))),
      },
    );
    await until(isThere('waiting'));
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    openGate();
    await until(() => readState().includes('terraform_data.last'));
    await plan();
    const result = await apply();
    expect(result.summary).to.equal('no changes');
    expect(result.outputs['first']?.value).to.be.a('string');
  });

  it('says that Terraform was cut off where it is killed, and promises nothing of the state', async () => {
    const running = apply();
    await until(isThere('waiting'));
    const terraform = childrenOf(process.pid).find((pid) => commandOf(pid).includes(stack.directory));
    process.kill(terraform as number, 'SIGKILL');
    const error = await rejection(running, 'TERRAFORM_FAILED');
    openGate();
    expect(error.message).to.equal('terraform apply was cut off: it was killed, or it crashed');
    expect(error.evidence)
      .to.include('done: terraform_data.first')
      .and.to.include('cut off: terraform_data.waiting');
    expect(error.evidence.join('\n')).not.to.contain('saved its state');
    expect(error.next).to.contain('node runner plan --env staging');
    // What was written before is there, and nothing keeps the next one away.
    stack = await stack.again();
    expect((await plan()).summary.counts).to.include({ create: 2, unchanged: 1 });
    expect((await apply()).summary).to.match(/^2 created/);
  });

  it('keeps a state that cannot be saved, says how to bring it back, and that way works', async () => {
    const backend = await stateServer();
    try {
      const config = CONFIG.replaceAll('workspace: staging', 'workspace: default');
      const root = `terraform {\n  backend "http" {\n    address   = "${backend.url}"\n    retry_max = 0\n  }\n}\n`;
      stack.write({
        'automation-stack.yml': config,
        'terraform/main.tf': `${root}resource "terraform_data" "first" {}\n`,
      });
      backend.refuse();
      const error = await rejection(apply(), 'TERRAFORM_FAILED');
      expect(error.evidence).to.include('done: terraform_data.first');
      expect(error.evidence.join('\n')).not.to.contain('Terraform saved its state');
      const command = /TF_WORKSPACE=default terraform (-chdir=.*) state push errored.tfstate$/.exec(
        error.next ?? '',
      );
      expect(existsSync(join(stack.directory, 'terraform/errored.tfstate'))).to.equal(true);

      backend.mend();
      stack = await stack.again();
      await plan();
      const warned = stack.events.find((event) => event.type === 'notice');
      expect(warned)
        .to.have.property('message')
        .that.contains('errored.tfstate contains a state that an apply could not save');
      // Asynchronous: the server is in this process.
      const push = spawn('terraform', [command?.[1] ?? '', 'state', 'push', 'errored.tfstate'], {
        env: { ...process.env, TF_WORKSPACE: 'default' },
        stdio: 'ignore',
      });
      expect(await once(push, 'exit')).to.deep.equal([0, null]);
      expect((await plan()).summary.headline).to.equal('no changes; 1 unchanged');
    } finally {
      await backend.close();
    }
  });

  it('tells the next apply of one whose runner was killed', async () => {
    const plans = join(stack.directory, '.automation-stack/plans');
    mkdirSync(plans, { recursive: true });
    const line = (type: string, text: string) =>
      `${JSON.stringify({ '@message': text, '@timestamp': '2026-01-01T00:00:00Z', type, changes: {} })}\n`;
    // No process has this id: it is above the kernel's largest.
    writeFileSync(join(plans, 'staging.4194400.apply.log'), line('change_summary', 'Apply complete!'));
    openGate();
    await apply();
    const notice = stack.events.find((event) => event.type === 'notice');
    expect(notice).to.have.property('message').that.contains('Terraform ended it by itself: Apply complete!');
    expect(readdirSync(plans)).to.deep.equal(['.gitignore']);
  });

  it('destroys only with a yes, and a protected environment only by its name', async () => {
    openGate();
    await apply();
    await applyStep(
      stack.context,
      await environment('production'),
      stageOf('apply:production', stack.context),
    );
    const destroy = async (name: string, options: { yes: boolean; confirm?: string }) =>
      destroyStep(stack.context, await environment(name), stageOf(`destroy:${name}`, stack.context), options);

    const careless = await rejection(destroy('staging', { yes: false }), 'APPROVAL_REQUIRED');
    expect(careless.evidence.join('\n')).to.contain('3 to destroy').and.to.contain('- terraform_data.first');
    expect(careless.next).to.contain('node runner destroy --env staging --yes');
    const hasty = await rejection(destroy('production', { yes: true }), 'APPROVAL_REQUIRED');
    expect(hasty.next).to.contain('--confirm production');
    await rejection(destroy('production', { yes: true, confirm: 'staging' }), 'APPROVAL_REQUIRED');
    expect(inState()).to.have.length(3);

    expect((await destroy('staging', { yes: true })).summary).to.match(/^3 destroyed/);
    expect((await destroy('production', { yes: false, confirm: 'production' })).summary).to.match(
      /^3 destroyed/,
    );
    await rejection(readOutputs(stack.context, await environment()), 'OUTPUT_MISSING');
  });

  it('says that terraform is missing, or too old', async () => {
    const bin = join(stack.directory, 'bin');
    const without = await stack.again({ PATH: '/nonexistent' });
    const missing = await rejection(
      planStep(
        without.context,
        await without.context.environment('staging'),
        stageOf('plan', without.context),
      ),
      'TOOL_MISSING',
    );
    expect(missing.message).to.equal('terraform is not installed or not on PATH');
    stack.write({ 'bin/terraform': '#!/bin/sh\necho \'{"terraform_version": "1.9.8"}\'\n' });
    execFileSync('chmod', ['+x', join(bin, 'terraform')]);
    const old = await stack.again({ PATH: `${bin}:${process.env['PATH']}` });
    const error = await rejection(
      planStep(old.context, await old.context.environment('staging'), stageOf('plan', old.context)),
      'TOOL_MISSING',
    );
    expect(error.message).to.equal('Terraform 1.9.8 is too old: 1.11.0 is the oldest');
  });

  it('says that the plan cannot be kept where the state directory cannot be written', async () => {
    stack.write({ '.automation-stack/plans': 'a file in the way' });
    const error = await rejection(plan(), 'STATE_WRITE_FAILED');
    expect(error.where).to.contain('.automation-stack/plans');
  });

  it('keeps plans out of git', async () => {
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-C', stack.directory, ...args], { encoding: 'utf8' });
    git('init', '-q');
    await plan();
    expect(git('status', '--porcelain', '--untracked-files=all')).not.to.contain('tfplan');
  });

  it('works with a CLI configuration file that is missing', async () => {
    openGate();
    stack = await stack.again({ TF_CLI_CONFIG_FILE: join(stack.directory, 'nowhere.tfrc') });
    await apply();
    const lines = stack.events.flatMap((event) => (event.type === 'stage.output' ? [event.line] : []));
    expect(lines.join('\n')).not.to.contain('nowhere.tfrc');
  });

  it('keeps secrets of variables and of the backend configuration out of the command line', async () => {
    stack.write({
      'automation-stack.yml': CONFIG.replace(
        'workspace: staging }',
        'workspace: default, backend-config: ["path=${env:STATE_TOKEN}.tfstate"], variables: { token: "${env:STATE_TOKEN}" } }',
      ),
      'terraform/main.tf':
        'terraform {\n  backend "local" {}\n}\nvariable "token" {}\noutput "x" {\n  value = length(var.token)\n}\n',
    });
    stack = await stack.again({ STATE_TOKEN: 'very-secret-place' });
    const seen: (readonly string[])[] = [];
    const { processes } = stack.context;
    const run = processes.run.bind(processes);
    Object.assign(processes, {
      run: ((invocation, options) => {
        seen.push(invocation.args);
        return run(invocation, options);
      }) satisfies typeof run,
    });
    expect((await apply()).outputs['x']?.value).to.equal('very-secret-place'.length);
    expect(JSON.stringify(seen))
      .to.contain('-backend-config=')
      .and.to.contain('-var-file=')
      .and.not.to.contain('very-secret-place');
    expect(readdirSync(join(stack.directory, 'terraform'))).to.include('very-secret-place.tfstate');
  });

  /**
   * The addresses in the state file, `[]` while it is not there or only half written: Terraform empties
   * the file and writes it anew, and asking Terraform itself within that moment ends in an error.
   */
  const readState = (): string[] => {
    try {
      const file = join(stack.directory, 'terraform/terraform.tfstate.d/staging/terraform.tfstate');
      const state = JSON.parse(readFileSync(file, 'utf8')) as { resources: { type: string; name: string }[] };
      return state.resources.map(({ type, name }) => `${type}.${name}`);
    } catch {
      return [];
    }
  };
});

/** Keeps a state as Terraform's http backend wants it, until it refuses to. */
async function stateServer() {
  let state: string | undefined;
  let refuses = false;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      if (request.method === 'POST' && !refuses) state = body;
      response.statusCode = request.method === 'POST' && refuses ? 403 : state === undefined ? 404 : 200;
      response.end(request.method === 'GET' ? state : undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/state`,
    refuse: () => void (refuses = true),
    mend: () => void (refuses = false),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
