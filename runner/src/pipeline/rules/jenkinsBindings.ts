import { agentBlocksOf, lockOf, type AgentBlock } from './agentBlocks.js';
import type { Pipeline } from './stageGraph.js';
import { credentialVariables } from '../../config/branchRules.js';
import type { Config, JenkinsConfig } from '../../config/schema.js';

/** A credential of Jenkins as a step binds it: `variable` gets the secret, or the path of the file it is in. */
export interface Binding {
  readonly id: string;
  readonly kind: 'text' | 'file' | 'ssh-key' | 'password' | 'aws';
  /** Absent for AWS credentials, which have their own two variables. */
  readonly variable?: string;
}

/** What Jenkins needs beside the stages; the library follows it and decides nothing itself. */
export interface JenkinsPlan {
  readonly agent: Omit<NonNullable<JenkinsConfig['agent']>, 'pod-template'> & {
    readonly podTemplate?: string;
  };
  readonly timeoutMinutes: number;
  readonly approval: { readonly submitters: string; readonly timeoutMinutes: number };
  readonly blocks: readonly AgentBlock[];
  /** Lock of each stage that changes an environment. */
  readonly locks: Readonly<Record<string, string>>;
  /** Credentials of each stage, and of each environment's commands; `none` for commands without an environment. */
  readonly credentials: {
    readonly stages: Readonly<Record<string, readonly Binding[]>>;
    readonly environments: Readonly<Record<string, readonly Binding[]>>;
    readonly none: readonly Binding[];
  };
}

/**
 * What Jenkins has to know of a pipeline beside its stages: agents, credentials, locks, approvals.
 * @param pipeline of one branch
 */
export function jenkinsPlan(config: Config, pipeline: Pipeline): JenkinsPlan {
  const { agent = {}, approval, timeout } = config.jenkins;
  const { 'pod-template': podTemplate, ...place } = agent;
  const bindings = (variables: readonly string[], environment?: string) => [
    ...variables.flatMap((variable) => bindingOf(config.jenkins, variable)),
    ...awsBinding(config.jenkins, environment),
  ];
  const locks = pipeline.stages.flatMap((stage) => {
    const lock = lockOf(config.application, stage);
    return lock === undefined ? [] : [[stage.id, lock] as const];
  });
  return {
    agent: { ...place, ...(podTemplate === undefined ? {} : { podTemplate }) },
    timeoutMinutes: minutes(timeout),
    approval: { submitters: approval.submitters.join(','), timeoutMinutes: minutes(approval.timeout) },
    blocks: agentBlocksOf(config.application, pipeline.stages),
    locks: Object.fromEntries(locks),
    credentials: {
      stages: Object.fromEntries(
        pipeline.stages.map(({ id, credentials, environment }) => [id, bindings(credentials, environment)]),
      ),
      environments: Object.fromEntries(
        Object.entries(config.environments).map(([name, settings]) => [
          name,
          bindings(
            credentialVariables(config, [settings, config.images, config.artifacts, config.notifications]),
            name,
          ),
        ]),
      ),
      none: bindings(credentialVariables(config, [config.images, config.artifacts, config.notifications])),
    },
  };
}

const minutes = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / 60_000));

/** Every credential that some stage of a configuration binds. */
export function bindingsOf(config: Config): readonly Binding[] {
  const variables = credentialVariables(config, [
    config.environments,
    config.images,
    config.artifacts,
    config.notifications,
  ]);
  return [
    ...variables.flatMap((variable) => bindingOf(config.jenkins, variable)),
    ...Object.keys(config.environments).flatMap((environment) => awsBinding(config.jenkins, environment)),
  ];
}

/** What to do in Jenkins where a variable that the configuration refers to is not set. */
export function bindingAdvice(config: Config, variable: string): string {
  const key = `jenkins.credentials.${variable}`;
  const binding = bindingsOf(config).find((one) => one.variable === variable);
  return binding === undefined
    ? `Jenkins binds it if ${key} names a credential.`
    : `Jenkins binds it from the credential ${binding.id}${Object.hasOwn(config.jenkins.credentials, variable) ? ` (${key})` : `, or from another that ${key} names`}.`;
}

function bindingOf({ credentials }: JenkinsConfig, variable: string): readonly Binding[] {
  const chosen = credentials[variable] ?? variable.toLowerCase().replaceAll('_', '-');
  if (chosen === 'none') return [];
  return [typeof chosen === 'string' ? { id: chosen, kind: 'text', variable } : { ...chosen, variable }];
}

function awsBinding(jenkins: JenkinsConfig, environment: string | undefined): readonly Binding[] {
  const ids = jenkins['aws-credentials'];
  const id = typeof ids === 'string' ? ids : environment === undefined ? undefined : ids?.[environment];
  return id === undefined || environment === undefined ? [] : [{ id, kind: 'aws' }];
}
