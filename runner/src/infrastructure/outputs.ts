import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import { isAddress } from '../domain/resourceAddress.js';
import { parseExactJson } from '../base/exactJson.js';
import type { Outputs } from '../domain/outputValues.js';
import { isOutputs } from './rules/terraformJson.js';
import { toolJson } from '../base/toolJson.js';
import { terraformOutput, terraformStateList, type TerraformRoot } from './rules/terraformArguments.js';
import { terraformFailure } from './rules/terraformFailure.js';
import { openRoot } from './terraformRoot.js';
import { runTerraform } from './terraformRun.js';

/** Read once per process and environment: deploys, inventories and references all ask for them. */
const memory = new WeakMap<object, Map<string, Promise<Outputs>>>();

/**
 * The outputs of an environment's Terraform root by name.
 * @throws StackError OUTPUT_MISSING where the root was never applied (or destroyed), TERRAFORM_FAILED, TOOL_MISSING
 */
export async function readOutputs(
  context: Context,
  environment: NamedEnvironment,
): Promise<Record<string, unknown>> {
  const outputs = await describeOutputs(context, environment);
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
}

/**
 * The same with what Terraform says of each: views mask the sensitive ones, which are registered as secrets here.
 * @throws StackError OUTPUT_MISSING where the root was never applied (or destroyed), TERRAFORM_FAILED, TOOL_MISSING
 */
export function describeOutputs(context: Context, environment: NamedEnvironment): Promise<Outputs> {
  const known = memory.get(context) ?? new Map<string, Promise<Outputs>>();
  memory.set(context, known);
  const existing = known.get(environment.name);
  if (existing !== undefined) return existing;
  const fresh = read(context, environment);
  known.set(environment.name, fresh);
  // A failure is not remembered: an apply in this process may mend it.
  fresh.catch(() => known.delete(environment.name));
  return fresh;
}

/** Called after apply and destroy: what was read before is no longer true. */
export function forgetOutputs(context: object, environment: NamedEnvironment): void {
  memory.get(context)?.delete(environment.name);
}

/**
 * An output that a setting names as a whole, such as `inventory.output`.
 * @param setting key of the environment that names it, for the message
 * @throws StackError OUTPUT_MISSING, naming what there is
 */
export async function namedOutput(
  context: Context,
  environment: NamedEnvironment,
  name: string,
  setting: string,
): Promise<unknown> {
  const outputs = await readOutputs(context, environment);
  if (outputs[name] !== undefined) return outputs[name];
  throw new StackError(
    'OUTPUT_MISSING',
    `Terraform has no output "${name}".${didYouMean(name, Object.keys(outputs))}`,
    {
      where: `${setting} of ${environment.name}`,
      evidence: [`outputs: ${Object.keys(outputs).join(', ') || 'none'}`],
      next: `Add the output to the Terraform root, or name another in \`${setting}\`.`,
    },
  );
}

/**
 * The value behind `${output:NAME}`.
 * @param path an output, or a path into one: `cluster`, `hosts.staging-1.address`, `subnets.0`
 * @throws StackError OUTPUT_MISSING, naming what there is
 */
export async function outputValue(
  context: Context,
  environment: NamedEnvironment,
  path: string,
): Promise<unknown> {
  const where = `\${output:${path}} in ${environment.name}`;
  let value: unknown = await readOutputs(context, environment);
  const walked: string[] = [];
  for (const part of path.split('.')) {
    const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    if (!names.includes(part)) {
      const missing =
        walked.length === 0
          ? `there is no output "${part}"`
          : `the output ${walked.join('.')} has no "${part}"`;
      throw new StackError('OUTPUT_MISSING', `${missing}.${didYouMean(part, names)}`, {
        where,
        evidence: names.length === 0 ? [] : [`there are: ${names.join(', ')}`],
        next: `Add the output to the Terraform root and run \`node runner apply --env ${environment.name}\`.`,
      });
    }
    walked.push(part);
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

async function read(context: Context, environment: NamedEnvironment): Promise<Outputs> {
  const root = await openRoot(context, environment);
  const result = await runTerraform(context, root, terraformOutput(root), { captureStdout: true });
  if (result.exitCode !== 0) throw terraformFailure('output', root, result);
  const outputs = toolJson('terraform output -json', result, isOutputs, parseExactJson);
  if (Object.keys(outputs).length === 0 && (await isEmpty(context, root))) {
    throw new StackError(
      'OUTPUT_MISSING',
      `the infrastructure of ${environment.name} was never applied, so it has no outputs`,
      {
        where: `${root.directory} (workspace ${root.workspace})`,
        next: `node runner apply --env ${environment.name}`,
      },
    );
  }
  for (const { value, sensitive } of Object.values(outputs)) if (sensitive) registerText(context, value);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, sensitive }]) => [name, { value, sensitive }]),
  );
}

async function isEmpty(context: ContextWith<'processes' | 'signal'>, root: TerraformRoot): Promise<boolean> {
  const result = await context.processes.run(terraformStateList(root), {
    signal: context.signal,
    captureStdout: true,
  });
  return result.exitCode !== 0 || !result.stdout.split('\n').some((line) => isAddress(line.trim()));
}

/** Every text inside a sensitive value is a secret, and numbers of six digits on; others are too common to be masked. */
export function registerText(context: ContextWith<'secrets'>, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'number') context.secrets.register(String(value));
  else if (value !== null && typeof value === 'object') {
    for (const item of Object.values(value)) registerText(context, item);
  }
}
