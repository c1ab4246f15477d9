import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the stand-in was called with when it built. */
export interface BuildxCalled {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  /** Files of the context with their text, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly dockerfile: string;
  /** Docker's `config.json`, as the client read it. */
  readonly config: { readonly auths: Readonly<Record<string, { readonly auth: string }>> };
}

/** What the stand-in does. */
export interface BuildxBehaviour {
  readonly driver?: string;
  /** `missing`: the client has no such plugin; `failing`: a step fails; `hanging`: it builds until it is ended. */
  readonly how?: 'missing' | 'failing' | 'hanging';
}

/** A plugin of Docker's client in place of buildx. */
export interface BuildxStandIn {
  /** Variables that the runner needs to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** The calls that built, in order. */
  called(): readonly BuildxCalled[];
}

/**
 * The program: it writes down how it is called, and answers as buildx is documented to. What it pushes is an index with an image
 * and an attestation of it.
 */
const PROGRAM = `
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { join } = require('node:path');
const [first, verb, ...args] = process.argv.slice(2);
const folder = join(__dirname, '..', '..');
const { driver, how } = JSON.parse(fs.readFileSync(join(folder, 'behaviour.json'), 'utf8'));
const record = (value) => process.stderr.write(JSON.stringify(value) + '\\n');
const digestOf = (bytes) => 'sha256:' + createHash('sha256').update(bytes).digest('hex');
const valueOf = (name) => args[args.indexOf(name) + 1];
const now = () => new Date().toISOString();

if (first === 'docker-cli-plugin-metadata') {
  console.log(JSON.stringify({ SchemaVersion: '0.1.0', Vendor: 'test', Version: 'v0.30.1', ShortDescription: 'stand-in' }));
  process.exit(0);
}
if (verb === 'version') {
  if (how === 'missing') process.exit(1);
  console.log('github.com/docker/buildx v0.30.1 stand-in');
} else if (verb === 'inspect') {
  if (args[0] === 'gone') {
    console.error('ERROR: no builder "gone" found');
    process.exit(1);
  }
  console.log('Name:          ' + (args[0] ?? 'current') + '\\nDriver:        ' + driver + '\\n');
} else build();

async function build() {
  const context = args.at(-1);
  const files = {};
  for (const one of fs.readdirSync(context, { recursive: true }).sort())
    if (fs.statSync(join(context, one)).isFile()) files[one] = fs.readFileSync(join(context, one), 'utf8');
  const dockerfile = fs.readFileSync(valueOf('--file'), 'utf8');
  const config = JSON.parse(fs.readFileSync(join(process.env.DOCKER_CONFIG, 'config.json'), 'utf8'));
  const told = { args: process.argv.slice(2), env: process.env, pid: process.pid, files, dockerfile, config };
  const at = fs.readdirSync(folder).filter((name) => name.startsWith('call-')).length;
  fs.writeFileSync(join(folder, 'call-' + at + '.part'), JSON.stringify(told));
  fs.renameSync(join(folder, 'call-' + at + '.part'), join(folder, 'call-' + at + '.json'));
  const step = { digest: 'sha256:a', name: '[1/1] RUN make', started: now() };
  record({ vertexes: [step] });
  if (how === 'hanging') return void setInterval(() => undefined, 1000);
  record({ logs: [{ vertex: step.digest, stream: 1, data: Buffer.from('made of it\\n').toString('base64') }] });
  if (how === 'failing') {
    const error = 'process "/bin/sh -c make" did not complete successfully: exit code: 2';
    record({ vertexes: [{ ...step, completed: now(), error }] });
    console.error('ERROR: failed to build: failed to solve: ' + error);
    process.exit(1);
  }
  record({ vertexes: [{ ...step, completed: now() }] });
  const output = Object.fromEntries(valueOf('--output').split(',').map((one) => one.split('=')));
  if (output.type === 'docker') execFileSync('docker', ['tag', process.env.STAND_IN_BASE, output.name]);
  const metadata = output.type === 'image' ? { 'containerimage.digest': await push(output.name) } : {};
  fs.writeFileSync(valueOf('--metadata-file'), JSON.stringify(metadata));
}

async function push(name) {
  const [host, ...rest] = name.split('/');
  const url = 'http://' + host + '/v2/' + rest.join('/');
  const send = async (method, where, body, type) => {
    const answer = await fetch(where, { method, body, headers: type === undefined ? {} : { 'content-type': type } });
    if (!answer.ok) throw new Error(method + ' ' + where + ': ' + answer.status + ' ' + (await answer.text()));
    return answer;
  };
  const blob = async (text, mediaType) => {
    const bytes = Buffer.from(text);
    const begun = await send('POST', url + '/blobs/uploads/');
    const to = new URL(begun.headers.get('location'), url);
    to.searchParams.set('digest', digestOf(bytes));
    await send('PUT', to, bytes, 'application/octet-stream');
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const manifest = async (mediaType, content) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
    await send('PUT', url + '/manifests/' + digestOf(bytes), bytes, mediaType);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
  const CONFIG = 'application/vnd.oci.image.config.v1+json';
  const image = await manifest(IMAGE, { config: await blob('{"architecture":"amd64","os":"linux"}', CONFIG), layers: [] });
  const statement = await blob('{"_type":"https://in-toto.io/Statement/v0.1"}', 'application/vnd.in-toto+json');
  const attestation = await manifest(IMAGE, { config: await blob('{}', CONFIG), layers: [statement] });
  const index = await manifest('application/vnd.oci.image.index.v1+json', {
    manifests: [
      { ...image, platform: { architecture: 'amd64', os: 'linux' } },
      {
        ...attestation,
        platform: { architecture: 'unknown', os: 'unknown' },
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': image.digest },
      },
    ],
  });
  return index.digest;
}
`;

/**
 * Puts the stand-in where a user's plugins are.
 * @param folder empty; its `docker` is the user's `~/.docker`
 */
export function buildxStandIn(
  folder: string,
  { driver = 'docker-container', how }: BuildxBehaviour = {},
): BuildxStandIn {
  const docker = join(folder, 'docker');
  const plugin = join(docker, 'cli-plugins/docker-buildx');
  rmSync(docker, { recursive: true, force: true });
  mkdirSync(join(docker, 'cli-plugins'), { recursive: true });
  const auth = Buffer.from('me:of the user').toString('base64');
  writeFileSync(join(docker, 'config.json'), JSON.stringify({ auths: { 'other.example.org': { auth } } }));
  writeFileSync(plugin, `#!${process.execPath}\n${PROGRAM}`);
  chmodSync(plugin, 0o755);
  writeFileSync(join(folder, 'behaviour.json'), JSON.stringify({ driver, how }));
  const fileOf = (at: number) => join(folder, `call-${at}.json`);
  return {
    env: { DOCKER_CONFIG: docker, BUILDX_CONFIG: '' },
    called: () => {
      const calls: BuildxCalled[] = [];
      for (let at = 0; existsSync(fileOf(at)); at++)
        calls.push(JSON.parse(readFileSync(fileOf(at), 'utf8')) as BuildxCalled);
      return calls;
    },
  };
}
