import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ENVIRONMENT, JenkinsHost, SECRETS, type Played } from '../support/jenkinsHost.js';

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

// Jenkins itself cannot be had here. A stand-in (test/support/jenkinsStandIn) is started in its place, and so is one for
// the plugin manager; host, SSH, systemd, apt, Java and the controller's own files are real.
describe('the Ansible role jenkins, with a stand-in for Jenkins itself', function () {
  this.timeout(600_000);
  const host = new JenkinsHost();
  const otherSecrets = { ...SECRETS, 'git-token': 'leak-another-token' };
  let dry: Played;
  let first: Played;

  before(async () => {
    await host.up();
    dry = await host.play({}, '--check');
    first = await host.play();
  });
  beforeEach(() => host.restoreController());
  after(() => host.down());

  const succeeded = (played: Played): Played => {
    expect(played.code, played.output).to.equal(0);
    return played;
  };

  it('can be tried on a bare host without changing it', () => {
    succeeded(dry);
  });

  it('makes a bare Debian host a controller that answers, also after the next boot', async () => {
    succeeded(first);
    expect(await host.login()).to.equal('200');
    expect(await host.starts()).to.equal(1);
    expect(await host.inside('systemctl', 'is-enabled', 'jenkins')).to.equal('enabled');
    expect(await host.inside('systemctl', 'show', '--property=User', '--value', 'jenkins')).to.equal('jenkins');
  });

  it('installs each plugin of the list, by the plugin manager', async () => {
    const list = readFileSync('pipelines/controller/plugins.txt', 'utf8');
    const wanted = lines(list).filter((line) => !line.startsWith('#'));
    const there = await host.inside('sh', '-c', 'cd /var/lib/jenkins/plugins && grep -H . *.jpi');
    expect(lines(there).map((line) => line.replace('.jpi:', ':'))).to.have.members(wanted);
    const words = lines(await host.inside('cat', '/var/lib/jenkins/plugins/arguments'));
    expect(words.filter((word) => word.startsWith('--'))).to.deep.equal([
      '--war',
      '--plugin-file',
      '--plugin-download-directory',
    ]);
  });

  it('gives secrets to Jenkins as files that nobody else can read', async () => {
    expect(await host.inside('stat', '--format', '%a %U', '/etc/jenkins/secrets')).to.equal('700 jenkins');
    for (const [name, value] of Object.entries(SECRETS)) {
      const file = `/etc/jenkins/secrets/${name}`;
      expect(await host.inside('stat', '--format', '%a %U', file)).to.equal('400 jenkins');
      expect(await host.inside('cat', file)).to.equal(value.trim());
    }
  });

  it('gives the process of Jenkins no way to more rights', async () => {
    const pid = await host.inside('systemctl', 'show', '--property=MainPID', '--value', 'jenkins');
    const status = await host.inside('cat', `/proc/${pid}/status`);
    expect(status).to.match(/^NoNewPrivs:\t1$/m).and.to.match(/^CapBnd:\t0+$/m);
    const mounts = await host.inside('cat', `/proc/${pid}/mountinfo`);
    expect(mounts).to.match(/ \/ \/ ro,/);
    expect(mounts).to.match(/ \/var\/lib\/jenkins rw,/);
  });

  it('changes nothing the second time', async () => {
    const starts = await host.starts();
    expect(succeeded(await host.play()).changed).to.equal(0);
    expect(await host.starts()).to.equal(starts);
  });

  it('gives settings to Jenkins as they are, with quotes, dollars and line breaks', async () => {
    const pid = await host.inside('systemctl', 'show', '--property=MainPID', '--value', 'jenkins');
    const environment = (await host.inside('cat', `/proc/${pid}/environ`)).split('\0');
    for (const [name, value] of Object.entries(ENVIRONMENT)) expect(environment).to.include(`${name}=${value}`);
  });

  it('restarts once where configuration and secrets changed', async () => {
    const starts = await host.starts();
    host.change('jenkins.yaml', (text) => text.replace('numExecutors: 0', 'numExecutors: 1'));
    succeeded(await host.play({ jenkins_secrets: otherSecrets }));
    expect(await host.starts()).to.equal(starts + 1);
    expect(await host.inside('cat', '/etc/jenkins/jenkins.yaml')).to.include('numExecutors: 1');
    expect(await host.inside('cat', '/etc/jenkins/secrets/git-token')).to.equal('leak-another-token');
    expect(await host.login()).to.equal('200');
  });

  it('restarts also where a run was cut off between writing and restarting', async () => {
    const starts = await host.starts();
    await host.inside('sed', '--in-place', 's/numExecutors: 1/numExecutors: 2/', '/etc/jenkins/jenkins.yaml');
    host.change('jenkins.yaml', (text) => text.replace('numExecutors: 0', 'numExecutors: 2'));
    expect(succeeded(await host.play({ jenkins_secrets: otherSecrets })).changed).to.equal(1);
    expect(await host.starts()).to.equal(starts + 1);
  });

  it('takes another list of plugins with one restart, and leaves none of the old one', async () => {
    const starts = await host.starts();
    host.change('plugins.txt', () => 'configuration-as-code:1\njunit:2\n');
    succeeded(await host.play());
    expect(await host.starts()).to.equal(starts + 1);
    const there = await host.inside('sh', '-c', 'cd /var/lib/jenkins && ls plugins/*.jpi && ls -d plugins-*');
    expect(lines(there)).to.have.length(3).and.to.include('plugins/junit.jpi');
  });

  it('leaves Jenkins alone where a plugin does not exist, and says which', async () => {
    const starts = await host.starts();
    host.change('plugins.txt', (text) => `${text}no-such-plugin:0.0-missing\n`);
    const played = await host.play();
    expect(played.code).to.equal(2);
    expect(played.output).to.include('Unable to resolve plugin no-such-plugin');
    expect(await host.starts()).to.equal(starts);
    expect(await host.login()).to.equal('200');
  });

  it('refuses a download that is not what its checksum says', async () => {
    const played = await host.play({ jenkins_version: '9.9', jenkins_war_checksum: '0'.repeat(64) });
    expect(played.code).to.equal(2);
    expect(played.output).to.include('The checksum for').and.to.include('did not match');
    expect(await host.login()).to.equal('200');
  });

  it('stops before it changes anything where a secret is missing, and names it', async () => {
    const secrets = Object.fromEntries(Object.entries(SECRETS).filter(([name]) => name !== 'git-token'));
    const played = await host.play({ jenkins_secrets: secrets });
    expect(played.code).to.equal(2);
    expect(played.output).to.include('The configuration names secrets without a value: git-token.');
    expect(played.changed).to.equal(0);
  });

  it('stops before it changes anything where a setting is missing, and names it', async () => {
    const environment = { JENKINS_URL: 'https://jenkins.example.com/' };
    const played = await host.play({ jenkins_environment: environment });
    expect(played.output).to.include('settings without a value: AGENT_HOST, AGENT_HOST_KEY, AUTOMATION_STACK_REPOSITORY');
    expect(played.changed).to.equal(0);
  });

  it('refuses a host with too little memory', async () => {
    const played = await host.play({ jenkins_minimum_memory: 10_000_000 });
    expect(played.output).to.include('Jenkins needs 10000000 MiB of memory');
  });

  it('goes back where Jenkins refuses the configuration, and shows its words without secrets', async () => {
    const before = await host.inside('cat', '/etc/jenkins/jenkins.yaml');
    const loud = (text: string) => text.replace('systemMessage: ', 'systemMessage: loud ');
    host.change('jenkins.yaml', (text) => `${loud(text)}\nnonsense: {}\n`);
    const played = await host.play();
    expect(played.code).to.equal(2);
    expect(played.output).to.include('No configurator for the following root elements: nonsense');
    expect(played.output).to.include('Jenkins runs again with the previous configuration');
    expect(played.output).not.to.include('at Jenkins.configure(');
    expect(await host.inside('cat', '/etc/jenkins/jenkins.yaml')).to.equal(before);
    expect(await host.inside('cat', '/etc/jenkins.refused/jenkins.yaml')).to.include('nonsense');
    expect(await host.login()).to.equal('200');
    // Jenkins said the password itself.
    expect(played.output).to.include('Trying the password [jenkins-admin-password]');
  });

  it('leaves a first configuration that Jenkins refuses to be mended', async () => {
    await host.inside('rm', '-r', '/etc/jenkins.proven');
    host.change('jenkins.yaml', (text) => `${text}\nnonsense: {}\n`);
    const played = await host.play();
    expect(played.output).to.include('there is no previous configuration to restore');
    expect(await host.login()).to.equal('000');
    host.restoreController();
    succeeded(await host.play());
    expect(await host.login()).to.equal('200');
  });

  it('starts a Jenkins that somebody stopped', async () => {
    await host.inside('systemctl', 'stop', 'jenkins');
    expect(succeeded(await host.play()).changed).to.equal(1);
    expect(await host.login()).to.equal('200');
  });

  it('removes the files of agents and secrets that are not used any more', async () => {
    const kubernetes = { AGENT_IMAGE: 'agent:1', AGENT_DOCKER_HOST: 'tcp://docker:2376' };
    const environment = { ...ENVIRONMENT, ...kubernetes };
    const secrets = { 'git-token': 'leak-git-token' };
    const names = { jenkins_agents: 'kubernetes', jenkins_environment: environment, jenkins_secrets: secrets };
    // Nobody answers for AWS here, so Jenkins refuses; what counts is what it was given.
    await host.play({ ...names, jenkins_secrets_from: 'aws' });
    const given = lines(await host.inside('sh', '-c', 'cd /etc/jenkins.refused && find . -type f')).sort();
    expect(given).to.deep.equal([
      './agents-kubernetes.yaml',
      './environment',
      './jenkins.service',
      './jenkins.yaml',
      './secrets/git-token',
    ]);
  });

  it('has let no secret into what Ansible says, the process list, the journal or the unit', async () => {
    expect(host.said.length).to.be.greaterThan(10_000);
    const look = 'ps axeww; cat /proc/[0-9]*/cmdline; systemctl cat jenkins; systemctl show jenkins; cat /etc/jenkins/environment';
    const seen = await host.inside('sh', '-c', `(${look}) 2>/dev/null; :`);
    expect(seen).to.include('-jar /opt/jenkins/');
    // Ansible's modules tell the journal their arguments; Jenkins' own careless words in it are not the role's.
    const journal = await host.inside('sh', '-c', 'journalctl --quiet | grep -v "Trying the password"; :');
    for (const text of [host.said, seen, journal]) expect(text).not.to.match(/leak-/);
  });
});
