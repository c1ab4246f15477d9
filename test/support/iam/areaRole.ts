import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlanJson } from '../../../runner/src/infrastructure/rules/planSummary.js';
import type { Workbench } from '../terraform/workbench.js';
import type { PolicyDocument } from './evaluate.js';

const AREAS =
  'network compute containers load-balancing registry database storage dns cdn monitoring secrets images identity';

/** The policies of an apply role of every area, as the module iam-roles makes them for a deployment of some names. */
export async function applyRole(
  bench: Workbench,
  name: string,
  names: readonly string[],
  id: string,
): Promise<readonly PolicyDocument[]> {
  const directory = 'modules/iam-roles';
  const folder = `of-${id}`;
  await mkdir(join(bench.directory, directory, folder), { recursive: true });
  const role = {
    kind: 'apply',
    trust: { by: 'principals', principals: ['arn:aws:iam::111111111111:role/agent'] },
    may: { areas: AREAS.split(' '), names },
  };
  await writeFile(
    join(bench.directory, directory, folder, 'role.tftest.hcl'),
    [
      'mock_provider "aws" {\n  source = "../../mocks"\n}\n',
      `variables {\n  name  = ${JSON.stringify(name)}\n  roles = { apply = ${JSON.stringify(role)} }\n}\n`,
      'run "plan" {\n  command = plan\n}\n',
    ].join('\n'),
  );
  await bench.terraform(directory, 'init', '-backend=false', '-input=false', `-test-directory=${folder}`);
  const { stdout, stderr } = await bench.terraform(
    directory,
    ...['test', '-json', '-verbose', `-test-directory=${folder}`],
  );
  const plan = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => (JSON.parse(line) as { readonly test_plan?: PlanJson }).test_plan)
    .find((one) => one !== undefined);
  if (plan === undefined) throw new Error(`${stderr}\n${stdout}`);
  return (plan.resource_changes ?? []).flatMap(({ type, change }) => {
    const { policy } = (change.after ?? {}) as { readonly policy?: string };
    return type === 'aws_iam_policy' && policy !== undefined ? [JSON.parse(policy) as PolicyDocument] : [];
  });
}
