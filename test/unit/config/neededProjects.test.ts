import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { absoluteNeeds, readProject, recordedNeeds } from '../../../runner/src/config/configuredNeeds.js';
import { folderOf } from '../../../runner/src/config/storeLocation.js';
import { stores } from '../../../runner/src/state/stores/stores.js';
import { rejection } from '../../support/rejection.js';

describe('an application that is needed', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'needs-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const project = (text: string) => writeFileSync(join(directory, 'automation-stack.yml'), text);

  it('is in a directory or in a bucket, told the same from everywhere', () => {
    expect(
      absoluteNeeds(
        {
          needs: { mail: '../mail', auth: 's3://delivery', pay: '/srv/pay' },
          directory: '/work/shop',
        },
        stores,
      ),
    ).to.deep.equal({ auth: 's3://delivery', mail: '/work/mail', pay: '/srv/pay' });
    expect(Object.keys(absoluteNeeds({ needs: { b: 'x', a: 'x' }, directory: '/' }, stores))).to.deep.equal([
      'a',
      'b',
    ]);
    expect(['x', 's3://x'].map((location) => folderOf(stores, location, '/w'))).to.deep.equal([
      '/w/x',
      undefined,
    ]);
  });

  it('says where its releases are, what it needs, and which environments it has', async () => {
    project(
      'application: auth\nstate: { location: ledger }\nneeds: { mail: ../mail }\nenvironments: { staging: {} }\nunknown: 5\n',
    );
    expect(await readProject(directory, stores)).to.deep.equal({
      application: 'auth',
      file: join(directory, 'automation-stack.yml'),
      location: join(directory, 'ledger'),
      environments: ['staging'],
      needs: { mail: join(directory, '../mail') },
    });
  });

  it('says so too where it says nothing but its name', async () => {
    project('application: auth\nstate:\nneeds:\nenvironments:\n');
    expect(await readProject(directory, stores)).to.deep.include({
      application: 'auth',
      location: join(directory, '.automation-stack'),
      environments: [],
      needs: {},
    });
  });

  it('is none where there is no file', async () => {
    expect(await readProject(directory, stores)).to.equal(undefined);
    expect(await readProject(join(directory, 'none'), stores)).to.equal(undefined);
  });

  for (const [how, text, evidence] of [
    ['it is no YAML', 'application: [', /^\d+:\d+ /],
    ['its name is none', 'application: Auth\n', /^application: /],
    ['it is empty', '', /^application: /],
    [
      'its place is a reference',
      'application: auth\nstate: { location: "${env:X}" }\n',
      /^state\.location: /,
    ],
  ] as const)
    it(`cannot be told where ${how}`, async () => {
      project(text);
      const error = await rejection(readProject(directory, stores), 'CONFIG_INVALID');
      expect(error.evidence[0]).to.match(evidence);
      expect(error.where).to.equal(join(directory, 'automation-stack.yml'));
      expect(error.next).to.equal(`node runner config check -C ${directory}`);
    });

  it('cannot be told where its file cannot be read', async () => {
    mkdirSync(join(directory, 'automation-stack.yml'));
    const error = await rejection(readProject(directory, stores), 'CONFIG_INVALID');
    expect(error.message).to.contain('it is a directory');
    expect(error.where).to.equal(join(directory, 'automation-stack.yml'));
  });

  it('is recorded by the place of its releases, and as it is written where that cannot be told', async () => {
    const needs = { auth: 'auth', mail: 'mail', pay: 's3://delivery', broken: 'broken' };
    for (const name of ['auth', 'broken']) mkdirSync(join(directory, name));
    writeFileSync(
      join(directory, 'auth/automation-stack.yml'),
      'application: auth\nstate: { location: s3://b/auth }\n',
    );
    writeFileSync(join(directory, 'broken/automation-stack.yml'), '[');
    expect(await recordedNeeds({ needs, directory }, stores)).to.deep.equal({
      auth: 's3://b/auth',
      broken: join(directory, 'broken'),
      mail: join(directory, 'mail'),
      pay: 's3://delivery',
    });
  });
});
