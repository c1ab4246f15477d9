import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A vendor's server on this machine: files by path, and what it was asked for. */
export class Vendor {
  readonly asked: string[] = [];
  private readonly answers = new Map<string, Answer>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Vendor> {
    const server = createServer();
    const vendor = new Vendor(server);
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      vendor.asked.push(path);
      const answer = vendor.answers.get(path);
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return vendor;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  has(path: string, answer: Buffer | Answer): void {
    const serve: Answer = typeof answer === 'function' ? answer : (_, response) => void response.end(answer);
    this.answers.set(path, serve);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** A zip with files of these contents, all of them programs. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'automation-stack-zip-'));
  try {
    const file = join(folder, 'made.zip');
    const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as archive:
    for name, content in json.loads(sys.argv[2]).items():
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o100755 << 16
        archive.writestr(info, content)
`;
    execFileSync('python3', ['-c', script, file, JSON.stringify(files)]);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A Debian package with one program. */
export async function debOf(program: string, content: string): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: program, mode: 0o755 }, content);
  archive.finalize();
  const data = gzipSync(await buffer(archive));
  const member = (name: string, bytes: Buffer) => {
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`;
    return Buffer.concat([Buffer.from(header), bytes, Buffer.from(bytes.length % 2 === 1 ? '\n' : '')]);
  };
  const version = member('debian-binary', Buffer.from('2.0\n'));
  return Buffer.concat([Buffer.from('!<arch>\n'), version, member('data.tar.gz', data)]);
}

/** A key of a vendor, made for one test. */
export class VendorKey {
  private constructor(
    private readonly home: string,
    readonly fingerprint: string,
    readonly armored: string,
  ) {}

  static make(): VendorKey {
    const home = mkdtempSync(join(tmpdir(), 'automation-stack-gpg-'));
    const gpg = (...args: string[]) =>
      execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    gpg('--passphrase', '', '--quick-generate-key', 'vendor@example.org', 'ed25519', 'sign', 'never');
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(gpg('--with-colons', '--list-keys'))?.[1] ?? '';
    return new VendorKey(home, fingerprint, gpg('--armor', '--export'));
  }

  sign(content: Buffer): Buffer {
    const file = join(this.home, 'signed');
    writeFileSync(file, content);
    const args = ['--homedir', this.home, '--batch', '--yes', '--quiet', '--detach-sign', file];
    execFileSync('gpg', args, { stdio: 'ignore' });
    return readFileSync(`${file}.sig`);
  }

  remove(): void {
    execFileSync('gpgconf', ['--homedir', this.home, '--kill', 'all'], { stdio: 'ignore' });
    rmSync(this.home, { recursive: true, force: true });
  }
}
