import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BatchGetImageCommand, DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { expect } from 'chai';
import type { PruneItem } from '../../../runner/src/domain/retention.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { Project } from '../../support/project.js';

const SERVE = "mkdir -p /www; echo ok > /www/health; trap 'exit 0' TERM; httpd -f -p 8000 -h /www & wait\n";

interface Looked {
  readonly items: readonly PruneItem[];
  readonly retiring: readonly string[];
  readonly deleted?: readonly PruneItem[];
}

/** Real releases on the emulator: pushed, deployed, pruned and gone back to. */
describe('pruning what deploys have left', function () {
  this.timeout(180_000);
  const id = randomBytes(3).toString('hex');
  const projects: Project[] = [];
  const repository = `test-${id}/web`;

  function project(application: string, more = ''): Project {
    const made = Project.of({
      'automation-stack.yml': `application: ${application}
images:
  web: { context: ., repository: ${repository} }
environments:
  staging:
    aws: { region: eu-west-1 }
    targets:
      web:
        kind: ecs-service
        cluster: prune-${id}
        service: ${application}
        image: web
        health: { path: /health, for: 1s }
retention: { releases: { keep: 2, for: 0s }${more} }
`,
      'serve.sh': SERVE,
    });
    made.write(
      'Dockerfile',
      `FROM ${made.env['AUTOMATION_STACK_BASE_BUSYBOX']}\nCOPY serve.sh /serve.sh\nCMD ["sh", "/serve.sh"]\n`,
    );
    made.commit('feat: serve');
    projects.push(made);
    return made;
  }

  const ecr = ({ env }: Project) =>
    new ECRClient({
      endpoint: env['AWS_ENDPOINT_URL'] as string,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  async function digests(of: Project): Promise<readonly string[]> {
    const { imageDetails = [] } = await ecr(of).send(
      new DescribeImagesCommand({ repositoryName: repository }),
    );
    return imageDetails.map(({ imageDigest }) => imageDigest as string);
  }
  async function release(of: Project, name: string): Promise<ReleaseRecord> {
    of.write('serve.sh', `# ${name} ${id}\n${SERVE}`);
    of.commit(`feat: ${name}`);
    await of.expect(0, 'deploy', '--env', 'staging');
    const [newest] = await of
      .json<{ releases: ReleaseRecord[] }>('history', '--releases', '--limit', '1')
      .then((found) => (Array.isArray(found) ? (found as ReleaseRecord[]) : found.releases));
    return newest as ReleaseRecord;
  }
  const digestOf = ({ images }: ReleaseRecord) => images['web']?.digest as string;

  const shop = `shop-${id}`;
  let own: Project;
  const made: ReleaseRecord[] = [];
  before(async () => {
    own = project(shop);
    await own.expect(0, 'local', 'create', 'ecs-service', shop, `cluster=prune-${id}`);
    for (const name of ['one', 'two', 'three', 'four']) made.push(await release(own, name));
  });
  after(async () => {
    await own.run('local', 'delete', 'ecs-service', shop, `cluster=prune-${id}`);
    for (const one of projects.splice(0)) one.remove();
  });

  it('shows what goes and what stays, and why, and changes nothing', async () => {
    const before = await digests(own);
    const { items, retiring } = await own.json<Looked>('prune', '--env', 'staging', '--dry-run');
    const going = items.filter(({ kind, goes }) => kind === 'images' && goes).map(({ id: digest }) => digest);
    expect(going).to.deep.equal([digestOf(made[0] as ReleaseRecord)]);
    expect(retiring).to.deep.equal([made[0]?.version]);
    expect(items.find(({ id: digest }) => digest === digestOf(made[3] as ReleaseRecord))?.why).to.match(
      /runs in staging/,
    );
    expect(await digests(own)).to.have.members([...before]);
  });

  it('asks before it deletes, and where nobody can be asked it deletes nothing', async () => {
    const before = await digests(own);
    const { stderr } = await own.expect(1, 'prune', '--env', 'staging');
    expect(stderr).to.match(/--yes/);
    expect(await digests(own)).to.have.members([...before]);
  });

  it('refuses while somebody has the lock of an environment', async () => {
    await own.expect(0, 'lock', 'acquire', '--env', 'staging', '--for', '5m', '--reason', 'test');
    const before = await digests(own);
    await own.expect(4, 'prune', '--env', 'staging', '--yes');
    await own.expect(0, 'lock', 'release', '--env', 'staging', '--force');
    expect(await digests(own)).to.have.members([...before]);
  });

  it('deletes the image and the release that nothing needs, says so in history, and has nothing to do again', async () => {
    const { deleted } = await own.json<Looked>('prune', '--env', 'staging', '--yes');
    expect(deleted?.filter(({ kind }) => kind === 'images').map(({ id: digest }) => digest)).to.deep.equal([
      digestOf(made[0] as ReleaseRecord),
    ]);
    expect(await digests(own)).not.to.include(digestOf(made[0] as ReleaseRecord));
    const { stdout } = await own.expect(0, 'history', '--env', 'staging', '--changes');
    expect(stdout).to.match(/prune.*1 image.*deleted/);
    const again = await own.json<Looked>('prune', '--env', 'staging', '--yes');
    expect(again.deleted).to.deep.equal([]);
  });

  it('leaves what a rollback goes back to', async () => {
    await own.expect(0, 'rollback', '--env', 'staging');
    const { stdout } = await own.expect(0, 'status', '--env', 'staging');
    expect(stdout).to.include(made[2]?.version);
  });

  it('builds a pruned content anew, and does not take it for pushed', async () => {
    const { commit } = made[0] as ReleaseRecord;
    own.git('checkout', '--quiet', commit);
    await own.expect(0, 'push', '--env', 'staging');
    own.git('checkout', '--quiet', 'develop');
    expect(await digests(own)).to.have.length.greaterThan(3);
  });

  it('leaves a repository alone that holds images of somebody whom the configuration does not name', async () => {
    const admin = project(`admin-${id}`);
    admin.write('serve.sh', `# admin ${id}\n${SERVE}`);
    admin.commit('feat: admin');
    await admin.expect(0, 'push');
    await release(own, 'five');
    await release(own, 'six');
    const { items } = await own.json<Looked>('prune', '--env', 'staging', '--dry-run', '--only', 'images');
    expect(items.filter(({ goes }) => goes)).to.deep.equal([]);
    expect(items.map(({ why }) => why).join('\n')).to.match(
      /somebody else uses test-.*retention\.shared-with/,
    );
    // Named, its images stay and ours go.
    own.write(
      'automation-stack.yml',
      own
        .read('automation-stack.yml')
        .replace('0s } }', `0s }, shared-with: { admin-${id}: ${admin.directory} } }`),
    );
    own.commit('chore: name who shares the repository');
    const named = await own.json<Looked>('prune', '--env', 'staging', '--dry-run', '--only', 'images');
    expect(named.items.filter(({ goes }) => goes)).to.have.length.greaterThan(0);
    expect(named.items.filter(({ why }) => why.includes(`admin-${id} has it`))).to.have.length(1);
    await own.expect(0, 'prune', '--env', 'staging', '--yes', '--only', 'images');
    const [ours] = await admin.json<ReleaseRecord[]>('history', '--releases');
    const { images } = await ecr(own).send(
      new BatchGetImageCommand({
        repositoryName: repository,
        imageIds: [{ imageDigest: digestOf(ours as ReleaseRecord) }],
      }),
    );
    expect(images).to.have.length(1);
  });

  it('refuses a place of records where nothing is recorded', async () => {
    const empty = join(own.directory, 'nowhere');
    mkdirSync(empty);
    own.write(
      'automation-stack.yml',
      own.read('automation-stack.yml').replace(/admin-\w+: \S+/, `nobody: ${empty}`),
    );
    const { stderr } = await own.run('prune', '--env', 'staging', '--dry-run');
    expect(stderr).to.match(/nobody has no release/);
  });
});
