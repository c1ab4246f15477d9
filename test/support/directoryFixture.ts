import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { emulatorUrl } from '../../runner/src/local/settings.js';
import type { ReleaseArtifact, ReleaseRecord } from '../../runner/src/domain/records.js';
import type { Deployment } from './deployment.js';
import { fleet, HOSTS } from './fleetFixture.js';

const run = promisify(execFile);

/** Port where the application answers. */
const PORT = 8080;
const ROOT = '/srv/shop-web';
/** Each is a batch of its own. */
export const DIRECTORY_HOSTS = HOSTS.slice(0, 2);

/** A server that answers with its version and its environment, and counts its starts in a shared directory. */
const server = (version: string, behaviour: string) => `import http.server, os
${behaviour}
with open("data/starts", "a") as file:
    file.write("${version}\\n")

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(STATUS)
        self.end_headers()
        self.wfile.write(("${version} " + os.environ.get("GREETING", "")).encode())

    def log_message(self, *words):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", ${PORT}), Handler).serve_forever()
`;

/** What an application does; it is healthy as `good`. */
export const behaviours = {
  good: 'STATUS = 200',
  crashing: 'raise SystemExit("DATABASE_URL is not set")',
  unhealthy: 'STATUS = 500',
  /** Takes as many seconds to start as a file on the host says. */
  slow: 'import time; STATUS = 200; time.sleep(float(open("/etc/slow-start").read()))',
} as const;

const UNIT = `[Service]
ExecStart=/usr/bin/python3 ${ROOT}/current/server.py
WorkingDirectory=${ROOT}/current
EnvironmentFile=-${ROOT}/current/.env
User=www-data
`;

/** Two of the fleet's hosts, which run a Python application from a directory, as a unit of systemd. */
class DirectoryFixture {
  readonly root = ROOT;
  private readonly bucket = `test-fleet-${randomBytes(4).toString('hex')}`;
  private readonly s3 = new S3Client({
    endpoint: emulatorUrl(fleet.settings),
    region: fleet.settings.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
    forcePathStyle: true,
  });
  private prepared: Promise<void> | undefined;

  /** The hosts with their unit, and a bucket. */
  up(): Promise<void> {
    return (this.prepared ??= this.prepare());
  }

  private async prepare(): Promise<void> {
    await fleet.up();
    await this.s3.send(new CreateBucketCommand({ Bucket: this.bucket }));
    const unit = `cat > /etc/systemd/system/shop.service <<'EOF'\n${UNIT}EOF\nsystemctl daemon-reload`;
    await Promise.all(HOSTS.map((host) => fleet.inside(host, 'sh', '-c', unit)));
  }

  /**
   * A deployment whose target runs an artifact.
   * @param target merged over the target
   * @param hosts of the inventory
   * @param more files
   */
  deployment(
    target: Record<string, unknown> = {},
    hosts: readonly string[] = DIRECTORY_HOSTS,
    more: Record<string, string> = {},
  ): Promise<Deployment> {
    const own = {
      ...{ strategy: 'symlink', artifact: 'app', image: undefined, registry: undefined, port: PORT },
      ...{ unit: 'shop.service', owner: 'www-data', shared: ['data'], keep: 3 },
      health: { path: '/', for: '1s', interval: '500ms', timeout: '8s' },
    };
    const artifacts = { app: { path: 'app.tar.gz', bucket: this.bucket } };
    const files = { 'terraform/hosts.json': JSON.stringify(fleet.hostsOutput(hosts)), ...more };
    return fleet.deployment({}, { ...own, ...target }, files, { artifacts, images: undefined });
  }

  /** Packs and uploads an application. @param files beside it */
  async release(
    version: string,
    behaviour: keyof typeof behaviours = 'good',
    files: Readonly<Record<string, string>> = {},
  ): Promise<ReleaseRecord> {
    const folder = await mkdtemp(join(tmpdir(), 'automation-stack-app-'));
    try {
      const all = { 'server.py': server(version, behaviours[behaviour]), ...files };
      for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
      await chmod(folder, 0o755);
      const archive = join(folder, '..', `${version}-${randomBytes(4).toString('hex')}.tar.gz`);
      await run('tar', ['--create', '--gzip', '--file', archive, '--directory', folder, '.']);
      const content = await readFile(archive);
      await rm(archive);
      return this.releaseOf(version, await this.upload(content));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  releaseOf(version: string, artifact: ReleaseArtifact): ReleaseRecord {
    return { ...fleet.release(version, artifact.digest), images: {}, artifacts: { app: artifact } };
  }

  async upload(content: Buffer): Promise<ReleaseArtifact> {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const key = `artifacts/shop/app/${digest.slice(7)}/app.tar.gz`;
    await this.put(key, content);
    return { bucket: this.bucket, key, digest, sizeBytes: content.length, inputs: digest };
  }

  async put(key: string, content: Buffer): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: content }));
  }

  /** What the application of a host answers. */
  answer = (host: string): Promise<string> =>
    fleet.inside(
      host,
      'python3',
      '-c',
      `import urllib.request as r; print(r.urlopen("http://127.0.0.1:${PORT}/").read().decode())`,
    );

  /** Names of the complete releases on a host. */
  async kept(host: string): Promise<readonly string[]> {
    const listed = await fleet.inside(host, 'sh', '-c', `cd ${ROOT}/releases && ls -d *.json`);
    return listed.split('\n').map((name) => name.replace('.json', ''));
  }

  /** Removes all that was deployed. */
  async clear(): Promise<void> {
    const script = `systemctl stop shop.service; systemctl reset-failed shop.service; rm -rf ${ROOT}; true`;
    await Promise.all(HOSTS.map((host) => fleet.inside(host, 'sh', '-c', script)));
  }

  close(): void {
    this.s3.destroy();
  }
}

export const directories = new DirectoryFixture();
