import { expect } from 'chai';
import {
  readHost,
  readJumps,
  snakeFields,
  type HostDefaults,
} from '../../../runner/src/domain/hostFields.js';

const defaults: HostDefaults = { source: 'test', groups: [] };
const read = (fields: Record<string, unknown>, more: Partial<HostDefaults> = {}) => {
  const mistakes: string[] = [];
  const host = readHost('a', fields, { ...defaults, ...more }, mistakes);
  return { host, mistakes };
};
const mistakes = (fields: Record<string, unknown>, more?: Partial<HostDefaults>) =>
  read(fields, more).mistakes;

describe('the fields of a host', () => {
  it('are as if they were not there where they say nothing', () => {
    for (const nothing of [null, '', []])
      expect(
        read({
          address: 'b',
          port: nothing,
          user: nothing,
          private_key: nothing,
          host_key: nothing,
          transport: nothing,
        }),
      ).to.deep.equal({
        host: { name: 'a', address: 'b', port: 22, user: read({ address: 'b' }).host.user, groups: [] },
        mistakes: [],
      });
  });

  it('have ports from 1 to 65535', () => {
    const port = (value: unknown) => mistakes({ address: 'b', port: value });
    for (const good of [1, '1', 65535]) expect(port(good)).to.deep.equal([]);
    for (const bad of [0, -1, 65536, 1.5, 'x']) expect(port(bad)).to.deep.equal(['a.port is not a port']);
  });

  it('have addresses and users that OpenSSH takes for nothing else', () => {
    const address = (value: unknown) => read({ address: value });
    expect(address('[::1]').host.address).to.equal('::1');
    for (const bad of ['-x', 'a b', 'x[::1]', '[::1]x', '.a'])
      expect(address(bad).mistakes).to.deep.equal(['a.address is not a name or an address']);
    for (const bad of ['-x', 'a b', '"a'])
      expect(mistakes({ address: 'b', user: bad })).to.deep.equal(['a.user is not the name of a user']);
  });

  it('have a way: SSH, Session Manager or Run Command; the last two need an instance in place of an address', () => {
    expect(mistakes({ address: 'b', transport: 'telnet' })).to.deep.equal([
      'a.transport is not ssh or ssm or run-command',
    ]);
    expect(read({ address: 'b', transport: 'ssh' }).host.transport).to.equal('ssh');
    expect(read({ transport: 'ssm', instance_id: 'i-1' })).to.deep.include({ mistakes: [] });
    expect(read({ transport: 'ssm', instance_id: 'i-1' }).host.address).to.equal('i-1');
    expect(mistakes({ transport: 'ssm' })).to.deep.equal([
      'a has no instance_id; AWS Systems Manager needs one',
    ]);
    expect(mistakes({ instance_id: 'i-1' }, { transport: 'ssm' })).to.deep.equal([]);
    expect(mistakes({ instance_id: 'i-1' })).to.deep.equal(['a has no address']);
    const through = { transport: 'run-command', instance_id: 'i-1', jump: 'admin@bastion' };
    expect(mistakes(through)).to.include('a is reached by Run Command, which goes through no jump hosts');
    expect(mistakes({ ...through, jump: [] })).to.deep.equal([]);
  });

  it('need an address behind a host to go through, whoever names that', () => {
    const ssm = { transport: 'ssm', instance_id: 'i-1' };
    expect(mistakes({ ...ssm, jump: 'x' })).to.deep.equal(['a has no address']);
    expect(mistakes(ssm, { throughJump: true })).to.deep.equal(['a has no address']);
    expect(mistakes({ ...ssm, jump: null }, { throughJump: true })).to.deep.equal(['a has no address']);
    expect(mistakes({ ...ssm, jump: [] }, { throughJump: true })).to.deep.equal([]);
  });

  it('are groups and variables of the right form', () => {
    expect(mistakes({ address: 'b', groups: ['x', 5] })).to.deep.equal(['a.groups is not a list of names']);
    expect(read({ address: 'b', groups: 'x' }).host.groups).to.deep.equal([]);
    expect(mistakes({ address: 'b', vars: ['x'] })).to.deep.equal(['a.vars is not a map']);
    expect(read({ address: 'b', vars: {} }).host).not.to.have.property('vars');
  });

  it('are host keys, in one text or a list, without what stands behind them', () => {
    const keys = (value: unknown) => read({ address: 'b', host_keys: value });
    const good = ['ssh-ed25519 AAAA', 'ecdsa-sha2-nistp256 BB=='];
    expect(keys('  ssh-ed25519 AAAA me@x \n\n ecdsa-sha2-nistp256 BB==\n').host.hostKeys).to.deep.equal(good);
    expect(keys([...good, ' ']).host.hostKeys).to.deep.equal(good);
    expect(read({ address: 'b', host_key: good[0] }).host.hostKeys).to.deep.equal([good[0]]);
    for (const bad of [[...good, 5], [...good, 'x'], 'x\nssh-ed25519 AAAA', [null]])
      expect(keys(bad).mistakes, JSON.stringify(bad)).to.deep.equal([
        'a.host_keys is not public host keys (`ssh-ed25519 AAAA…`)',
      ]);
  });

  it('tell what nobody said, where somebody else may still say it', () => {
    const assumed = (fields: object) => read({ address: 'b', ...fields }, { noteAssumed: true }).host.assumed;
    expect(assumed({})).to.deep.equal(['port', 'user']);
    expect(assumed({ port: 22 })).to.deep.equal(['user']);
    expect(assumed({ port: 22, user: 'x' })).to.deep.equal([]);
    expect(read({ address: 'b' }).host).not.to.have.property('assumed');
  });
});

describe('the hosts to go through', () => {
  const jumps = (value: unknown, more: Partial<HostDefaults> = {}) => {
    const found: string[] = [];
    return { hosts: readJumps('a', value, { ...defaults, ...more }, found), mistakes: found };
  };

  it('are not said, or none', () => {
    expect(jumps(undefined).hosts).to.equal(undefined);
    expect(jumps(null).hosts).to.equal(undefined);
    expect(jumps([]).hosts).to.deep.equal([]);
  });

  it('are named by where they are, or by whose they are', () => {
    expect(jumps('x').hosts?.[0]?.name).to.equal('jump host x');
    expect(jumps({ instance_id: 'i-1', transport: 'ssm' }).hosts?.[0]?.name).to.equal('jump host i-1');
    expect(jumps({}).mistakes).to.deep.equal(['a.jump has no address']);
    expect(jumps([5]).mistakes).to.deep.equal(['a.jump is not user@address:port, a map, or a list of them']);
  });

  it('are reached as the environment says at first, and by SSH from one to the next', () => {
    const way = jumps([{ instance_id: 'i-1' }, { instance_id: 'i-2' }], {
      transport: 'ssm',
      throughJump: true,
    });
    expect(way.mistakes).to.deep.equal(['jump host i-2 has no address']);
  });

  it('go through no others themselves', () => {
    expect(jumps({ address: 'x', jump: 'y' }).hosts?.[0]).not.to.have.property('jumps');
  });

  it('have no words before or behind them', () => {
    for (const [text, address, port] of [
      ['2001:db8::1', '2001:db8::1', 22],
      ['me@[2001:db8::1]:2222', '2001:db8::1', 2222],
      ['2001:db8::', '2001:db8::', 22],
      ['fe80:1:2:3:4:5:6:7', 'fe80:1:2:3:4:5:6:7', 22],
    ] as const)
      expect(jumps(text).hosts?.[0], text).to.include({ address, port });
    for (const text of ['me@x:22:y', 'me@x:port', '']) expect(jumps(text).mistakes, text).to.have.length(1);
  });
});

describe('fields of the configuration', () => {
  it('are those of an output, also of hosts to go through, but for variables', () => {
    expect(
      snakeFields({
        'private-key': 'k',
        jump: [{ 'host-key': 'h' }, 'x'],
        vars: { 'a-b': 1 },
        'host-keys': ['a-b'],
      }),
    ).to.deep.equal({
      private_key: 'k',
      jump: [{ host_key: 'h' }, 'x'],
      vars: { 'a-b': 1 },
      host_keys: ['a-b'],
    });
    expect(snakeFields('a-b')).to.equal('a-b');
  });
});
