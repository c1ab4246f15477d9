import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createTlsServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createProcesses } from '../../../runner/src/adapters/process/processes.js';
import { toolNamed } from '../../../runner/src/domain/tools.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { installTools, type ToolResult } from '../../../runner/src/tools/installTools.js';
import type { ToolsPlace } from '../../../runner/src/tools/machine.js';
import type { Download, Way } from '../../../runner/src/tools/rules/ways.js';
import { cli } from '../../support/cli.js';
import { RecordingProxy } from '../../support/proxy.js';
import { debOf, sha256, Vendor, VendorKey, zipOf, type Answer } from '../../support/vendor.js';

const TERRAFORM = toolNamed('terraform');
const PACKER = toolNamed('packer');
const PLUGIN = toolNamed('session-manager');
const says = (words: string) => `#!/bin/sh\necho '${words}'\n`;
const ZIP = zipOf({ terraform: says('Terraform v1.11.4'), 'LICENSE.txt': 'free' });

/** What a vendor's server may do to a download, on the real way from it to PATH. */
describe('tools from their vendors', function () {
  this.timeout(30_000);
  let vendor: Vendor;
  let home: string;
  let bin: string;
  let waits: number[];

  beforeEach(async () => {
    vendor = await Vendor.start();
    home = mkdtempSync(join(tmpdir(), 'automation-stack-tools-'));
    bin = join(home, 'path');
    mkdirSync(bin);
    for (const name of ['sh', 'echo', 'gpgv', 'sleep'])
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name));
    waits = [];
  });
  afterEach(async () => {
    await vendor.stop();
    rmSync(home, { recursive: true });
  });

  const place = (more: Readonly<Record<string, string>> = {}, signal?: AbortSignal): ToolsPlace => {
    const env = {
      PATH: bin,
      AUTOMATION_STACK_HOME: home,
      AUTOMATION_STACK_TOOLS_MIRROR: vendor.url,
      ...more,
    };
    return {
      env,
      processes: createProcesses({ cwd: home, env, redactor: () => new SecretRegistry().lines() }),
      clock: { now: () => new Date(), sleep: async (ms) => void waits.push(ms) },
      signal,
      report: () => undefined,
    };
  };
  const zip = (name = 'terraform', version = '1.11.4', of = ZIP): Download => {
    const file = { url: `https://vendor.example.org/${name}.zip`, sha256: sha256(of) };
    return {
      kind: 'download',
      version,
      files: { amd64: file, arm64: file },
      format: 'zip',
      program: name,
      source: 'https://vendor.example.org',
    };
  };
  const PATH_OF_ZIP = '/vendor.example.org/terraform.zip';
  const install = async (more = {}, ways: readonly Way[] = [zip()]): Promise<ToolResult> => {
    const [result] = await installTools(place(more), [TERRAFORM], { ways: { terraform: ways } });
    return result as ToolResult;
  };
  /** All that is left beside the lock's folder, to the last draft. */
  const left = () => {
    const tools = join(home, 'tools');
    return existsSync(tools) ? readdirSync(tools).sort() : [];
  };

  it('are put on PATH once they are whole, and a second run asks no network', async () => {
    vendor.has(PATH_OF_ZIP, ZIP);
    const program = join(home, 'tools', 'bin', 'terraform');
    expect(await install()).to.include({ status: 'installed', version: '1.11.4', path: program });
    expect(left()).to.deep.equal(['bin', 'terraform-1.11.4']);
    expect(readlinkSync(program)).to.equal('../terraform-1.11.4/terraform');
    expect(await install({ PATH: `${join(home, 'tools', 'bin')}:${bin}` })).to.include({ status: 'ok' });
    expect(vendor.asked).to.deep.equal([PATH_OF_ZIP]);
  });

  it('come before an older one on PATH', async () => {
    writeFileSync(join(bin, 'terraform'), says('Terraform v1.5.7'), { mode: 0o755 });
    vendor.has(PATH_OF_ZIP, ZIP);
    expect(await install()).to.include({ status: 'installed', version: '1.11.4' });
  });

  it('are refused where the checksum is another, and nothing is left', async () => {
    vendor.has(PATH_OF_ZIP, zipOf({ terraform: says('Terraform v1.11.4, or not') }));
    const { status, words, next } = await install();
    expect(status).to.equal('failed');
    expect(words)
      .to.contain('its checksum is another')
      .and.contain(`wanted SHA-256 ${sha256(ZIP)}`);
    expect(next).to.contain('Nothing was installed');
    expect(left()).to.deep.equal([]);
  });

  it('are asked for again where the connection breaks, and refused where it always does', async () => {
    const half = ZIP.subarray(0, 50);
    const breaks: Answer = (_, response) => {
      response.writeHead(200, { 'content-length': ZIP.length });
      response.write(half, () => response.destroy());
    };
    vendor.has(PATH_OF_ZIP, breaks);
    const { status, words } = await install();
    expect(status).to.equal('failed');
    expect(words).to.contain('it broke off after');
    expect(waits).to.deep.equal([1000, 3000]);
    expect(left()).to.deep.equal([]);
    vendor.has(PATH_OF_ZIP, (request, response) => {
      vendor.has(PATH_OF_ZIP, ZIP);
      breaks(request, response);
    });
    expect(await install()).to.include({ status: 'installed' });
  });

  it('are not asked for again where the server has none', async () => {
    const { status, words, next } = await install();
    expect(status).to.equal('failed');
    expect(words).to.contain('404').and.contain(PATH_OF_ZIP);
    expect(next).to.contain(TERRAFORM.page);
    expect(vendor.asked).to.have.length(1);
    expect(left()).to.deep.equal([]);
  });

  it('are refused where they lead out of their folder', async () => {
    const bad = zipOf({ '../../outside': 'x' });
    vendor.has(PATH_OF_ZIP, bad);
    const { status, words } = await install({}, [zip('terraform', '1.11.4', bad)]);
    expect(status).to.equal('failed');
    expect(words).to.contain('cannot be unpacked');
    expect(left()).to.deep.equal([]);
    expect(existsSync(join(home, 'outside'))).to.equal(false);
  });

  it('go on with the others where one fails', async () => {
    vendor.has('/vendor.example.org/packer.zip', zipOf({ packer: says('Packer v1.9.5') }));
    const packer = zip('packer', '1.9.5', zipOf({ packer: says('Packer v1.9.5') }));
    const ways = { terraform: [zip()], packer: [packer] };
    const results = await installTools(place(), [TERRAFORM, PACKER], { ways });
    expect(results.map(({ status }) => status)).to.deep.equal(['failed', 'installed']);
  });

  it('come by the proxy that the environment names', async () => {
    vendor.has(PATH_OF_ZIP, ZIP);
    const proxy = await RecordingProxy.start(vendor.port);
    try {
      const more = { HTTP_PROXY: proxy.url, AUTOMATION_STACK_TOOLS_MIRROR: 'http://mirror.invalid' };
      expect(await install(more)).to.include({ status: 'installed' });
      expect(proxy.asked).to.deep.equal([`GET http://mirror.invalid${PATH_OF_ZIP}`]);
    } finally {
      await proxy.stop();
    }
  });

  it('say which proxy refuses', async () => {
    const proxy = await RecordingProxy.start(vendor.port, 407);
    try {
      const more = { HTTPS_PROXY: proxy.url, AUTOMATION_STACK_TOOLS_MIRROR: 'https://mirror.invalid' };
      const { status, words, next } = await install(more);
      expect(status).to.equal('failed');
      expect(words).to.contain('asks for a login');
      expect(next).to.contain('HTTPS_PROXY');
    } finally {
      await proxy.stop();
    }
  });

  it('are not taken from a server whose certificate nobody vouches for', async () => {
    const server = selfSigned(home);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const mirror = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { status, words } = await install({ AUTOMATION_STACK_TOOLS_MIRROR: mirror });
      expect(status).to.equal('failed');
      expect(words).to.contain('is not trusted here').and.contain('NODE_EXTRA_CA_CERTS');
    } finally {
      server.close();
    }
  });

  it('leave nothing where they are interrupted', async () => {
    const abort = new AbortController();
    vendor.has(PATH_OF_ZIP, (_, response) => {
      response.writeHead(200, { 'content-length': ZIP.length });
      response.write(ZIP.subarray(0, 50), () => abort.abort(new Error('interrupted by SIGINT')));
    });
    const ways = { terraform: [zip()] };
    let thrown: unknown;
    await installTools(place({}, abort.signal), [TERRAFORM], { ways }).catch(
      (error: unknown) => (thrown = error),
    );
    expect(thrown).to.have.property('message', 'interrupted by SIGINT');
    expect(left()).to.deep.equal([]);
  });

  it('are made whole by the next run where one was killed', async () => {
    const tools = join(home, 'tools');
    mkdirSync(join(tools, '.draft-killed', 'whole'), { recursive: true });
    mkdirSync(join(tools, 'terraform-1.11.4'));
    writeFileSync(join(tools, 'terraform-1.11.4', 'half'), '');
    vendor.has(PATH_OF_ZIP, ZIP);
    expect(await install()).to.include({ status: 'installed' });
    expect(left()).to.deep.equal(['bin', 'terraform-1.11.4']);
    expect(readdirSync(join(tools, 'terraform-1.11.4')).sort()).to.deep.equal(['LICENSE.txt', 'terraform']);
  });

  it('are installed once where two runs want them at once', async () => {
    vendor.has(PATH_OF_ZIP, ZIP);
    const results = await Promise.all([install(), install()]);
    expect(results.map(({ status }) => status).sort()).to.deep.equal(['installed', 'ok']);
    expect(vendor.asked).to.have.length(1);
  });

  describe('with a signature', () => {
    let key: VendorKey;
    let other: VendorKey;
    let deb: Buffer;
    const inside = 'usr/local/sessionmanagerplugin/bin/session-manager-plugin';
    const path = '/vendor.example.org/plugin.deb';
    before(async function () {
      this.timeout(60_000);
      [key, other] = [VendorKey.make(), VendorKey.make()];
      deb = await debOf(inside, says('1.2.896.0'));
    });
    after(() => [key, other].forEach((one) => one.remove()));

    const signed = async (content: Buffer, signature: Buffer): Promise<ToolResult> => {
      vendor.has(path, content);
      vendor.has(`${path}.sig`, signature);
      const file = { url: `https://vendor.example.org/plugin.deb` };
      const way: Download = {
        ...{ kind: 'download', version: '1.2.896.0', files: { amd64: file, arm64: file }, format: 'deb' },
        ...{ program: inside, key, source: 'https://vendor.example.org' },
      };
      const [result] = await installTools(place(), [PLUGIN], { ways: { 'session-manager': [way] } });
      return result as ToolResult;
    };

    it('are installed where the vendor’s key made it', async () => {
      expect(await signed(deb, key.sign(deb))).to.include({ status: 'installed', version: '1.2.896.0' });
    });

    it('are refused where another key made it, or the file is another', async () => {
      for (const [content, signature] of [
        [deb, other.sign(deb)],
        [await debOf(inside, says('1.2.896.0 and more')), key.sign(deb)],
      ] as const) {
        const { status, words } = await signed(content, signature);
        expect(status).to.equal('failed');
        expect(words).to.contain('is not what its vendor signed').and.contain(key.fingerprint);
        expect(left()).to.deep.equal([]);
      }
    });

    it('are refused where gpgv is not there to look', async () => {
      rmSync(join(bin, 'gpgv'));
      const { status, next } = await signed(deb, key.sign(deb));
      expect(status).to.equal('failed');
      expect(next).to.contain('gpgv');
    });
  });

  it('exit 1 as a command, with the pins of the runner, where a mirror serves something else', async () => {
    const real = '/releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip';
    for (const file of [real, real.replace('amd64', 'arm64')]) vendor.has(file, ZIP);
    const { env } = place();
    const { exitCode, stdout, stderr } = await cli(['tools', 'install', 'terraform', '-C', home], { env });
    expect(exitCode).to.equal(1);
    expect(stdout).to.contain('FAILED').and.contain('its checksum is another');
    expect(stderr).to.contain('TOOL_MISSING');
  });

  it('are only planned by --dry-run', async () => {
    const { env } = place();
    const { exitCode, stdout } = await cli(
      ['tools', 'install', 'terraform', '--dry-run', '--json', '-C', home],
      { env },
    );
    expect(exitCode).to.equal(0);
    const { tools } = JSON.parse(stdout.trim().split('\n').at(-1) as string) as { tools: unknown[] };
    expect(tools).to.have.length(1);
    expect(tools[0]).to.include({ tool: 'terraform', status: 'planned' });
    expect(vendor.asked).to.deep.equal([]);
    expect(left()).to.deep.equal([]);
  });
});

function selfSigned(folder: string): Server {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const args = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...args, '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  const pem = (file: string) => execFileSync('cat', [file]);
  return createTlsServer({ key: pem(key), cert: pem(cert) }, (_, response) => void response.end());
}
