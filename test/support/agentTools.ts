import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalSettings } from '../../runner/src/local/settings.js';

const run = promisify(execFile);

export interface AgentTools {
  /** Variables of the role `jenkins_agent` that lead it to these archives. */
  readonly variables: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/**
 * Serves Node and Terraform of this machine in the archives that their makers have: hosts of tests get what is here, from
 * nowhere else. They are packed once and kept beside the tools of the local environment.
 * @param settings of the local environment whose hosts are served
 */
export async function serveAgentTools({ gateway, tools }: LocalSettings): Promise<AgentTools> {
  const kept = join(tools, 'archives');
  await mkdir(kept, { recursive: true });
  const [node, terraform] = [await packNode(kept), await packTerraform(kept)];
  const files = new Map([node, terraform].map(({ file }) => [`/${basename(file)}`, file]));
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '/');
    if (file === undefined) response.writeHead(404).end();
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, gateway, resolve);
  });
  const base = `http://${gateway}:${(server.address() as AddressInfo).port}`;
  const checksums = async (file: string) => ({
    x86_64: createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
  });
  return {
    variables: {
      jenkins_agent_node_version: node.version,
      jenkins_agent_node_url: base,
      jenkins_agent_node_checksums: await checksums(node.file),
      jenkins_agent_terraform_version: terraform.version,
      jenkins_agent_terraform_url: base,
      jenkins_agent_terraform_checksums: await checksums(terraform.file),
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Archive {
  readonly file: string;
  readonly version: string;
}

async function packNode(kept: string): Promise<Archive> {
  const version = process.versions.node;
  const name = `node-v${version}-linux-x64`;
  return {
    version,
    file: await once(join(kept, `${name}.tar.xz`), async (folder, file) => {
      const binary = await realpath(process.execPath);
      const modules = join('lib', 'node_modules', 'npm');
      await mkdir(join(folder, name, 'bin'), { recursive: true });
      await cp(binary, join(folder, name, 'bin', 'node'));
      await cp(join(dirname(binary), '..', modules), join(folder, name, modules), { recursive: true });
      for (const command of ['npm', 'npx'])
        await symlink(join('..', modules, 'bin', `${command}-cli.js`), join(folder, name, 'bin', command));
      const compress = '--use-compress-program=xz -0 --threads=2';
      await run('tar', ['--create', compress, '--file', file, '--directory', folder, name]);
    }),
  };
}

async function packTerraform(kept: string): Promise<Archive> {
  const { stdout: said } = await run('terraform', ['version', '-json']);
  const version = (JSON.parse(said) as { terraform_version: string }).terraform_version;
  return {
    version,
    file: await once(join(kept, `terraform_${version}_linux_amd64.zip`), async (_folder, file) => {
      const { stdout: found } = await run('sh', ['-c', 'command -v terraform']);
      await run('python3', ['-m', 'zipfile', '--create', file, await realpath(found.trim())]);
    }),
  };
}

/** Makes a file where there is none yet. It gets its name when it is complete, since two suites may make it at a time. */
async function once(file: string, make: (folder: string, file: string) => Promise<void>): Promise<string> {
  if (existsSync(file)) return file;
  const folder = await mkdtemp(join(dirname(file), 'making-'));
  await make(folder, join(folder, basename(file)));
  await rename(join(folder, basename(file)), file);
  await rm(folder, { recursive: true });
  return file;
}
