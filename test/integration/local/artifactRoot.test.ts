import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { emulatorClient } from '../../../runner/src/local/awsTools.js';
import { createResource, deleteResource } from '../../../runner/src/local/resources.js';
import { localUp } from '../../../runner/src/local/up.js';
import { testLocalContext } from '../../support/localContext.js';
import { localVariables } from '../../support/project.js';

const run = promisify(execFile);

describe('the local root of s3-artifact', function () {
  this.timeout(120_000);
  const local = testLocalContext();
  const name = `t${randomBytes(4).toString('hex')}`;
  let scratch: string;

  before(async () => {
    await localUp(local);
    scratch = await mkdtemp(join(tmpdir(), 's3-artifact-'));
    await cp('examples/s3-artifact/terraform/local', scratch, {
      recursive: true,
      filter: (file) => !/\.terraform|tfstate/.test(file),
    });
    const main = join(scratch, 'main.tf');
    await writeFile(main, (await readFile(main, 'utf8')).replaceAll('"s3-artifact-', `"${name}-`));
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  it('makes bucket, launch template and load balancer once, and destroys them with all that came in since', async () => {
    const env = localVariables();
    const variables = ['-var=application_port=8080', '-var=health_path=/health', '-var-file=staging.tfvars'];
    const terraform = (verb: string, ...args: string[]) =>
      run('terraform', [verb, '-no-color', ...args, ...(verb === 'init' ? [] : variables)], {
        ...{ cwd: scratch, env },
      });
    await terraform('init', '-input=false');
    await terraform('apply', '-auto-approve');
    await terraform('plan', '-detailed-exitcode');
    const template = await createResource(local, 'launch-template', `${name}-staging`, []);
    expect(template['id']).to.match(/^lt-/);

    const s3 = new S3Client({ ...emulatorClient(local.settings), forcePathStyle: true });
    const Bucket = `${name}-artifacts`;
    for (const Body of ['one', 'two']) await s3.send(new PutObjectCommand({ Bucket, Key: 'app', Body }));
    const versions = () => s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect((await versions()).Versions).to.have.length(2);
    await terraform('destroy', '-auto-approve');
    expect(await versions().catch((error: Error) => error.name)).to.equal('NoSuchBucket');
    s3.destroy();
    for (const [kind, what] of [
      ['bucket', Bucket],
      ['launch-template', `${name}-staging`],
      ['load-balancer', `${name}-staging`],
    ] as const)
      expect(await deleteResource(local, kind, what, []), kind).to.equal(false);
  });
});
