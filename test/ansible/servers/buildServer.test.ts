import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { serveAgentTools, type AgentTools } from '../../support/agentTools.js';
import { serveJenkins, type JenkinsDownloads } from '../../support/jenkinsDownloads.js';
import { ENVIRONMENT, SECRETS } from '../../support/jenkinsHost.js';
import { testLocalContext } from '../../support/localContext.js';
import { ServerHost, type Played } from '../../support/serverHost.js';

const LAYERS = ['jenkins.yml', 'laravel-jobs.yml', ['monitoring_agent']];
const MADE = ['jenkins-admin-password', 'jenkins-seed-password', 'jenkins-agent-ssh-key'];
const APPLICATIONS = [
  { name: 'notes', repository: 'https://git.example.com/notes.git', branches: ['main'], environments: ['staging'] },
  { name: 'shop', repository: 'https://git.example.com/shop.git', needs: ['notes'], drift: false },
];

const without = (record: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));

const PHP_TEST = `<?php
final class SumTest extends PHPUnit\\Framework\\TestCase
{
    public function testAdds(): void
    {
        $this->assertSame(3, Sum::of(1, 2));
    }
}
`;
const PHP_CLASS = `<?php
final class Sum
{
    public static function of(int ...$numbers): int
    {
        return array_sum($numbers);
    }
}
`;

// Jenkins itself cannot be had here: see jenkins.test.ts. Everything else is real: the agent is used as a controller does.
describe('a build server: controller, agent, tools for PHP, jobs and measurements on one bare host', function () {
  this.timeout(600_000);
  const host = new ServerHost('test-build', 27, ['jenkins', 'jenkins_agent']);
  let tools: AgentTools;
  let downloads: JenkinsDownloads;
  let variables: Record<string, unknown>;
  let dry: Played;

  before(async () => {
    await host.up();
    [tools, downloads] = await Promise.all([serveAgentTools(testLocalContext().settings), serveJenkins(host.outside, '')]);
    variables = {
      ...tools.variables,
      application: 'build "server"',
      environment_name: 'staging',
      // Debian has it; jenkins.test.ts adds a repository.
      java_version: 17,
      jenkins_war_url: downloads.war.url,
      jenkins_war_checksum: downloads.war.checksum,
      jenkins_plugin_manager_url: downloads.pluginManager.url,
      jenkins_plugin_manager_checksum: downloads.pluginManager.checksum,
      jenkins_agents: 'ssh',
      jenkins_environment: {
        ...without(ENVIRONMENT, ['AGENT_HOST', 'AGENT_HOST_KEY']),
        DELIVERY_REPOSITORY: 'file:///srv/jenkins-jobs',
      },
      jenkins_secrets_from: 'files',
      jenkins_secrets: without(SECRETS, MADE),
      jenkins_made_secrets: MADE,
      jenkins_own_agent_user: 'agent',
      jenkins_start_timeout: 60,
      jenkins_jobs_applications: APPLICATIONS,
    };
    dry = await host.play(LAYERS, variables, '--check');
    succeeded(await host.play(LAYERS, variables));
  });
  after(async () => {
    await Promise.all([tools.close(), downloads.close(), host.down()]);
  });

  const succeeded = (played: Played): Played => {
    expect(played.code, played.output.slice(-5000)).to.equal(0);
    return played;
  };
  const refused = async (words: string, layers: readonly (string | readonly string[])[], more: Record<string, unknown>) => {
    const played = await host.play(layers, { ...variables, ...more });
    expect(played.code, played.output.slice(-5000)).to.equal(2);
    expect(played.output.replaceAll(/\s+/g, ' ')).to.include(words);
    expect(played.changed, words).to.equal(0);
  };
  /** A command on the agent, as the controller runs it: as its user, with its key, knowing the host key that it was given. */
  const onAgent = (line: string) => {
    const known =
      '(. /etc/jenkins/environment 2>/dev/null; echo "127.0.0.1 $AGENT_HOST_KEY") >/run/known; chmod 0644 /run/known';
    const options = '-o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/run/known';
    const ssh = `ssh -i /etc/jenkins/secrets/jenkins-agent-ssh-key ${options} agent@127.0.0.1`;
    const quoted = `'${line.replaceAll("'", String.raw`'\''`)}'`;
    return host.inside('bash', '-c', `${known}; cd /; exec runuser --user jenkins -- ${ssh} ${quoted}`);
  };

  it('can be tried on a bare host', () => {
    succeeded(dry);
  });

  it('changes nothing the second time', async () => {
    expect(succeeded(await host.play(LAYERS, variables)).changed).to.equal(0);
  });

  it('makes passwords and the key of the agent once, for root and Jenkins alone', async () => {
    for (const name of MADE) {
      const made = await host.inside('cat', `/etc/automation-stack-jenkins/${name}`);
      expect(made.length).to.be.greaterThan(40);
      expect(await host.inside('cat', `/etc/jenkins/secrets/${name}`)).to.equal(made);
      expect(host.said).not.to.include(made);
    }
    expect(await host.inside('stat', '--format', '%a %U', '/etc/automation-stack-jenkins')).to.equal('700 root');
    expect(await host.shell('runuser --user agent -- cat /etc/jenkins/secrets/git-token')).to.match(/denied/);
    expect(await host.shell('runuser --user agent -- ls /var/lib/jenkins')).to.match(/denied/);
  });

  it('lets the controller log in to its agent, where every tool that stages use runs', async () => {
    const { terraform, node } = {
      terraform: variables['jenkins_agent_terraform_version'] as string,
      node: process.version,
    };
    expect(await onAgent('id --user --name')).to.equal('agent');
    expect(await onAgent('java -version 2>&1')).to.include('openjdk version "17');
    expect(await onAgent('node --version')).to.equal(node);
    expect(await onAgent('npm --version')).to.match(/^\d+\./);
    expect(await onAgent('terraform version')).to.include(`Terraform v${terraform}`);
    expect(await onAgent('ansible-playbook --version')).to.include('ansible-playbook [core 2.19.');
    expect(await onAgent('ansible localhost -m ansible.builtin.ping')).to.include('pong');
    expect(await onAgent('git init --quiet one && git -C one status --porcelain && echo clean')).to.equal('clean');
    expect(await onAgent('sleep 60 & kill $! && wait $!; ps --no-headers --format comm 1')).to.equal('systemd');
    const build = String.raw`printf 'FROM scratch\nLABEL a=b\n' | docker build --quiet --tag probe - && docker image ls --quiet probe`;
    expect(await onAgent(build)).to.match(/sha256:[0-9a-f]{64}/);
  });

  it('runs tests of PHP with coverage, and checks of style', async () => {
    const write = (name: string, text: string) => `cat >sum/${name} <<'EOF'\n${text}EOF\n`;
    await onAgent(`mkdir -p sum/src\n${write('src/Sum.php', PHP_CLASS)}${write('SumTest.php', PHP_TEST)}`);
    const phpunit =
      'phpunit --bootstrap src/Sum.php --log-junit junit.xml --coverage-text --coverage-filter src SumTest.php';
    expect(await onAgent(`cd sum && ${phpunit}`)).to.match(/OK \(1 test, 1 assertion\)[^]*Lines: +100\.00%/);
    expect(await onAgent('cat sum/junit.xml')).to.include('tests="1" assertions="1" errors="0"');
    expect(await onAgent('cd sum && phpcs --standard=PSR12 SumTest.php || :')).to.include('must be in a namespace');
    expect(await onAgent(`cd sum && echo '{"name": "a/b", "description": "c", "license": "MIT"}' >composer.json && composer validate 2>&1`)).to.include(
      'composer.json is valid',
    );
  });

  it('keeps the list of applications where the seed job finds it, and commits each change once', async () => {
    const list = 'rm -rf delivery && git clone --quiet file:///srv/jenkins-jobs delivery && cat delivery/applications.yml';
    expect(parse(await onAgent(list))).to.deep.equal({ applications: APPLICATIONS });
    const polled = 'cd / && runuser --user jenkins -- git ls-remote --heads file:///srv/jenkins-jobs';
    expect(await host.inside('sh', '-c', polled)).to.match(/refs\/heads\/main$/);
    const starts = await host.inside('cat', '/var/lib/jenkins/starts');
    const [first] = APPLICATIONS;
    const changed = succeeded(
      await host.play([['jenkins_jobs']], { ...variables, jenkins_jobs_applications: [{ ...first, retired: true }] }),
    );
    expect(changed.changed).to.equal(2);
    expect(parse(await onAgent(list))).to.deep.equal({ applications: [{ ...first, retired: true }] });
    expect(await onAgent('git -C delivery log --format=%s')).to.equal('Applications\nApplications');
    expect(await host.inside('cat', '/var/lib/jenkins/starts')).to.equal(starts);
  });

  it('measures the host, for the host itself alone', async () => {
    const metrics = await host.inside('curl', '--silent', 'http://127.0.0.1:9100/metrics');
    expect(metrics).to.match(/^node_memory_MemTotal_bytes [\d.e+]+$/m);
    expect(metrics).to.include(String.raw`automation_stack_host{application="build \"server\"",environment="staging"} 1`);
    expect(metrics).to.match(/^node_systemd_unit_state\{name="jenkins\.service",state="active",.*\} 1$/m);
    expect(await host.reaches(9100)).to.equal(false);
  });

  it('goes on only where an application is healthy, and stays so', async () => {
    const serve = 'python3 -m http.server 8000 --directory /srv/probe';
    await host.shell(`mkdir -p /srv/probe && echo 1.2 >/srv/probe/health && systemd-run --unit probe ${serve}`);
    const gate = { health_gate_port: 8000, health_gate_path: '/health', health_gate_service: 'probe' };
    const judged = (more: Record<string, unknown>) => host.play([['health_gate']], { ...gate, ...more });
    succeeded(await judged({ health_gate_for: 2, health_gate_contains: '1.2' }));
    const other = await judged({ health_gate_timeout: 2, health_gate_contains: '1.3' });
    expect(other.code).to.equal(2);
    expect(other.output).to.include('not healthy after 2 s: HTTP 200 without the text that it should have');
    // It answers well three times and ends: one good answer is not enough.
    const brief =
      'import http.server as h; s = h.HTTPServer(("127.0.0.1", 8001), h.SimpleHTTPRequestHandler); [s.handle_request() for _ in range(3)]';
    await host.shell(`systemd-run --unit brief --working-directory /srv/probe python3 -c '${brief}'`);
    const died = await judged({ health_gate_port: 8001, health_gate_service: 'brief', health_gate_for: 60 });
    expect(died.code).to.equal(2);
    expect(died.output).to.include('was healthy, then failed 2 times in a row').and.to.include('Last lines of brief');
  });

  it('refuses before it changes anything, and says why', async () => {
    const version = readFileSync('ansible/roles/jenkins/defaults/main.yml', 'utf8');
    const pinned = /^jenkins_war_checksum: (\w+)$/m.exec(version)?.[1];
    await refused('jenkins_war_checksum is that of 2.580.1: set that of 9.9', [['jenkins']], {
      jenkins_version: '9.9',
      jenkins_war_checksum: pinned,
    });
    await refused('must be another user than jenkins', [['jenkins']], { jenkins_own_agent_user: 'jenkins' });
    await refused('is not the user of an agent', [['jenkins_agent']], { jenkins_agent_user: 'jenkins' });
    await refused('the runner needs 20 or newer', [['jenkins_agent']], { jenkins_agent_node_version: '18.20.4' });
    await refused('shop needs notes, which jenkins_jobs_applications does not list', [['jenkins_jobs']], {
      jenkins_jobs_applications: APPLICATIONS.slice(1),
    });
    await refused('set DELIVERY_REPOSITORY of jenkins_environment to file:///srv/other', [['jenkins_jobs']], {
      jenkins_jobs_repository: '/srv/other',
    });
    await refused("monitoring_agent_labels has 'a-b'", [['monitoring_agent']], { monitoring_agent_labels: { 'a-b': 1 } });
  });

  it('refuses a tool that is not what its checksum says, and takes the right one afterwards', async () => {
    const other = { ...variables, jenkins_agent_node_checksums: { x86_64: '0'.repeat(64) } };
    await host.inside('rm', '-r', `/opt/node-${process.versions.node}`);
    const played = await host.play([['jenkins_agent']], other);
    expect(played.code).to.equal(2);
    expect(played.output).to.include('The checksum for').and.to.include('did not match');
    succeeded(await host.play([['jenkins_agent']], variables));
    expect(await onAgent('node --version')).to.equal(process.version);
  });
});
