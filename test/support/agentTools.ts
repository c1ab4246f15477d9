import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface AgentTools {
  /** Variables of the role `jenkins_agent` that lead it to these archives. */
  readonly variables: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/**
 * Serves Node and Terraform of this machine in the archives that their makers have: hosts of tests get what is here, from
 * nowhere else.
 * @param address that hosts reach this machine by
 */
export async function serveAgentTools(address: string): Promise<AgentTools> {
  const folder = await mkdtemp(join(tmpdir(), 'automation-stack-tools-'));
  const [node, terraform] = await Promise.all([packNode(folder), packTerraform(folder)]);
  const files = new Map([node, terraform].map(({ file }) => [`/${basename(file)}`, file]));
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '/');
    if (file === undefined) response.writeHead(404).end();
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, address, resolve);
  });
  const base = `http://${address}:${(server.address() as AddressInfo).port}`;
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
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await rm(folder, { recursive: true });
    },
  };
}

interface Archive {
  readonly file: string;
  readonly version: string;
}

async function packNode(folder: string): Promise<Archive> {
  const version = process.versions.node;
  const name = `node-v${version}-linux-x64`;
  const binary = await realpath(process.execPath);
  const modules = join('lib', 'node_modules', 'npm');
  await mkdir(join(folder, name, 'bin'), { recursive: true });
  await cp(binary, join(folder, name, 'bin', 'node'));
  await cp(join(dirname(binary), '..', modules), join(folder, name, modules), { recursive: true });
  for (const command of ['npm', 'npx'])
    await symlink(join('..', modules, 'bin', `${command}-cli.js`), join(folder, name, 'bin', command));
  const file = join(folder, `${name}.tar.xz`);
  const compress = '--use-compress-program=xz -0 --threads=2';
  await run('tar', ['--create', compress, '--file', file, '--directory', folder, name]);
  return { file, version };
}

async function packTerraform(folder: string): Promise<Archive> {
  const { stdout: said } = await run('terraform', ['version', '-json']);
  const version = (JSON.parse(said) as { terraform_version: string }).terraform_version;
  const { stdout: found } = await run('sh', ['-c', 'command -v terraform']);
  const file = join(folder, `terraform_${version}_linux_amd64.zip`);
  const binary = await realpath(found.trim());
  await run('python3', ['-m', 'zipfile', '--create', file, binary]);
  return { file, version };
}
