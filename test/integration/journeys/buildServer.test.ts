import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { localUp } from '../../../runner/src/local/up.js';
import { serveAgentTools, type AgentTools } from '../../support/agentTools.js';
import { serveJenkins, type JenkinsDownloads } from '../../support/jenkinsDownloads.js';
import { testLocalContext } from '../../support/localContext.js';
import { Project } from '../../support/project.js';

const run = promisify(execFile);

// Of Jenkins itself there is a stand-in (test/ansible/jenkins.test.ts). Tools that builds use are tested there too.
describe('flask-fleet with its build server', function () {
  this.timeout(400_000);
  const local = testLocalContext();
  let [tools, downloads, project, host]: [AgentTools?, JenkinsDownloads?, Project?, string?] = [];

  before(async () => {
    await localUp(local);
    const { gateway } = local.settings;
    [tools, downloads] = await Promise.all([serveAgentTools(local.settings), serveJenkins(gateway, '')]);
    project = Project.copyOf('flask-fleet');
    project.write(
      'terraform/local/staging.tfvars',
      'environment = "staging"\nslots = { build-web = 10 }\nbuild_server_slot = 11\n',
    );
    const settings = {
      ...tools.variables,
      java_version: 17,
      jenkins_war_url: downloads.war.url,
      jenkins_war_checksum: downloads.war.checksum,
      jenkins_plugin_manager_url: downloads.pluginManager.url,
      jenkins_plugin_manager_checksum: downloads.pluginManager.checksum,
      jenkins_secrets_from: 'files',
      jenkins_secrets: { 'git-token': 'leak-1', 'hosts-ssh-key': 'leak-2', 'slack-bot-token': 'leak-3' },
      jenkins_agent_docker: false,
      jenkins_agent_ansible_version: '',
      jenkins_agent_terraform_version: '',
    };
    project.append('ansible/group_vars/jenkins.yml', `\n${lines(settings)}`);
    project.commit('chore: downloads of the test');
    await project.expect(0, 'apply', '--env', 'staging');
    host = (await inventory())?.map(({ name }) => name).find((name) => name.endsWith('-jenkins'));
  });
  after(async () => {
    await project?.expect(0, 'destroy', '--env', 'staging', '--yes', '--confirm', 'staging');
    project?.remove();
    await Promise.all([tools?.close(), downloads?.close()]);
  });

  const lines = (settings: object) =>
    Object.entries(settings)
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
      .join('');
  const inventory = async () =>
    (await project?.json<{ hosts: { name: string }[] }>('inventory', '--env', 'staging'))?.hosts;
  const inside = async (line: string) =>
    (await run('docker', ['exec', `${local.settings.name}-host-${host}`, 'bash', '-c', line])).stdout.trim();

  it('gets Jenkins, an agent that Jenkins can log in to, and its jobs, with one command and nothing by hand', async () => {
    const { stderr, stdout } =
      (await project?.expect(0, 'provision', '--env', 'staging', '--only', 'jenkins')) ?? {};
    expect(`${stderr}${stdout}`).not.to.include('leak-');
    expect(
      await inside('curl --silent --output /dev/null --write-out %{http_code} http://127.0.0.1:8080/login'),
    ).to.equal('200');
    const known =
      '(. /etc/jenkins/environment; echo "127.0.0.1 $AGENT_HOST_KEY") 2>/dev/null >/run/known; chmod 0644 /run/known; cd /';
    const options = '-o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/run/known';
    const key = '-i /etc/jenkins/secrets/jenkins-agent-ssh-key';
    const work =
      "'git clone --quiet file:///srv/jenkins-jobs && node --version >&2 && cat jenkins-jobs/applications.yml'";
    const list = await inside(
      `${known}; runuser --user jenkins -- ssh ${key} ${options} agent@127.0.0.1 ${work} 2>/run/node`,
    );
    const [application] = (parse(list) as { applications: Record<string, unknown>[] }).applications;
    expect(application).to.include({ name: 'flask-fleet', drift: true });
    expect(await inside('cat /run/node')).to.equal(process.version);
  });

  it('changes nothing the second time', async () => {
    const again = await project?.json<{ changed: number }>(
      'provision',
      '--env',
      'staging',
      '--only',
      'jenkins',
    );
    expect(again?.changed).to.equal(0);
  });
});
