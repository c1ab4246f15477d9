import { expect } from 'chai';
import {
  ledgerLocation,
  requireSharedLocation,
  noticeLedgerLocation,
} from '../../../runner/src/state/sharedLocation.js';
import { folderOf } from '../../../runner/src/config/storeLocation.js';
import { stores } from '../../../runner/src/state/stores/stores.js';
import type { EventBody } from '../../../runner/src/events/events.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { cli } from '../../support/cli.js';

const BUILD = { JENKINS_URL: 'https://jenkins.example.com/', BUILD_TAG: 'jenkins-shop-7' };
const CONFIG = (state = '') =>
  `application: shop\nbranches: { main: staging }\nenvironments: { staging: { infrastructure: {} } }\n${state}`;

describe('where a build keeps what outlives it', () => {
  const refusal = (location: string, env: Record<string, string>, setting = 'state.location') => {
    try {
      requireSharedLocation(location, setting, env);
    } catch (error) {
      expect(error).to.be.instanceOf(StackError);
      return error as StackError;
    }
    return undefined;
  };

  it('is never its own workspace, whether that is named or not', () => {
    const env = { ...BUILD, WORKSPACE: '/agent/workspace/shop' };
    for (const location of ['.automation-stack', '../ledger', '/agent/workspace/shop/ledger']) {
      const error = refusal(location, env);
      expect(error?.code, location).to.equal('CONFIG_INVALID');
      expect(error?.exitCode).to.equal(2);
      expect(error?.next).to.contain('state: { location: s3://BUCKET/delivery }');
    }
  });

  it('is a directory of the agent', () => {
    const env = { ...BUILD, WORKSPACE: '/agent/workspace/shop' };
    for (const location of ['/var/lib/automation-stack', '/agent/workspace/shop@2/ledger'])
      expect(refusal(location, env), location).to.equal(undefined);
  });

  it('is anywhere on a laptop', () => {
    expect(refusal('.automation-stack', {})).to.equal(undefined);
  });

  it('names the setting that says it', () => {
    const setting = 'environments.staging.infrastructure.ownership';
    expect(refusal('owners', BUILD, setting)?.next).to.contain(`${setting}: s3://BUCKET`);
  });

  const jenkins = (agent?: object) => ({
    application: 'shop',
    directory: '/agent/workspace/shop',
    state: { location: '.automation-stack', 'lock-expiry': 1 },
    jenkins: { agent } as never,
  });
  const remote = async () => 'https://git.example.com/shop.git';

  it('is one directory of the agent for all jobs of an application, where the configuration says none', async () => {
    const env = { ...BUILD, HOME: '/home/jenkins', WORKSPACE: '/agent/workspace/shop' };
    const first = await ledgerLocation(jenkins(), env, remote);
    expect(first).to.match(/^\/home\/jenkins\/\.automation-stack\/ledgers\/shop-[0-9a-f]{12}$/);
    const other = { ...jenkins(), directory: '/agent/workspace/shop_rollback@2' };
    expect(await ledgerLocation(other, { ...env, BUILD_TAG: 'jenkins-rollback-1' }, remote)).to.equal(first);
    const fork = async () => 'https://git.example.com/another/shop.git';
    expect(await ledgerLocation(jenkins(), env, fork)).not.to.equal(first);
    expect(refusal(first, env)).to.equal(undefined);
  });

  it('has to be said where stages run in a container of each build, and is as it was on a laptop', async () => {
    for (const agent of [{ image: 'tools' }, { 'pod-template': 'pod.yaml' }])
      expect(await ledgerLocation(jenkins(agent), BUILD, remote)).to.equal('.automation-stack');
    expect(await ledgerLocation(jenkins(), {}, remote)).to.equal('.automation-stack');
    const said = { ...jenkins(), state: { location: 'ledger', 'lock-expiry': 1 } };
    expect(await ledgerLocation(said, BUILD, remote)).to.equal('ledger');
  });

  it('is asked before the first stage, and by whatever reads or writes it', async () => {
    const state = 'state: { location: ledger }\n';
    const place = await deployment({ 'automation-stack.yml': CONFIG(state) }, BUILD);
    try {
      await rejection(place.context.state(), 'CONFIG_INVALID');
      const { exitCode, stderr } = await cli(['stages', '--branch', 'main'], {
        cwd: place.directory,
        env: BUILD,
      });
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain('each branch and job has its own').and.to.contain('s3://BUCKET');
      place.write({ 'automation-stack.yml': CONFIG(`state: { location: ${place.directory}-ledger }\n`) });
      const shared = await cli(['stages', '--branch', 'main'], { cwd: place.directory, env: BUILD });
      expect(shared.exitCode, shared.stderr).to.equal(0);
    } finally {
      place.remove();
    }
  });
});

describe('the ledger of a build', () => {
  const BUILD = { BUILD_TAG: 'jenkins-shop-7', WORKSPACE: '/agent/shop' };
  const ledger = '/home/jenkins/ledgers/shop-0123456789ab';
  const said = (location: string, env: Record<string, string> = BUILD) => {
    const events: EventBody[] = [];
    const config = {
      state: { location, 'lock-expiry': 1 },
      stateFolder: folderOf(stores, location, '/agent/shop'),
    };
    noticeLedgerLocation(config, {
      env,
      events: { emit: (event: EventBody) => events.push(event) } as never,
    });
    return events;
  };

  it('is told where the configuration did not say it, in a build alone', () => {
    const [event] = said(ledger);
    expect(event).to.deep.include({
      type: 'notice',
      level: 'info',
      message: `the release ledger is ${ledger}, which only this agent has`,
    });
    expect(said(ledger, { JENKINS_URL: 'https://jenkins' })).to.have.length(1);
    expect(said(ledger, {})).to.deep.equal([]);
    for (const other of [
      's3://bucket',
      '/var/lib/ledgers',
      '/ledgers/shop-0123456789ab/more',
      '/ledgers/shop-0123456789a',
    ])
      expect(said(other), other).to.deep.equal([]);
  });

  it('is refused as the workspace itself, and not as a neighbour of it', () => {
    const refused = (location: string) => () => requireSharedLocation(location, 'state.location', BUILD);
    expect(refused('/agent/shop')).to.throw('directory of this workspace');
    expect(refused('/agent')).not.to.throw();
    expect(refused('/agent/shop-ledger')).not.to.throw();
    expect(() => requireSharedLocation('/agent/shop', 'state.location', { BUILD_TAG: 'x' })).not.to.throw();
  });
});
