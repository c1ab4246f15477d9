import { join } from 'node:path';
import type { Context, ContextWith, Kinds, NamedEnvironment } from '../context/context.js';
import { targetsWithKinds } from '../context/kinds.js';
import { referencesIn } from '../config/referencesIn.js';
import type { Check, Finding } from '../domain/finding.js';
import { toErrorRecord } from '../base/errors.js';
import { ansiblePlaybook } from '../hosts/rules/ansibleArguments.js';
import { layersOf } from '../hosts/rules/layers.js';
import { localSettings } from '../local/settings.js';
import { ansiblePaths, findAnsible, findPlaybook } from '../hosts/ansiblePaths.js';

/** A playbook that takes longer to be read does not end. */
const SYNTAX_LIMIT_MS = 15_000;

/** What a deployment to an environment would read and touch: values, services, playbooks. */
export function deliveryChecks(
  context: Context,
  environments: readonly NamedEnvironment[],
  kinds: Kinds,
): readonly Check[] {
  return environments.flatMap((environment): readonly Check[] => {
    const { name } = environment;
    const targets = targetsWithKinds(kinds, environment);
    const playbooks = playbooksOf(environment, targets);
    return [
      {
        id: `values:${name}`,
        title: `Values of ${name}`,
        required: true,
        run: () => values(context, environment),
      },
      ...targets.flatMap(({ name: target, kind }) => kind.doctor?.(context, environment, target) ?? []),
      ...(playbooks.length === 0
        ? []
        : [
            {
              id: `playbooks:${name}`,
              title: `Playbooks of ${name}`,
              required: true,
              run: () => syntax(context, environment, playbooks),
            },
          ]),
    ];
  });
}

/** Every secret, parameter and variable that the configuration refers to can be read; outputs come with `apply`. */
async function values(
  context: ContextWith<'config' | 'resolve'>,
  environment: NamedEnvironment,
): Promise<Finding> {
  const { images } = await context.config();
  const references = referencesIn([environment.config, images]).filter(({ kind }) => kind !== 'output');
  const unique = [...new Set(references.map(({ kind, name }) => `\${${kind}:${name}}`))];
  if (unique.length === 0) return { status: 'skipped', found: 'the configuration refers to none' };
  const failures = (
    await Promise.all(
      unique.map((reference) =>
        context.resolve(reference, environment).then(
          () => undefined,
          (error: unknown) => ({ reference, record: toErrorRecord(error) }),
        ),
      ),
    )
  ).filter((failure) => failure !== undefined);
  const [first] = failures;
  if (first === undefined) return { status: 'ok', found: `${unique.length} can be read` };
  return {
    status: 'failed',
    found: failures.map(({ reference, record }) => `${reference}: ${record.message}`).join('; '),
    ...(first.record.next === undefined ? {} : { next: first.record.next }),
  };
}

function playbooksOf(
  { config }: NamedEnvironment,
  targets: ReturnType<typeof targetsWithKinds>,
): readonly string[] {
  const own = targets.flatMap(({ kind, config: target }) => kind.playbooks?.(target) ?? []);
  return [...new Set([...layersOf(config.provision?.playbooks).map(({ playbook }) => playbook), ...own])];
}

/** Playbooks are there and Ansible can read them; with a vault only that they are there, since no password is given. */
async function syntax(
  context: ContextWith<'config' | 'env' | 'options' | 'processes' | 'signal'>,
  environment: NamedEnvironment,
  playbooks: readonly string[],
): Promise<Finding> {
  const [places, executable] = await Promise.all([
    ansiblePaths(context, environment),
    findAnsible(context.env, join(localSettings(context.env).venv, 'bin')),
  ]);
  const files = await Promise.all(playbooks.map((playbook) => findPlaybook(places, playbook)));
  const found = `${playbooks.join(', ')} can be read`;
  if (environment.config.provision?.vault !== undefined)
    return { status: 'ok', found: `${playbooks.join(', ')} are there` };
  for (const [index, playbook] of files.entries()) {
    const invocation = ansiblePlaybook({ places, executable, playbook, inventory: 'localhost,' });
    const checked = { ...invocation, args: ['--syntax-check', ...invocation.args] };
    const result = await context.processes.run(checked, {
      timeoutMs: SYNTAX_LIMIT_MS,
      signal: context.signal,
    });
    if (result.exitCode === 0) continue;
    const line = result.tail.find((text) => /ERROR|error/.test(text)) ?? result.tail.at(-1) ?? '';
    return {
      status: 'failed',
      found: `${playbooks[index]}: ${line.trim()}`,
      next: `Correct ${playbook}; ansible-playbook --syntax-check shows where.`,
    };
  }
  return { status: 'ok', found };
}
