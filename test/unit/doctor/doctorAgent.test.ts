import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { judge, needsOf, type CheckResult } from '../../../runner/src/domain/finding.js';
import { kinds } from '../../../runner/src/kinds.js';
import { agentChecks, machineOf, type Machine } from '../../../runner/src/doctor/agentTools.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const CONFIG = `application: shop
images:
  web: { repository: shop/web, test: { command: [pytest, -q], on: host } }
  api: { repository: shop/api, test: { command: [./check], on: host } }
  job: { repository: shop/job, test: "pytest -q" }
environments: { staging: { provision: { playbooks: [site.yml] } } }
`;
const IMAGE: Machine = { isJenkins: true, isContainer: true };

/** What Jenkins needs of an agent, above all of one that is a Docker image. */
describe('doctor, on an agent', () => {
  let place: Deployment;
  let bin: string;
  beforeEach(async () => {
    place = await deployment({ 'automation-stack.yml': CONFIG });
    bin = join(place.directory, 'bin');
    mkdirSync(bin);
    place = await place.again({ PATH: bin, HOME: place.directory });
  });
  afterEach(() => place.remove());

  const has = (tool: string, script?: string) => {
    const file = join(bin, tool);
    if (script === undefined)
      return symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), file);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  };
  const checks = async (where: Machine = IMAGE): Promise<ReadonlyMap<string, CheckResult>> => {
    const config = await place.context.config();
    const environments = [await place.context.environment('staging')];
    const all = agentChecks(
      place.context,
      config,
      needsOf(config, environments, { kinds, refersToAws: () => false }),
      where,
    );
    const found = await Promise.all(all.map(async (check) => judge(check, await check.run())));
    return new Map(found.map((check) => [check.id, check]));
  };

  it('is ready where an image has ps and kill and knows its user', async () => {
    has('ps');
    has('kill');
    const found = await checks();
    for (const id of ['agent:ps', 'agent:kill', 'agent:user'])
      expect(found.get(id), id).to.include({ status: 'ok' });
  });

  it('fails where an image has neither, and says what to install', async () => {
    const found = await checks();
    for (const id of ['agent:ps', 'agent:kill']) {
      expect(found.get(id), id).to.include({ status: 'failed', required: true });
      expect(found.get(id)?.next)
        .to.contain('apt-get install procps')
        .and.contain('pipelines/agent/Dockerfile');
    }
  });

  it('fails where ps is one that Jenkins cannot ask, as that of BusyBox', async () => {
    has('ps', 'echo "ps: invalid option -- A" >&2; exit 1');
    expect((await checks()).get('agent:ps')?.found).to.contain(
      '`ps -A -o pid,command e`: ps: invalid option',
    );
  });

  it('only warns on an agent that is no image: there Jenkins reads /proc', async () => {
    const found = await checks({ isJenkins: true, isContainer: false });
    expect(found.get('agent:ps')).to.include({ status: 'warning', required: false });
  });

  it('fails where the home of the user cannot be written to', async () => {
    place = await place.again({ PATH: bin, HOME: '/proc/nowhere' });
    expect((await checks()).get('agent:user')).to.include({
      status: 'failed',
      found: 'cannot write to its home, /proc/nowhere',
    });
  });

  it('looks for what the tests beside the sources run, wherever it stands', async () => {
    const found = await checks({ isJenkins: false, isContainer: false });
    expect([...found.keys()]).to.deep.equal(['test:web', 'test:api']);
    expect(found.get('test:web')).to.include({ status: 'failed', required: true });
    expect(found.get('test:web')?.found).to.contain('pytest is not on PATH; images.web.test');
    has('pytest', 'exit 0');
    expect((await checks()).get('test:web')).to.include({ status: 'ok' });
  });

  it('knows a build of Jenkins by its variables', () => {
    expect(machineOf({ env: { JENKINS_URL: 'https://ci.example.org/' } }).isJenkins).to.equal(true);
    expect(machineOf({ env: {} }).isJenkins).to.equal(false);
    expect(machineOf({ env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }).isContainer).to.equal(true);
  });
});
