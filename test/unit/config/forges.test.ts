import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { kinds } from '../../../runner/src/kinds.js';
import { githubSchema, gitlabSchema } from '../../../runner/src/views/forge/schema.js';
import { cli } from '../../support/cli.js';
import { configSchema } from '../../support/config.js';

const page = readFileSync(fileURLToPath(new URL('../../../docs/commit-status.md', import.meta.url)), 'utf8');

describe('the configuration of GitHub and GitLab', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'forges-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const check = async (more: string, command = ['config', 'check']) => {
    writeFileSync(
      join(directory, 'automation-stack.yml'),
      `application: shop\nenvironments: { staging: {} }\n${more}\n`,
    );
    const { exitCode, stdout, stderr } = await cli(command, { cwd: directory });
    return { exitCode, text: stdout + stderr };
  };

  const blocks = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, block]) => block as string);
  for (const block of blocks)
    it(`is as the page shows it: ${block.split('\n')[1]?.trim()}`, async () => {
      expect(blocks).to.have.length(2);
      expect((await check(block)).text).not.to.include('CONFIG_INVALID');
      expect((await check(block)).exitCode).to.equal(0);
    });

  it('has the keys that the page lists, and no others', () => {
    const listed = [...page.matchAll(/^\| `(\w+)` +\|/gm)].map(([, key]) => key);
    for (const forge of [githubSchema, gitlabSchema])
      expect(Object.keys(forge.shape).filter((key) => key !== '')).to.deep.equal(listed);
  });

  it('sets a status and keeps a comment where nothing else is said', () => {
    const { notifications } = configSchema.parse({
      application: 'shop',
      environments: { staging: {} },
      notifications: { github: { token: 'x' } },
    });
    expect(notifications['github']).to.deep.equal({ token: 'x', status: true, comment: true });
  });

  it('needs a token, and the address of an API', async () => {
    expect((await check('notifications: { github: { repository: a/b } }')).text).to.include(
      'notifications.github.token',
    );
    const wrong = await check('notifications: { gitlab: { token: "${env:T}", api: gitlab.example.org } }');
    expect(wrong.exitCode).to.equal(2);
    expect(wrong.text).to.include('https://');
  });

  it('shows no token', async () => {
    const { text } = await check('notifications: { github: { token: literal-4711-token } }', [
      'config',
      'show',
    ]);
    expect(text).to.include('***').and.not.to.include('literal-4711-token');
  });

  it('is one of channels that are data: each has a key', () => {
    const { shape } = configSchema.shape.notifications.unwrap();
    expect(Object.keys(shape)).to.deep.equal(kinds.channels.map(({ key }) => key));
    expect(Object.keys(shape)).to.deep.equal(['slack', 'github', 'gitlab']);
  });
});
