import { expect } from 'chai';
import { hostAddress, localSettings } from '../../../runner/src/local/settings.js';
import { exportLines, localEnvironment } from '../../../runner/src/local/exportLines.js';

describe('settings of the local environment', () => {
  it('lives under the home of its user unless told otherwise', () => {
    expect(localSettings({ HOME: '/home/ann' }).state).to.equal('/home/ann/.automation-stack/local');
    expect(localSettings({ AUTOMATION_STACK_HOME: '/srv/as' }).venv).to.equal('/srv/as/tools/venv');
  });

  it('gives a second instance its own ports, subnet, state and names', () => {
    const [first, second] = [localSettings({}), localSettings({ AUTOMATION_STACK_LOCAL_INSTANCE: '3' })];
    for (const key of [
      'name',
      'state',
      'subnet',
      'gateway',
      'bridge',
      'emulatorPort',
      'slackPort',
      'hostPorts',
      'metadataPort',
    ] as const) {
      expect(second[key], key).not.to.equal(first[key]);
    }
    expect(second.tools).to.equal(first.tools);
  });

  it('takes the first instance where the number makes no sense', () => {
    for (const text of ['', 'x', '-1', '10', '1.5']) {
      expect(localSettings({ AUTOMATION_STACK_LOCAL_INSTANCE: text }).instance, text).to.equal(0);
    }
  });

  it('keeps the addresses of instances apart from those of hosts and of Docker', () => {
    const settings = localSettings({});
    expect(settings.instanceAddresses).to.deep.equal(['10.213.77.40', '10.213.77.127']);
    expect(hostAddress(settings, 29).privateAddress).to.equal('10.213.77.39');
    expect(settings.dynamicRange).to.equal('10.213.77.128/25');
  });

  it('keeps the ports of the last slot below those of the next instance', () => {
    const last = hostAddress(localSettings({}), 29);
    expect(last).to.deep.equal({ slot: 29, privateAddress: '10.213.77.39', sshPort: 4658, httpPort: 4659 });
    expect(last.httpPort).to.be.lessThan(
      localSettings({ AUTOMATION_STACK_LOCAL_INSTANCE: '1' }).emulatorPort,
    );
  });
});

describe('environment variables of the local environment', () => {
  const settings = localSettings({ AUTOMATION_STACK_HOME: '/srv/as' });

  it('lead every tool to loopback, and carry no credential that opens anything else', () => {
    const variables = localEnvironment(settings, {}, '/bin');
    expect(variables).to.include({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'eu-west-1',
      AUTOMATION_STACK_REGISTRY: '127.0.0.1:4566',
      AUTOMATION_STACK_LOAD_BALANCERS: 'http://127.0.0.1:4566/_alb/{name}/',
      SLACK_API_URL: 'http://127.0.0.1:4567/api/',
      AWS_EC2_METADATA_DISABLED: 'true',
      AUTOMATION_STACK_PRIVATE_KEY: settings.privateKey,
    });
    expect(variables).not.to.have.property('AUTOMATION_STACK_BASE_PYTHON');
  });

  it('name the base images that there are, optional ones where they were made', () => {
    const images = { host: 'h:1', python: 'p:1', busybox: 'b:1' };
    const names = (given: typeof images & { php?: string }) =>
      Object.entries(localEnvironment(settings, { images: given }, '')).filter(([name]) =>
        name.startsWith('AUTOMATION_STACK_BASE_'),
      );
    const always = [
      ['AUTOMATION_STACK_BASE_PYTHON', 'p:1'],
      ['AUTOMATION_STACK_BASE_BUSYBOX', 'b:1'],
    ];
    expect(names(images)).to.deep.equal(always);
    expect(names({ ...images, php: 'w:1' })).to.deep.equal([...always, ['AUTOMATION_STACK_BASE_PHP', 'w:1']]);
  });

  it('put the tools first on PATH, once, however often they are evaluated', () => {
    const once = localEnvironment(settings, {}, '/usr/bin:/bin')['PATH'];
    expect(once).to.equal('/srv/as/tools/venv/bin:/usr/bin:/bin');
    expect(localEnvironment(settings, {}, once)['PATH']).to.equal(once);
  });

  it('tell Terraform the id, so that a fresh environment is built anew', () => {
    const view = JSON.parse(
      localEnvironment(settings, { id: 'abc' }, '')['TF_VAR_local_environment'] ?? '',
    ) as object;
    expect(view).to.include({
      id: 'abc',
      network_prefix: '10.213.77',
      host_ports: 4600,
      registry: '10.213.77.1:4566',
    });
  });

  it('are quoted so that a shell takes every value as it is', () => {
    expect(exportLines({ A: `it's $HOME` })).to.equal(`export A='it'\\''s $HOME'`);
  });
});
