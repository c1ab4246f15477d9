import type { FleetConfig } from '../../runner/src/delivery/targets/fleet/schema.js';
import { expect } from 'chai';
import * as z from 'zod';
import { selectEnvironment } from '../../runner/src/config/selectEnvironment.js';
import { referencesIn } from '../../runner/src/config/referencesIn.js';
import { hostsFromOutput } from '../../runner/src/hosts/rules/inventoryHosts.js';
import { checkRoot, outputAt, readRoots, type RootResult } from '../support/terraform/rootCheck.js';
import { runKey } from '../support/terraform/testEvents.js';
import { openWorkbench, type Workbench } from '../support/terraform/workbench.js';

const arn = z.string().regex(/^arn:aws[a-z-]*:/);
/** The forms of docs/infrastructure.md, beside that of `hosts`, which the inventory itself checks. */
const stackOutputs: Readonly<Record<string, z.ZodType>> = {
  cluster: z.string().regex(/^[A-Za-z0-9_-]+$/),
  services: z.record(
    z.string(),
    z.strictObject({ name: z.string(), container: z.string(), family: z.string() }),
  ),
  target_group: z.string().min(1),
  target_groups: z.record(
    z.string(),
    z.union([
      arn,
      z.strictObject({ blue: arn, green: arn, rules: z.strictObject({ main: arn, test: arn.nullable() }) }),
    ]),
  ),
  registry: z.string().regex(/^[a-z0-9.:-]+$/),
  artifacts: z.string().regex(/^s3:\/\/[a-z0-9.-]+\/[^/]/),
  launch_template: z.strictObject({ id: z.string(), version: z.string() }),
  url: z.url(),
};

const roots = await readRoots();
const words = (name: string) => name.replaceAll('_', ' ');
const lines = (findings: readonly { text: string }[]) => findings.map(({ text }) => text).join('\n');

describe('terraform roots of the examples', function () {
  this.timeout(900_000);
  let bench: Workbench;

  before(async () => {
    bench = await openWorkbench();
  });
  after(() => bench?.close());

  for (const root of roots) {
    describe(root.name, () => {
      let result: RootResult;

      before(async () => {
        result = await checkRoot(bench, root);
      });

      it('has the files that every deployment has', () => {
        expect(root.missing).to.deep.equal([]);
      });

      it('keeps its state in S3, locked by a file beside it, and apart from other deployments', () => {
        expect(root.backend).to.match(/^backend "s3" \{/);
        expect(root.backend).to.match(/use_lockfile\s+= true/);
        expect(root.backend).to.match(new RegExp(`key\\s+= "${root.name}/`));
        expect(root.backend).to.match(new RegExp(`workspace_key_prefix\\s+= "${root.name}"`));
      });

      // With `encrypt` alone the backend asks for AES256, whatever key the bucket encrypts with by itself.
      it('leaves the encryption of its state to the bucket, or names the key', () => {
        if (/^\s*encrypt\s*=/m.test(root.backend)) expect(root.backend).to.match(/^\s*kms_key_id\s*=/m);
      });

      it('is valid, without a warning', () => {
        expect(lines(result.valid)).to.equal('');
      });

      for (const environment of root.environments) {
        const { config } = selectEnvironment(root.config, environment);

        it(`${environment} can be applied with its variables`, () => {
          expect(lines(result.applied.get(environment) ?? [{ text: 'was not applied' }])).to.equal('');
        });

        it(`${environment} has every output that automation-stack.yml refers to`, () => {
          const outputs = result.outputs.get(environment);
          const referred = referencesIn(config)
            .filter(({ kind, name }) => kind === 'output' && !name.includes('/'))
            .map(({ name }) => name);
          const missing = referred.filter((name) => (outputAt(outputs, name) ?? null) === null);
          expect(missing, `there are ${Object.keys(outputs ?? {}).join(', ')}`).to.deep.equal([]);
        });

        it(`${environment} gives its stack outputs in the forms that they have everywhere`, () => {
          const outputs = result.outputs.get(environment) ?? {};
          for (const [name, form] of Object.entries(stackOutputs))
            if (name in outputs)
              expect(form.safeParse(outputs[name]).error?.issues, name).to.equal(undefined);
        });

        const fleets = Object.values(config.targets).filter(
          (target): target is FleetConfig => target.kind === 'fleet',
        );
        if (root.outputs.includes('hosts') || fleets.length > 0)
          it(`${environment} tells the runner its hosts in the form that the inventory takes`, () => {
            const hosts = hostsFromOutput(result.outputs.get(environment)?.['hosts'], {
              source: 'output "hosts"',
              groups: [],
            });
            expect(hosts).not.to.be.empty;
            for (const { group } of fleets) expect(hosts.flatMap(({ groups }) => groups)).to.include(group);
          });
      }

      for (const [file, runs] of Object.entries(root.runs))
        for (const run of runs)
          it(`${file}: ${words(run)}`, () => {
            const outcome = result.runs.get(runKey(file, run));
            expect(outcome?.status ?? 'did not run', lines(outcome?.findings ?? [])).to.equal('pass');
          });
    });
  }
});
