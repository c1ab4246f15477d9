import { expect } from 'chai';
import { directoryRuntime } from '../../../../../../runner/src/delivery/targets/fleet/directories/directoryRuntime.js';
import type { FleetWorld } from '../../../../../../runner/src/delivery/targets/fleet/dependencies.js';
import { fleetSchema, playbookOf } from '../../../../../../runner/src/delivery/targets/fleet/schema.js';
import type { ReleaseRecord } from '../../../../../../runner/src/domain/records.js';
import { rejection } from '../../../../../support/rejection.js';

const settings = { kind: 'fleet', group: 'web', strategy: 'symlink', artifact: 'app' };
const digest = `sha256:${'ab'.repeat(32)}`;
const artifact = { bucket: 'b', key: 'k', digest, sizeBytes: 1, inputs: digest };
const release = (version: string) =>
  ({
    version,
    commit: 'c0ffee',
    branch: 'main',
    images: {},
    artifacts: { app: artifact },
  }) as unknown as ReleaseRecord;
const issues = (more: Record<string, unknown>) =>
  (fleetSchema.safeParse({ ...settings, ...more }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  );

describe('a release in a directory', () => {
  const world = (more: Record<string, unknown> = {}, own: Partial<FleetWorld> = {}): FleetWorld =>
    ({
      ...{ name: 'web', application: 'shop', environmentName: 'staging' },
      config: fleetSchema.parse({ ...settings, ...more }),
      ...own,
    }) as FleetWorld;
  const wanted = (more: Record<string, unknown> = {}, version = '1.0.0') =>
    directoryRuntime(world(more)).wanted(release(version));

  it('is the same under another version, and another with other content, settings or variables', async () => {
    const { definition, image } = await wanted();
    expect(definition).to.match(/^[0-9a-f]{40}$/);
    expect(image).to.equal(`/srv/shop-web/releases/${definition}`);
    expect((await wanted({}, '1.0.1')).definition).to.equal(definition);
    const others = [
      { environment: { A: 'b' } },
      { shared: ['storage'] },
      { prepare: ['make'] },
      { owner: 'www-data' },
      { vars: { x: 1 } },
    ];
    const all = await Promise.all(others.map(async (more) => (await wanted(more)).definition));
    expect(new Set([definition, ...all]).size).to.equal(others.length + 1);
  });

  it('does not change with what only restarts and judges it', async () => {
    const { definition } = await wanted();
    const same = await wanted({
      unit: 'shop.service',
      restart: ['true'],
      keep: 3,
      health: { path: '/health' },
    });
    expect(same.definition).to.equal(definition);
  });

  it('is brought from the checked file, which is removed when it is there', async () => {
    const removed: string[] = [];
    const fetchArtifact = async () => ({
      file: '/tmp/app.tar.gz',
      remove: async () => void removed.push('file'),
    });
    const runtime = directoryRuntime(world({}, { fetchArtifact }));
    const { variables, objects, done } = await runtime.fetching(
      await runtime.wanted(release('1.0.0')),
      new AbortController().signal,
    );
    expect(variables).to.include({
      release_directory_state: 'fetched',
      release_directory_file: '/tmp/app.tar.gz',
      release_directory_sha256: 'ab'.repeat(32),
    });
    // A host that runs the playbook itself gets the very object from S3.
    const object = { bucket: 'b', key: 'k', sha256: 'ab'.repeat(32) };
    expect(objects).to.deep.equal([{ variable: 'release_directory_file', file: 'app.tar.gz', ...object }]);
    await done();
    expect(removed).to.deep.equal(['file']);
  });

  it('is refused where the release has no such artifact', async () => {
    const { message } = await rejection(wanted({ artifact: 'other' }), 'RELEASE_UNKNOWN');
    expect(message).to.equal('release 1.0.0 has no artifact "other"');
  });

  it('is watched by its unit, where it has one', () => {
    expect(directoryRuntime(world()).restartCount).to.equal(undefined);
    expect(directoryRuntime(world({ unit: 'shop.service' })).restartCount?.join(' ')).to.equal(
      'systemctl show --property NRestarts --value shop.service',
    );
  });
});

describe('the settings of a fleet with strategy: symlink', () => {
  it('have a playbook of their own', () => {
    expect(playbookOf(fleetSchema.parse(settings))).to.equal('deploy-symlink.yml');
    expect(playbookOf(fleetSchema.parse({ ...settings, playbook: 'own.yml' }))).to.equal('own.yml');
  });

  it('need an artifact, and refuse what only containers have', () => {
    expect(issues({ artifact: undefined })).to.deep.equal([
      'artifact is missing: `strategy: symlink` runs an artifact',
    ]);
    expect(issues({ image: 'web', registry: 'r' })).to.deep.equal([
      'image goes without `strategy: symlink`',
      'registry goes without `strategy: symlink`',
    ]);
    expect(issues({ shared: ['../data'] })).to.deep.equal(['shared.0 must be a path in the release']);
  });

  it('are refused for containers', () => {
    const container = { strategy: 'container', artifact: undefined, image: 'web' };
    expect(issues(container)).to.deep.equal([]);
    expect(issues({ ...container, shared: ['storage'], keep: 3 })).to.deep.equal([
      'shared goes with `strategy: symlink`',
      'keep goes with `strategy: symlink`',
    ]);
    expect(issues({ ...container, image: undefined })[0]).to.match(/^image is missing/);
  });
});
