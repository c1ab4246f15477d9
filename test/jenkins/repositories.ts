import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

const AUTHOR = ['user.name=test', 'user.email=test@example.invalid', 'commit.gpgsign=false'];

/** A git repository with a work tree, in a folder that a GitServer serves. */
export class Repository {
  constructor(
    readonly folder: string,
    private readonly branch = 'main',
  ) {}

  async begin(): Promise<this> {
    await mkdir(this.folder, { recursive: true });
    await this.git('init', '--quiet', `--initial-branch=${this.branch}`);
    return this;
  }

  async git(...words: string[]): Promise<string> {
    const settings = AUTHOR.flatMap((setting) => ['-c', setting]);
    return (await execa('git', [...settings, ...words], { cwd: this.folder })).stdout;
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), text);
  }

  /** @throws Error where the file stays as it was: the text to change is not there any more */
  async change(path: string, how: (text: string) => string): Promise<void> {
    const before = await readFile(join(this.folder, path), 'utf8');
    const after = how(before);
    if (after === before) throw new Error(`${path} has nothing to change: the example is another one now`);
    await this.write(path, after);
  }

  async commit(message: string): Promise<string> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  tag(name: string): Promise<string> {
    return this.git('tag', '--annotate', '--force', name, '--message', name);
  }
}

/** A copy of what git knows of folders of a work tree, uncommitted changes and new files included. */
export async function copyOf(root: string, folders: readonly string[], to: string): Promise<void> {
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...folders];
  const { stdout } = await execa('git', listed, { cwd: root });
  const gone = new Set(
    (await execa('git', ['ls-files', '-z', '--deleted'], { cwd: root })).stdout.split('\0'),
  );
  for (const path of stdout.split('\0').filter((one) => one !== '' && !gone.has(one)))
    await cp(join(root, path), join(to, path), { recursive: true });
}

/** Serves the repositories of a folder to this machine by git's own HTTP: `URL/NAME/.git`. */
export class GitServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(root: string): Promise<GitServer> {
    const server = createServer((request, response) => serve(root, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new GitServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  urlOf(name: string): string {
    return `${this.url}/${name}/.git`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** One request, by `git http-backend` as a CGI program. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      // The repositories may be of another user than the one who runs the tests.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: request.headers['content-type'],
      CONTENT_LENGTH: request.headers['content-length'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
    },
  });
  backend.on('error', (error) => response.writeHead(500).end(error.message));
  // git ends as soon as it has read what it wants.
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  let head = Buffer.alloc(0);
  const readHead = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    backend.stdout.off('data', readHead);
    const lines = head.subarray(0, end).toString('latin1').split('\r\n');
    const fields = lines.map((line) => line.split(/:\s*(.*)/, 2) as [string, string]);
    const status = fields.find(([name]) => name.toLowerCase() === 'status')?.[1];
    response.writeHead(
      Number.parseInt(status ?? '200'),
      Object.fromEntries(fields.filter(([name]) => name.toLowerCase() !== 'status')),
    );
    response.write(head.subarray(end + 4));
    backend.stdout.pipe(response);
  };
  backend.stdout.on('data', readHead);
  backend.on('close', () => void (response.headersSent || response.writeHead(500).end('git said nothing')));
}
