import { expect } from 'chai';
import { neededBy } from '../../../runner/src/domain/finding.js';
import { installNext, toolMeant, TOOLS } from '../../../runner/src/domain/tools.js';
import { notStarted } from '../../../runner/src/adapters/process/notStarted.js';
import { toolsMeant } from '../../../runner/src/commands/toolsNeeded.js';
import { kinds } from '../../../runner/src/kinds.js';
import { listText, resultsText } from '../../../runner/src/views/tools.js';

describe('the table of tools', () => {
  it('is known by its names and by the programs', () => {
    expect(toolMeant('session-manager-plugin')?.name).to.equal('session-manager');
    expect(toolMeant('ansible-playbook')?.name).to.equal('ansible');
    expect(toolMeant('aws')?.name).to.equal('aws-cli');
    for (const { name } of TOOLS) expect(toolMeant(name)?.name).to.equal(name);
  });

  it('reads the version in what each tool says', () => {
    const said: Readonly<Record<string, readonly [string, string]>> = {
      node: ['v20.20.2', '20.20.2'],
      git: ['git version 2.39.5', '2.39.5'],
      docker: ['Docker version 20.10.24+dfsg1, build 297e128', '20.10.24'],
      packer: ['Packer v1.6.6', '1.6.6'],
      terraform: ['Terraform v1.11.4\non linux_amd64', '1.11.4'],
      ansible: ['ansible-playbook [core 2.19.14]\n  config file = None', '2.19.14'],
      ssh: ['OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17', '9.2p1'],
      python: ['Python 3.11.7', '3.11.7'],
      'aws-cli': ['aws-cli/2.9.19 Python/3.11.2 Linux/6.1', '2.9.19'],
      'session-manager': ['1.2.896.0', '1.2.896.0'],
      trivy: ['Version: 0.58.1\nVulnerability DB:\n  Version: 2', '0.58.1'],
      cosign: ['cosign: A tool for Container Signing\n\nGitVersion:    v2.6.1\nGitCommit:     634f', '2.6.1'],
      buildx: ['github.com/docker/buildx v0.30.1 9e66234aa13328a5e75b75aa5574e1ca6d6d9c01', '0.30.1'],
    };
    for (const { name, version } of TOOLS) {
      const [words, wanted] = said[name] as readonly [string, string];
      expect(version.exec(words)?.[1], name).to.equal(wanted);
    }
  });

  it('is what a message of a missing program names', () => {
    const next = (file: string) => notStarted({ file, args: [] }, 'ENOENT', '/', undefined).next;
    expect(next('terraform')).to.equal('Type: node runner tools install terraform');
    expect(next('/opt/x/ansible-playbook')).to.equal(installNext('ansible'));
    expect(next('smoke')).to.contain('node runner doctor');
  });

  it('refuses a name that it does not have, and says the nearest', () => {
    expect(() => toolsMeant(['terrafrom']))
      .to.throw('there is no tool terrafrom')
      .with.property('code', 'USAGE');
    expect(toolsMeant(['aws', 'terraform', 'terraform']).map(({ name }) => name)).to.deep.equal([
      'terraform',
      'aws-cli',
    ]);
  });
});

describe('what needs a tool', () => {
  it('is named by its place in the configuration', () => {
    const environment = {
      inventory: { transport: 'ssm' },
      infrastructure: {},
      targets: { old: { kind: 'fleet' } },
    };
    const config = {
      images: {
        web: { scan: { by: 'trivy' }, sign: {}, sbom: true },
        blog: { kind: 'packer' },
        host: { kind: 'ami' },
      },
    };
    expect(neededBy(config, [{ name: 'staging', config: environment }], kinds)).to.deep.equal({
      docker: ['images.web', 'images.blog'],
      packer: ['images.blog', 'images.host'],
      trivy: ['images.web'],
      cosign: ['images.web'],
      buildx: ['images.web'],
      terraform: ['environments.staging.infrastructure'],
      ansible: ['environments.staging.targets.old'],
      sessions: ['environments.staging.inventory.transport'],
    });
  });
});

describe('tools for people', () => {
  it('shows what is wanted, found, and needed, and what to type', () => {
    const text = listText([
      {
        ...{
          tool: 'terraform',
          oldest: '1.11.0',
          installs: ['1.11.4'],
          neededBy: ['environments.a.infrastructure'],
        },
        ...{ status: 'old', version: '1.5.7', path: '/usr/bin/terraform', words: '' },
      },
      { tool: 'git', installs: [], neededBy: [], status: 'missing', words: '' },
    ]);
    expect(text).to.match(
      /terraform +≥ 1\.11\.0 +1\.11\.4 +1\.5\.7 \(too old\) +\/usr\/bin\/terraform +environments\.a/,
    );
    expect(text).to.match(/tools install terraform$/);
  });

  it('shows what failed with its evidence and what to type below', () => {
    const text = resultsText([{ title: 'Packer', status: 'failed', words: 'no\nline', next: 'do' }], false);
    expect(text.split('\n')).to.deep.equal([
      'FAILED   Packer  no',
      `${' '.repeat(17)}line`,
      `${' '.repeat(17)}→ do`,
    ]);
  });
});
