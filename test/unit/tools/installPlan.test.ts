import { expect } from 'chai';
import { isOlder } from '../../../runner/src/base/versionOrder.js';
import { toolNamed, TOOLS, type FoundTool, type ToolName } from '../../../runner/src/domain/tools.js';
import { planOf, type Machine, type Step } from '../../../runner/src/tools/rules/installPlan.js';
import { commands } from '../../../runner/src/commands/tools.js';
import { pinnedVersions, WAYS } from '../../../runner/src/tools/rules/ways.js';

const MISSING: FoundTool = { status: 'missing', words: 'is not on PATH' };
const DEBIAN: Machine = {
  system: 'Debian GNU/Linux 12 (bookworm)',
  isLinux: true,
  processor: 'amd64',
  manager: 'apt',
  root: 'root',
  candidates: new Map([
    ['packer', '1.6.6+ds2-1+b1'],
    ['awscli', '2.9.19-1'],
    ['docker.io', '20.10.24+dfsg1-1'],
    ['python3', '3.11.2-1'],
  ]),
  python: { file: 'python3', version: '3.11' },
  engineElsewhere: false,
};
const planned = (
  name: ToolName,
  machine: Partial<Machine> = {},
  found: FoundTool = MISSING,
  mirror?: string,
): Step => planOf(toolNamed(name), found, WAYS[name] ?? [], { ...DEBIAN, ...machine }, mirror);
const byHand = (step: Step) => {
  if (step.action !== 'by-hand') throw new Error(`it is ${step.action}`);
  return step;
};
const what = (step: Step) => ('what' in step ? step.what : '');

describe('the plan for a tool', () => {
  it('keeps what is found well, whatever the machine has', () => {
    const found: FoundTool = { status: 'ok', words: '1.11.4 at /usr/bin/terraform' };
    expect(planned('terraform', { isLinux: false, processor: undefined }, found).action).to.equal('keep');
  });

  it('takes packages of Debian, as root or by sudo', () => {
    expect(what(planned('docker'))).to.match(/^apt-get install -y docker\.io \(20\.10/);
    expect(what(planned('docker', { root: 'sudo' }))).to.match(/^sudo apt-get install/);
  });

  it('takes packages of Amazon Linux', () => {
    const machine = { manager: 'dnf', candidates: new Map([['docker', '25.0.8']]) } as const;
    expect(what(planned('docker', machine))).to.match(/^dnf install -y docker/);
  });

  it('says what to type where packages need a password', () => {
    const { why, next } = byHand(planned('docker', { root: undefined }));
    expect(why).to.contain('sudo asks for a password');
    expect(next).to.contain('sudo apt-get install -y docker.io');
  });

  it('takes Debian’s Packer where apt has it and downloads it elsewhere', () => {
    expect(planned('packer').action).to.equal('packages');
    expect(planned('packer', { candidates: new Map([['packer', '1.6.0-1']]) }).action).to.equal('download');
    expect(planned('packer', { candidates: new Map() }).action).to.equal('download');
    expect(planned('packer', { root: undefined }).action).to.equal('download');
  });

  it('takes no package of the AWS CLI that is version 1', () => {
    expect(planned('aws-cli').action).to.equal('packages');
    expect(planned('aws-cli', { candidates: new Map([['awscli', '1.22.34-1']]) }).action).to.equal(
      'download',
    );
  });

  it('downloads the file for the processor, and names the check', () => {
    expect(what(planned('terraform'))).to.contain('_linux_amd64.zip (SHA-256 1ce994251c00…');
    expect(what(planned('terraform', { processor: 'arm64' }))).to.contain(
      '_linux_arm64.zip (SHA-256 a43d1d0da9b9…',
    );
    expect(what(planned('session-manager', { processor: 'arm64' })))
      .to.contain('/ubuntu_arm64/')
      .and.contain('signature of 7959637124CE093AD501D47A2C4D4AFF6F6757EE');
  });

  it('takes a mirror’s file under the name of the vendor’s server', () => {
    const step = planned('terraform', {}, MISSING, 'https://mirror.example.org/vendors/');
    expect(step).to.include({
      url: 'https://mirror.example.org/vendors/releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip',
    });
  });

  it('refuses a processor and a system that no vendor builds for, and points to its page', () => {
    const riscv = byHand(planned('terraform', { processor: undefined }));
    expect(riscv.why).to.equal('its vendor builds none for this processor');
    expect(riscv.next).to.contain('https://developer.hashicorp.com/terraform/install');
    const mac = byHand(planned('terraform', { isLinux: false, system: 'darwin' }));
    expect(mac.why).to.equal('it is downloaded for Linux, and this is darwin');
  });

  it('takes the Ansible that fits the Python', () => {
    const packages = (version: string) => what(planned('ansible', { python: { file: 'python3', version } }));
    expect(packages('3.13')).to.contain('ansible-core==2.19.14');
    expect(packages('3.11')).to.contain('ansible-core==2.19.14');
    expect(packages('3.10')).to.contain('ansible-core==2.17.14');
    expect(packages('3.9')).to.contain('ansible-core==2.15.13');
    const old = byHand(planned('ansible', { python: { file: 'python3', version: '3.8' } }));
    expect(old.why).to.equal('python3 is 3.8, and 3.9 is the oldest that will do');
  });

  it('asks for a Python where there is none', () => {
    const { why, next } = byHand(planned('ansible', { python: undefined }));
    expect(why).to.contain('no Python that makes virtual environments');
    expect(next).to.contain('node runner tools install python');
  });

  it('leaves Node.js to the user', () => {
    const old: FoundTool = { status: 'old', words: '18.0.0 is too old' };
    expect(byHand(planned('node', {}, old)).next).to.contain('Node.js 20.0.0 or newer: https://nodejs.org');
  });

  it('does not replace an engine that DOCKER_HOST names', () => {
    const stopped: FoundTool = { status: 'stopped', words: 'its engine does not answer' };
    expect(byHand(planned('docker', { engineElsewhere: true }, stopped)).next).to.contain('DOCKER_HOST');
    expect(planned('docker', {}, stopped).action).to.equal('packages');
  });
});

describe('the table of ways', () => {
  const downloads = Object.entries(WAYS).flatMap(([name, ways]) =>
    ways.flatMap((way) => (way.kind === 'download' ? [{ name, way }] : [])),
  );

  it('has a checksum or a key for every file, and an address over TLS', () => {
    for (const { name, way } of downloads) {
      for (const { url, sha256 } of Object.values(way.files)) {
        expect(url, name)
          .to.match(/^https:\/\//)
          .and.contain(way.version);
        if (way.key === undefined) expect(sha256, name).to.match(/^[0-9a-f]{64}$/);
        else expect(way.key.fingerprint, name).to.match(/^[0-9A-F]{40}$/);
      }
      expect(way.source, name).to.contain('https://');
    }
  });

  it('installs nothing that is older than the oldest that will do', () => {
    for (const { name, oldest } of TOOLS)
      for (const version of pinnedVersions(name))
        expect(isOlder(version, oldest ?? '0'), `${name} ${version}`).to.equal(false);
  });

  it('covers each tool but the one the runner runs on, and what looks at images', () => {
    expect(TOOLS.map(({ name }) => name).filter((name) => WAYS[name] === undefined)).to.deep.equal([
      'node',
      'trivy',
      'cosign',
      'buildx',
    ]);
  });

  it('is what the page of the command says', () => {
    const page = commands[0]?.description ?? '';
    for (const { name } of TOOLS) {
      expect(page).to.contain(`\`${name}\``);
      for (const version of pinnedVersions(name)) expect(page, name).to.contain(version);
    }
  });
});
