import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { calls, type CallName, type CallRow } from '../../../../runner/src/iam/rules/calls.js';
import type { StorePhase } from '../../../../runner/src/domain/permissions.js';
import { forms } from '../../../../runner/src/iam/rules/resourceNames.js';
import { POLICY_LIMIT, policyOf, policySize } from '../../../../runner/src/iam/rules/policyDocument.js';
import { actionsIn, terraformGrants } from '../../../../runner/src/iam/rules/terraform/grants.js';
import { terraformTypes } from '../../../../runner/src/iam/rules/terraform/types.js';
import {
  callsOf as allCallsOf,
  grantsOf,
  parts,
  verbs,
  type Part,
  type Verb,
} from '../../../../runner/src/iam/rules/verbs.js';
import { allCommands } from '../../../../runner/src/commands/registry.js';
import { partsOf, ROLE_LIMIT } from '../../../../runner/src/iam/rules/policyParts.js';
import { grammarFaults, isAction } from '../../../support/iamGrammar.js';
import { names } from '../../../support/iam/policyNames.js';
import { storePermissions, targetPermissions } from '../../../support/iam/targetPermissions.js';
import { filesIn } from '../../../support/files.js';

const callsOf = (verb: Verb, has: (part: Part | StorePhase) => boolean = () => true) =>
  allCallsOf(verb, { has, targets: targetPermissions, stores: storePermissions });

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const rows = Object.entries(calls) as [CallName, CallRow][];
const WRITES =
  /:(?:Create|Delete|Put|Update|Modify|Register|Deregister|Run|Stop|Tag|Upload|Complete|Initiate|Pass|Attach)/;

/** SDK commands that the runner's own code makes, as `service:Name`. */
function commandsInCode(): readonly string[] {
  const adapters = join(root, 'runner/src/adapters/aws');
  // A name may be a command of several services (`DescribeImages`): the file that makes it says which it loads.
  const services = new Map<string, string[]>();
  const loaders = new Map<string, string>();
  for (const file of filesIn(join(adapters, 'sdk'))) {
    const text = readFileSync(file, 'utf8');
    const client = /from '@aws-sdk\/client-([\w-]+)'/.exec(text)?.[1] as string;
    const service =
      {
        'cloudwatch-logs': 'logs',
        'application-auto-scaling': 'application-autoscaling',
        'auto-scaling': 'autoscaling',
        eventbridge: 'events',
        'elastic-load-balancing-v2': 'elasticloadbalancing',
        'secrets-manager': 'secretsmanager',
        'service-quotas': 'servicequotas',
      }[client] ?? client;
    loaders.set(service, `sdk.${basename(file, 'Sdk.ts')}()`);
    for (const [, name] of text.matchAll(/(\w+)Command\b/g))
      services.set(name as string, [...(services.get(name as string) ?? []), service]);
  }
  const made = filesIn(join(root, 'runner/src'))
    .filter((file) => !file.includes('/runner/src/local/'))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      return [...text.matchAll(/new (\w+)Command\(/g)].flatMap(([, name]) => {
        const all = services.get(name as string) ?? ['unknown'];
        const own = all.length === 1 ? all : all.filter((one) => text.includes(loaders.get(one) as string));
        return own.map((service) => `${service}:${name as string}`);
      });
    });
  return [...new Set(made)].sort();
}

/** Changes that AWS offers no resource level for, which the test of its reference holds. */
const UNCONFINED = ['ecs:DeregisterTaskDefinition'];

describe('the table of calls', () => {
  it('has a row for every call of AWS that the code can make, and none that it cannot', () => {
    const own = rows.filter(([name, { by }]) => by === 'runner' && /:[A-Z]/.test(name)).map(([name]) => name);
    expect(commandsInCode()).to.deep.equal(own.sort());
  });

  it('imports nothing of an SDK that it does not send', () => {
    const imported = filesIn(join(root, 'runner/src/adapters/aws/sdk')).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(\w+)Command\b/g)].map(([, name]) => name as string),
    );
    expect(imported.sort()).to.deep.equal(
      commandsInCode()
        .map((name) => name.split(':')[1] as string)
        .sort(),
    );
  });

  for (const [name, row] of rows) {
    it(`says of ${name} what is allowed on what, and why where it is on everything`, () => {
      for (const { actions, on, because } of row.needs) {
        expect(actions.filter((action) => !isAction(action))).to.deep.equal([]);
        expect(forms).to.have.property(on);
        expect(on === 'any').to.equal(because !== undefined);
        const writes = actions.filter((action) => WRITES.test(action) && !UNCONFINED.includes(action));
        if (on === 'any') expect(writes).to.deep.equal([]);
      }
      if (row.by !== 'runner') expect(row.unmade).to.be.a('string');
    });
  }

  it('leaves out no call: each belongs to a verb', () => {
    const used = new Set<string>([
      ...Object.values(parts).flat(),
      ...[...targetPermissions, ...storePermissions].flatMap((permission) => permission.calls),
    ]);
    expect(rows.map(([name]) => name).filter((name) => !used.has(name))).to.deep.equal([]);
  });

  it('has every command that asks AWS for something', async () => {
    const verbsThere = new Set((await allCommands()).map(({ name }) => name.split(' ')[0] as string));
    expect(Object.keys(verbs).filter((verb) => !verbsThere.has(verb))).to.deep.equal([]);
    // These read the configuration, or files of an earlier run, and nothing else.
    const silent = [
      'config',
      'stages',
      'iam-policy',
      'report',
      'local',
      'tools',
      'conclude',
      'echo',
      'complete',
      'completion',
    ];
    expect([...verbsThere].filter((verb) => !silent.includes(verb)).sort()).to.deep.equal(
      Object.keys(verbs).sort(),
    );
  });

  for (const verb of Object.keys(verbs) as Verb[]) {
    it(`makes a policy for ${verb} that IAM takes`, () => {
      // With a distribution too, that of a run is a little longer than IAM takes: `iam-policy` divides it then.
      const grants = grantsOf({ ...names, distributions: [] }, callsOf(verb));
      const policy = policyOf(grants);
      expect(grammarFaults(policy)).to.deep.equal([]);
      // `iam-policy` gives what is longer as several.
      const parts = partsOf(policy);
      expect(parts.length).to.be.at.most(ROLE_LIMIT);
      for (const part of parts) expect(policySize(part)).to.be.at.most(POLICY_LIMIT);
      for (const { Action, Resource, Condition } of policy.Statement) {
        if (Resource[0] !== '*' || Condition !== undefined) continue;
        for (const action of Action)
          expect(
            grants.some((one) => one.because !== undefined && one.actions.includes(action)),
            action,
          ).to.equal(true);
      }
    });
  }

  it('lets nobody change what a verb only looks at', () => {
    for (const verb of ['status', 'history', 'output', 'env', 'inventory', 'needs'] as const) {
      const allowed = policyOf(grantsOf(names, callsOf(verb))).Statement.flatMap(({ Action }) => Action);
      expect(
        allowed.filter((action) => WRITES.test(action)),
        verb,
      ).to.deep.equal([]);
    }
    const promoting = grantsOf(
      names,
      callsOf('promote', (part) => part !== 'bring-images'),
    );
    const promotes = policyOf(promoting).Statement.flatMap(({ Action }) => Action);
    expect(promotes).not.to.include('ecr:PutImage').and.not.to.include('ecr:CreateRepository');
  });

  it('reads images where they come from and writes them where they are promoted to', () => {
    const source = { region: 'eu-west-1', account: '999999999999' };
    const { Statement } = policyOf(grantsOf({ ...names, source }, callsOf('promote')));
    const on = (action: string) =>
      Statement.find(({ Action }) => Action.includes(action))?.Resource.join(' ');
    expect(on('ecr:GetDownloadUrlForLayer')).to.contain('arn:aws:ecr:eu-west-1:999999999999:repository/');
    expect(on('ecr:CompleteLayerUpload')).not.to.contain('999999999999');
  });

  it('lets a role be assumed by its ARN, and nothing where there is none', () => {
    const assumed = ['arn:aws:iam::222222222222:role/delivery'];
    const allowed = policyOf(grantsOf({ ...names, assumed }, callsOf('status'))).Statement;
    expect(allowed.find(({ Action }) => Action.includes('sts:AssumeRole'))?.Resource).to.deep.equal(assumed);
    const without = policyOf(grantsOf({ ...names, assumed: [] }, callsOf('status'))).Statement;
    expect(without.some(({ Action }) => Action.includes('sts:AssumeRole'))).to.equal(false);
  });

  it('hands the roles of tasks, of requests, of schedules and of instances each to its own service alone', () => {
    const pass = policyOf(grantsOf(names, callsOf('deploy'))).Statement.filter(({ Action }) =>
      Action.includes('iam:PassRole'),
    );
    expect(pass.map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition }))).to.deep.equal([
      {
        Action: ['iam:PassRole'],
        Resource: [
          'arn:aws:iam::111111111111:role/shop-execution',
          'arn:aws:iam::111111111111:role/shop-task',
        ],
        Condition: { StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] } },
      },
      {
        Action: ['iam:PassRole'],
        Resource: ['arn:aws:iam::111111111111:role/shop-balancing'],
        Condition: { StringEquals: { 'iam:PassedToService': ['ecs.amazonaws.com'] } },
      },
      {
        Action: ['iam:PassRole'],
        Resource: ['arn:aws:iam::111111111111:role/shop-schedule'],
        Condition: { StringEquals: { 'iam:PassedToService': ['events.amazonaws.com'] } },
      },
      {
        Action: ['iam:PassRole'],
        Resource: ['arn:aws:iam::111111111111:role/shop-instance'],
        Condition: { StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com'] } },
      },
    ]);
  });

  it('gives the Terraform state of the workspace and its lock, and no other', () => {
    const { Statement } = policyOf(
      grantsOf(
        names,
        callsOf('apply', (part) => part === 'backend-apply'),
      ),
    );
    const on = (action: string) =>
      Statement.filter(({ Action }) => Action.includes(action)).flatMap(({ Resource }) => Resource);
    expect(on('s3:PutObject')).to.deep.equal([
      'arn:aws:s3:::acme-tf/env:/staging/shop',
      'arn:aws:s3:::acme-tf/env:/staging/shop.tflock',
    ]);
    expect(on('s3:DeleteObject')).to.deep.equal(['arn:aws:s3:::acme-tf/env:/staging/shop.tflock']);
    const plan = policyOf(
      grantsOf(
        names,
        callsOf('plan', (part) => part === 'backend-plan'),
      ),
    ).Statement;
    expect(
      plan.filter(({ Action }) => Action.includes('s3:PutObject')).flatMap(({ Resource }) => Resource),
    ).to.deep.equal(['arn:aws:s3:::acme-tf/env:/staging/shop.tflock']);
  });
});

describe('the table of Terraform types', () => {
  const used = ['modules', '../examples'].flatMap((folder) =>
    filesIn(join(root, 'terraform', folder))
      .filter((file) => file.endsWith('.tf'))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/^(?:resource|data) "(\w+)"/gm)].map(
          ([, type]) => type as string,
        ),
      ),
  );

  it('has a row for every type that the modules and the examples use', () => {
    expect([...new Set(used)].filter((type) => terraformTypes[type] === undefined).sort()).to.deep.equal([]);
  });

  for (const [type, row] of Object.entries(terraformTypes)) {
    it(`says of ${type} what reading and changing it takes`, () => {
      const named = [row.read, row.create, row.change, row.delete].flatMap(actionsIn);
      const { because, ...anywhere } = row.anywhere ?? { because: 'nothing' };
      const open = Object.values(anywhere).flatMap(actionsIn);
      expect([...named, ...open].filter((action) => !isAction(action))).to.deep.equal([]);
      expect(named.length > 0).to.equal((row.arns ?? []).length > 0);
      expect(because).not.to.equal('');
      const made = terraformGrants(
        names.place,
        [{ type, mode: 'managed', mayChange: true, values: {} }],
        'change',
      );
      expect(grammarFaults(policyOf(made.grants))).to.deep.equal([]);
      const seen = terraformGrants(
        names.place,
        [{ type, mode: 'data', mayChange: false, values: {} }],
        'change',
      );
      const looks = seen.grants.flatMap(({ actions }) => actions);
      expect(looks.filter((action) => WRITES.test(action))).to.deep.equal([]);
    });
  }
});
