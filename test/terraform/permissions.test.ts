import { expect } from 'chai';
import { plannedResources } from '../../runner/src/iam/rules/planned.js';
import { policyOf, type PolicyDocument } from '../../runner/src/iam/rules/policyDocument.js';
import type { Planned } from '../../runner/src/iam/rules/terraform/resource.js';
import { terraformGrants } from '../../runner/src/iam/rules/terraform/grants.js';
import { applyRole } from '../support/iam/areaRole.js';
import { askedOf, type Asked } from '../support/iam/asked.js';
import { evaluate, isAbout } from '../support/iam/evaluate.js';
import { misfits } from '../support/iam/fits.js';
import { planRoot, type PlannedRoot } from '../support/iam/plannedRoot.js';
import { readReference } from '../support/iam/reference.js';
import { grammarFaults } from '../support/iamGrammar.js';
import { readRoots } from '../support/terraform/rootCheck.js';
import { openWorkbench, type Workbench } from '../support/terraform/workbench.js';

const place = { region: 'eu-west-1', account: '111111111111' };
const reference = readReference();
const roots = await readRoots();
/** Services whose ARNs hold names, not ids that AWS chooses. */
const NAMED = /^arn:aws:(?:cloudwatch|ecr|iam|kms|s3|secretsmanager|sns):/;

/** The policy that `iam-policy --command apply` prints of a first plan, and all that the apply will ask. */
function ofRoot({ plan, things }: PlannedRoot): {
  readonly policy: PolicyDocument;
  readonly asked: readonly Asked[];
  readonly resources: readonly Planned[];
} {
  const looked = things.filter(({ mode }) => mode === 'data');
  const resources = plannedResources({
    ...plan,
    prior_state: { values: { root_module: { resources: looked } } },
  });
  const policy = policyOf(terraformGrants(place, resources, 'change').grants);
  return { policy, resources, asked: resources.flatMap((one) => askedOf(place, one, resources, reference)) };
}

/** Keys that a service works with in the caller's name: its condition says through which. */
const VIA_SERVICE = /^kms:(?:CreateGrant|Decrypt|GenerateDataKey)$/;
/** What the plan does not tell is called after the deployment, where it is not AWS that chooses. */
const ourName = (arn: string, own: string) =>
  /^arn:aws:(?:application-autoscaling|cloudwatch|ecs|elasticloadbalancing|iam|s3|sns):/.test(arn)
    ? arn.replaceAll('x-0a1b2c3d', own).replace('main/shop', `${own}/${own}`)
    : arn.replace('GroupName/shop', `GroupName/${own}`);
/** What is taken off a role is a policy of the deployment. */
const attached = ({ action, context }: Asked, own: string): Pick<Asked, 'context'> =>
  /^iam:(?:Attach|Detach)RolePolicy$/.test(action) && context === undefined
    ? { context: { 'iam:PolicyARN': `arn:aws:iam::111111111111:policy/${own}` } }
    : context === undefined
      ? {}
      : { context };

const told = ({ of, action, resource, context }: Asked) =>
  `${of}: ${action} on ${resource}${context === undefined ? '' : ` with ${JSON.stringify(context)}`}`;

describe('what applying the examples is allowed', function () {
  this.timeout(600_000);
  let bench: Workbench;

  before(async () => {
    bench = await openWorkbench();
  });
  after(() => bench?.close());

  for (const root of roots)
    describe(root.name, () => {
      const planned = new Map<string, ReturnType<typeof ofRoot>>();

      before(async () => {
        for (const one of await planRoot(bench, root)) planned.set(one.environment, ofRoot(one));
      });

      for (const environment of root.environments) {
        const of = () => planned.get(environment) as ReturnType<typeof ofRoot>;

        it(`${environment}: all that is asked, on the ARNs that things will have`, () => {
          const { policy, asked } = of();
          expect(asked.length).to.be.greaterThan(50);
          const denied = asked.filter((one) => evaluate([policy], one) !== 'allowed').map(told);
          expect([...new Set(denied)]).to.deep.equal([]);
        });

        it(`${environment}: nothing that is not asked`, () => {
          const { policy, asked } = of();
          const unused = policy.Statement.flatMap((statement) => [
            ...statement.Action.filter(
              (action) => !asked.some((one) => isAbout({ ...statement, Action: action }, one)),
            ),
            ...statement.Resource.filter(
              (resource) =>
                NAMED.test(resource) &&
                !asked.some((one) => isAbout({ ...statement, Resource: resource }, one)),
            ),
          ]);
          expect(unused).to.deep.equal([]);
        });

        it(`${environment}: no role of others can be changed, made or handed on`, () => {
          const resource = 'arn:aws:iam::111111111111:role/administrator';
          const services = ['ec2', 'ecs', 'ecs-tasks', 'events', 'monitoring.rds', 'vpc-flow-logs'];
          for (const action of ['CreateRole', 'PutRolePolicy', 'AttachRolePolicy', 'UpdateAssumeRolePolicy'])
            expect(evaluate([of().policy], { action: `iam:${action}`, resource }), action).to.equal('denied');
          for (const service of services) {
            const context = { 'iam:PassedToService': `${service}.amazonaws.com` };
            expect(evaluate([of().policy], { action: 'iam:PassRole', resource, context }), service).to.equal(
              'denied',
            );
          }
        });

        it(`${environment}: the apply role that iam-roles makes may all of it`, async () => {
          const { asked } = of();
          // What a deployment makes begins with its name, or with the part of it that is the application's.
          const name = root.name.replace(/-ecs$/, '');
          const policies = await applyRole(
            bench,
            root.config.application,
            [name, `${name}-*`, `${name}/*`],
            `${root.name}-${environment}`,
          );
          const own = `${name}-x`;
          const denied = asked
            // A boundary is asked for only where the module was given one; a test of its own has it.
            .filter(({ action }) => !action.endsWith('PermissionsBoundary'))
            .map((one) => ({ ...one, resource: ourName(one.resource, own), ...attached(one, own) }))
            .filter((one) => evaluate(policies, one) !== 'allowed')
            .filter(({ action, context }) => !VIA_SERVICE.test(action) || context !== undefined);
          expect([...new Set(denied.map(told))]).to.deep.equal([]);
        });

        it(`${environment}: in a form that IAM takes and that means something`, () => {
          expect(grammarFaults(of().policy)).to.deep.equal([]);
          expect(misfits(of().policy, reference)).to.deep.equal([]);
        });
      }
    });
});
