import { expect } from 'chai';
import {
  contractOf,
  expandOf,
  migrateOnHostSchema,
  migrateSchema,
} from '../../../runner/src/config/migrateSchema.js';

const faults = (
  written: unknown,
  schema: typeof migrateSchema | typeof migrateOnHostSchema = migrateSchema,
) => {
  const { error } = schema.safeParse(written);
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the schema changes of a target', () => {
  it('are one command, or two phases', () => {
    const plain = migrateSchema.parse({ command: './manage migrate' });
    expect(expandOf(plain)).to.include({ timeout: 600_000 });
    expect(expandOf(plain)?.command).to.deep.equal(['./manage', 'migrate']);
    expect(contractOf(plain)).to.equal(undefined);
    const both = migrateSchema.parse({
      container: 'tools',
      timeout: '1m',
      expand: { command: './expand' },
      contract: { command: './contract', container: 'admin', timeout: '2m' },
    });
    expect(expandOf(both)).to.deep.include({ command: ['./expand'], container: 'tools', timeout: 60_000 });
    expect(contractOf(both)).to.deep.include({
      command: ['./contract'],
      container: 'admin',
      timeout: 120_000,
      after: 'next-release',
      approval: 'none',
    });
    expect(expandOf(undefined)).to.equal(undefined);
  });

  it('are refused where nothing runs, or the same is said twice', () => {
    expect(faults({ timeout: '1m' })).to.deep.equal([
      ': needs a command: name one, or `expand` or `contract`',
    ]);
    expect(faults({ command: './a', expand: { command: './b' } })).to.deep.equal([
      'expand: is what `command` is too: name one',
    ]);
  });

  it('may keep the database first, one by name', () => {
    const kept = migrateSchema.parse({ command: './a', snapshot: { 'db-cluster': 'ledger', keep: 3 } });
    expect(kept.snapshot).to.deep.equal({ 'db-cluster': 'ledger', keep: 3, timeout: 3_600_000 });
    const one = ['snapshot: is of one database: name `db-instance` or `db-cluster`'];
    expect(faults({ command: './a', snapshot: {} })).to.deep.equal(one);
    expect(faults({ command: './a', snapshot: { 'db-cluster': 'a', 'db-instance': 'b' } })).to.deep.equal(
      one,
    );
    expect(faults({ command: './a', snapshot: { 'db-cluster': 'a', keep: 0 } })).to.have.lengthOf(1);
  });

  it('choose no container on a host, which has one', () => {
    expect(faults({ command: './a' }, migrateOnHostSchema)).to.equal(undefined);
    for (const written of [{ container: 'b' }, { contract: { command: './c', container: 'b' } }])
      expect(faults({ command: './a', ...written }, migrateOnHostSchema)?.join()).to.contain('"container"');
  });
});
