import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import type { Host } from '../../../../runner/src/domain/host.js';
import { connectionVariables } from '../../../../runner/src/hosts/rules/inventoryText.js';
import { sshCertificateQuery, sshWords } from '../../../../runner/src/hosts/rules/sshArguments.js';
import { shellWords } from '../../../../runner/src/base/shell.js';
import { routesBy } from '../../../support/routes.js';

const host: Host = { name: 'app', address: '10.0.2.7', port: 22, user: 'deploy', groups: [] };
const jump = (address: string, more: Partial<Host> = {}): Host => ({
  ...host,
  name: `jump host ${address}`,
  address,
  ...more,
});
const option = (words: readonly string[], name: string): string | undefined =>
  words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
/** What OpenSSH makes of words; nothing is connected to. */
const understood = (words: readonly string[]): Map<string, string> =>
  new Map(
    execFileSync('ssh', ['-G', ...words, 'app'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)] as const),
  );
/** The words that a shell makes of a ProxyCommand. */
const words = (command: string): string[] =>
  execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${command.replaceAll('%%', '%')}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');

describe('what OpenSSH is told of a route', () => {
  it('goes through no other host and reads no configuration where nobody says so', () => {
    expect(sshWords(routesBy()(host))).to.deep.equal([
      ...['-F', 'none', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes'],
      ...['-o', 'UserKnownHostsFile="/home/me/.ssh/known_hosts" "/learned"', '-o', 'ProxyCommand=none'],
    ]);
  });

  it('goes through jump hosts, each with its own user, port, key and known hosts', () => {
    const route = routesBy({
      privateKey: 'id',
      jumps: [
        jump('bastion.example', { user: 'admin', port: 2222, privateKey: '/keys/bastion', knownHosts: '/k' }),
        jump('2001:db8::2'),
      ],
    })(host);
    const second = words(option(sshWords(route), 'ProxyCommand') ?? '');
    expect(second.slice(-5)).to.deep.equal(['-p', '22', '-W', '[10.0.2.7]:22', '2001:db8::2']);
    expect(option(second, 'IdentityFile')).to.equal('"/project/id"');
    const first = words(option(second, 'ProxyCommand') ?? '');
    expect(first.slice(-5)).to.deep.equal(['-p', '2222', '-W', '[2001:db8::2]:22', 'bastion.example']);
    expect(option(first, 'User')).to.equal('"admin"');
    expect(option(first, 'IdentityFile')).to.equal('"/keys/bastion"');
    expect(option(first, 'UserKnownHostsFile')).to.equal('"/k" "/learned"');
    expect(option(first, 'StrictHostKeyChecking')).to.equal('yes');
    expect(option(first, 'ProxyCommand')).to.equal('none');
  });

  for (const odd of [
    `it's "here"`,
    'a b',
    '100%h',
    '$HOME `id`',
    'back\\slash\\',
    '{{ x }}',
    '#;&|<>()*?',
    'ünïcode',
  ]) {
    it(`carries a path through three levels of ssh and shell: ${odd}`, () => {
      const path = `/keys/${odd}/id`;
      const route = routesBy({
        privateKey: path,
        knownHosts: path,
        jumps: [jump('one'), jump('two'), jump('three')],
      })(host);
      const variables = connectionVariables(route);
      let said = understood(shellWords(String(variables['ansible_ssh_common_args'])));
      for (const next of ['[10.0.2.7]:22', '[three]:22', '[two]:22']) {
        const command = words(said.get('proxycommand') ?? '');
        expect(command.slice(-2)[0]).to.equal(next);
        said = understood(
          command.slice(1, -1).filter((word, index, all) => word !== '-W' && all[index - 1] !== '-W'),
        );
        // -G shows paths as they will be opened, percent signs still doubled.
        expect(said.get('identityfile')?.replaceAll('%%', '%')).to.equal(path);
        expect(said.get('userknownhostsfile')?.replaceAll('%%', '%')).to.equal(`${path} /learned`);
      }
    });
  }

  it('lets no host on the way speak where its words are read', () => {
    const route = routesBy({ jumps: [jump('bastion')] })(host);
    const proxy = option(sshCertificateQuery(route).args, 'ProxyCommand') ?? '';
    expect(proxy).to.match(/ bastion 2>\/dev\/null$/);
    expect(option(sshWords(route), 'ProxyCommand')).to.equal(proxy.replace(' 2>/dev/null', ''));
    expect(option(sshCertificateQuery(routesBy()(host)).args, 'ProxyCommand')).to.equal('none');
  });

  it('opens a session of Session Manager to the instance, and to the first jump host alone', () => {
    const instance = { ...host, address: 'i-0abc', instanceId: 'i-0abc' };
    const session =
      'aws ssm start-session --target i-0abc --document-name AWS-StartSSHSession --parameters portNumber=22';
    expect(option(sshWords(routesBy({ transport: 'ssm' })(instance)), 'ProxyCommand')).to.equal(session);
    const bastion = jump('i-0abc', { instanceId: 'i-0abc' });
    const through = routesBy({ transport: 'ssm', jumps: [bastion] })(host);
    const hop = words(option(sshWords(through), 'ProxyCommand') ?? '');
    expect(hop.at(-1)).to.equal('i-0abc');
    expect(option(hop, 'ProxyCommand')).to.equal(session);
    expect(through.proxy).to.equal(undefined);
  });
});
