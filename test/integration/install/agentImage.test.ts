import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { imageNames } from '../../../runner/src/local/localImages.js';
import { testLocalContext } from '../../support/localContext.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The recipe takes Node, Java, Terraform and the Docker client from public images. No registry of images is asked here: images
 * of the same form are made of this machine's own files. All else in the recipe runs as it stands.
 */
describe('the agent image', function () {
  this.timeout(900_000);
  const names = { node: '', tools: '', agent: '' };
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-'));
    for (const key of ['node', 'tools', 'agent'] as const)
      names[key] = `automation-stack-test/${key}:${process.pid}`;
    const base = (await imageNames(testLocalContext()))?.host;
    if (base === undefined) throw new Error('no local images: run `node runner local up` first');
    const pathOf = async (tool: string) => (await execa('which', [tool])).stdout;
    const npm = (await execa('readlink', ['-f', await pathOf('npm')])).stdout.replace(/\/bin\/[^/]*$/, '');
    const put = (from: string, to: string) => execa('cp', ['-rL', from, join(folder, to)]);
    await execa('mkdir', [
      '-p',
      ...['node', 'tools/bin', 'tools/usr/local/bin', 'tools/opt/java', 'package'].map(inFolder),
    ]);
    await put(process.execPath, 'node/node');
    await put(npm, 'node/npm');
    await put(await pathOf('terraform'), 'tools/bin/terraform');
    await put(await pathOf('docker'), 'tools/usr/local/bin/docker');
    const modules = ['java.base', 'java.logging', 'java.xml'].join(',');
    await execa('jlink', ['--add-modules', modules, '--output', inFolder('tools/opt/java/openjdk')]);
    await execa(process.execPath, ['scripts/package.mjs', inFolder('package')], { cwd: root });
    const node = [
      `FROM ${base}`,
      'COPY node /usr/local/bin/node',
      'COPY npm /usr/local/lib/node_modules/npm',
      'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm',
    ];
    await build(names.node, inFolder('node'), '-', node.join('\n'));
    await build(names.tools, inFolder('tools'), '-', 'FROM scratch\nCOPY . /\n');
    await build(names.agent, inFolder('package'), join(root, 'pipelines/agent/Dockerfile'), undefined, {
      NODE_IMAGE: names.node,
      TERRAFORM_IMAGE: names.tools,
      DOCKER_IMAGE: names.tools,
      JAVA_IMAGE: names.tools,
    });
  });
  after(async () => {
    await execa('docker', ['rmi', '--force', ...Object.values(names)], { reject: false });
    await rm(folder, { recursive: true, force: true });
  });

  const inFolder = (path: string) => join(folder, path);
  const build = (
    tag: string,
    context: string,
    file: string,
    input?: string,
    settings: Readonly<Record<string, string>> = {},
  ) => {
    const given = Object.entries(settings).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    const recipe = input === undefined ? file : inFolder('recipe');
    return (input === undefined ? Promise.resolve() : execa('tee', [recipe], { input })).then(() =>
      execa('docker', ['build', '--tag', tag, '--file', recipe, ...given, context], {
        env: { DOCKER_BUILDKIT: '0' },
      }),
    );
  };
  /** As Jenkins runs it: the agent's own user, no terminal. */
  const inside = (...command: string[]) =>
    execa('docker', ['run', '--rm', '--user', '1234:1234', names.agent, ...command], { reject: false });

  it('has everything that a stage uses, for any user', async () => {
    const tools = {
      java: ['java', '-version'],
      git: ['git', '--version'],
      node: ['node', '--version'],
      terraform: ['terraform', 'version'],
      ansible: ['ansible-playbook', '--version'],
      docker: ['docker', '--version'],
      ssh: ['ssh', '-V'],
      ps: ['ps', '-o', 'pid='],
      kill: ['sh', '-c', 'sleep 60 & kill $!'],
      runner: ['automation-stack', '--version'],
    };
    const ended = await Promise.all(
      Object.entries(tools).map(async ([tool, command]) => [tool, (await inside(...command)).exitCode]),
    );
    expect(Object.fromEntries(ended)).to.deep.equal(
      Object.fromEntries(Object.keys(tools).map((tool) => [tool, 0])),
    );
  });

  it('finds its playbooks and its tools by itself', async () => {
    const { stdout } = await inside(
      'sh',
      '-c',
      'mkdir shop && cd shop && git init -q . && automation-stack init',
    );
    expect(stdout).to.contain('automation-stack config check');
  });
});
