import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { planResult } from '../support/terraform/replacementCheck.js';
import { openPlanningBench, type Workbench } from '../support/terraform/workbench.js';

/** By example: the name of the module's call in it. */
const examples = {
  'modules/artifact-bucket/examples/two-applications': 'artifact_bucket',
  'modules/state-backend/examples/one-account': 'state_backend',
};
/** What stands in an inner module now and stood in the module itself until 0.3.0. */
const inner = /\.module\.bucket\["main"\]\.(aws_s3_bucket\w*\.this)/;

describe('what an earlier version of a module made', function () {
  this.timeout(300_000);
  let bench: Workbench;
  before(async () => {
    bench = await openPlanningBench();
  });
  after(() => bench?.close());

  for (const [example, call] of Object.entries(examples))
    it(`stays as it is under its new address: ${example}`, async () => {
      const terraform = async (...words: string[]) => {
        const { code, stdout, stderr } = await bench.terraform(example, ...words);
        expect(code, stdout + stderr).to.equal(0);
        return stdout;
      };
      await writeFile(
        join(bench.directory, example, 'logs_override.tf'),
        `module "${call}" {\n  access_logs = { bucket = "logs" }\n}\n`,
      );
      await terraform('init', '-input=false', '-no-color');
      await terraform('apply', '-auto-approve', '-input=false', '-json');
      const moved = (await terraform('state', 'list')).split('\n').filter((address) => inner.test(address));
      expect(moved).to.have.length(7);
      for (const address of moved)
        await terraform('state', 'mv', address, `module.${call}.${inner.exec(address)?.[1]}["main"]`);
      const { changes, errors } = planResult(await terraform('plan', '-input=false', '-json'));
      expect(errors).to.deep.equal([]);
      expect(changes.map(({ action, address }) => `${action} ${address}`)).to.have.members(
        moved.map((address) => `move ${address}`),
      );
    });
});
