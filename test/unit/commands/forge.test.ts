import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { GitHubSink } from '../../support/forge/githubSink.js';
import { Repository } from '../../support/repository.js';

const runner = fileURLToPath(new URL('../../../runner', import.meta.url));
const TOKEN = 'very-secret-token';
const BUILD = 'https://jenkins.example.org/job/shop/job/PR-12/3/';

const CONFIG = (api: string) => `
application: shop
branches: { develop: staging, main: production }
environments:
  staging: { infrastructure: { workspace: staging } }
  production:
    extends: staging
    infrastructure: { workspace: production }
    promotion: { from: staging, approval: required }
notifications:
  github: { token: "\${env:GITHUB_TOKEN}", api: "${api}" }
`;
const ROOT = `
resource "terraform_data" "shop" { input = "one" }
output "shop" { value = terraform_data.shop.output }
`;

/** The runner as Jenkins calls it, on a project that is nothing but a Terraform root. */
describe('a build that tells GitHub', function () {
  this.timeout(120_000);
  let sink: GitHubSink;
  let repository: Repository;
  let head: string;
  beforeEach(async () => {
    sink = await GitHubSink.start();
    sink.tokens.set(TOKEN, { login: 'robot' });
    repository = Repository.empty();
    repository.git('remote', 'add', 'origin', 'git@github.example.org:acme/shop.git');
    head = repository.commit('feat: begin', {
      'automation-stack.yml': CONFIG(sink.api),
      'terraform/main.tf': ROOT,
      '.gitignore': '.automation-stack/\n.terraform*\nterraform.tfstate*\n',
    });
    sink.commits.add(head);
    sink.pulls.push({ number: 12, state: 'open', ref: 'feature', commits: [head] });
  });
  afterEach(() => {
    sink.stop();
    repository.remove();
  });

  const runs = async (words: readonly string[], more: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [runner, ...words], {
      cwd: repository.directory,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: repository.directory,
        NO_COLOR: '1',
        AUTOMATION_STACK_RUN: 'jenkins-shop-PR-12-3',
        BUILD_URL: BUILD,
        CHANGE_ID: '12',
        CHANGE_TARGET: 'main',
        GITHUB_TOKEN: TOKEN,
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [exitCode] = (await once(child, 'close')) as [number];
    expect(text).not.to.include(TOKEN);
    return { exitCode, text };
  };
  const stage = (branch: string, id: string) => runs(['run', '--branch', branch, '--only', id]);

  it('sets one status for all its processes, and comments the plan', async () => {
    for (const id of ['plan:staging', 'apply:staging']) {
      const { exitCode, text } = await stage('develop', id);
      expect(exitCode, text).to.equal(0);
      expect(text).not.to.include('GitHub could not');
    }
    expect((await runs(['conclude', '--branch', 'develop'])).exitCode).to.equal(0);
    expect(sink.statuses.map(({ context, state }) => [context, state])).to.deep.equal([
      ['automation-stack/shop/staging', 'pending'],
      ['automation-stack/shop/staging', 'success'],
    ]);
    expect(sink.statuses.at(-1)).to.include({ sha: head, target_url: BUILD });
    const [comment, ...others] = sink.comments.get(12) ?? [];
    expect(others).to.deep.equal([]);
    expect(comment?.body).to.include('Succeeded').and.include('**Plan staging:** 1 to create');
    expect(comment?.body).to.include('terraform_data.shop').and.include(`[Build](${BUILD})`);
  });

  it('waits for an approval in the status, and says who refused it', async () => {
    expect((await stage('main', 'plan:production')).exitCode).to.equal(0);
    const context = 'automation-stack/shop/production';
    expect(sink.latest[context]).to.include({ state: 'pending', description: 'Waits: Approve production' });
    const how = ['--stage', 'approve:production', '--ending', 'refused', '--by', 'jane'];
    await runs(['conclude', '--branch', 'main', ...how]);
    expect(sink.latest[context]).to.include({ state: 'error' });
    expect(sink.latest[context]?.description).to.include('refused by jane');
    expect(sink.comments.get(12)?.[0]?.body).to.include('refused by jane').and.include('Plan production');
  });

  it('asks at the host of its remote, where the configuration names none', async () => {
    repository.commit('feat: elsewhere', {
      'automation-stack.yml': CONFIG(sink.api).replace(/, api: "[^"]+"/, ''),
    });
    // Nothing is there: the proxy of this test refuses all.
    const proxy = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '' };
    const { exitCode, text } = await runs(['run', '--branch', 'develop', '--only', 'plan:staging'], proxy);
    expect(exitCode, text).to.equal(0);
    expect(text).to.match(/WARNING GitHub could not be notified.*the proxy http:\/\/127\.0\.0\.1:9/);
  });

  it('has a token that doctor tests', async () => {
    const checked = async (id = 'github', env: Record<string, string> = {}) => {
      const { text } = await runs(['doctor', '--json'], env);
      const { checks } = JSON.parse(text.slice(text.indexOf('{"ready"'))) as {
        checks: { id: string; status: string; found: string; next?: string }[];
      };
      return checks.find((check) => check.id === id);
    };
    expect(await checked()).to.include({ status: 'ok', found: 'acme/shop' });
    const proxy = { HTTP_PROXY: new URL(sink.api).origin, NO_PROXY: '127.0.0.1' };
    expect((await checked('proxy', proxy))?.found).to.include('GitHub: direct');
    sink.tokens.set(TOKEN, { login: 'robot', writes: [] });
    expect(await checked()).to.include({ status: 'warning' });
    sink.tokens.clear();
    expect((await checked())?.next).to.include('Make a new token');
  });
});
