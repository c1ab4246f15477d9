import type { TargetConfig } from '../config/kindSchemas.js';
import type { Config } from '../config/schema.js';
import type { ChannelKind, Kinds, NamedEnvironment, TargetKind } from './context.js';

/**
 * The targets of an environment, each with its kind.
 * @throws Error where the configuration names a kind that is not registered, which the schema rules out
 */
export function targetsWithKinds(
  { targets: kinds }: Pick<Kinds, 'targets'>,
  { config }: NamedEnvironment,
): readonly { readonly name: string; readonly config: TargetConfig; readonly kind: TargetKind }[] {
  return Object.entries(config.targets).map(([name, target]) => {
    const kind = kinds.find((one) => one.name === target.kind);
    if (kind === undefined) throw new Error(`there is no kind of target "${target.kind}"`);
    return { name, config: target, kind };
  });
}

/** Whether an environment has hosts that Ansible works on. */
export const hasHosts = (kinds: Pick<Kinds, 'targets'>, environment: NamedEnvironment): boolean =>
  environment.config.provision !== undefined ||
  targetsWithKinds(kinds, environment).some(({ kind }) => kind.capabilities.hosts === true);

/**
 * The channels that a configuration names: those who are told of runs.
 * @param config undefined where there is none that can be read: then nobody is told
 */
export const configuredChannels = (
  { channels }: Pick<Kinds, 'channels'>,
  config: Pick<Config, 'notifications'> | undefined,
): readonly ChannelKind[] => channels.filter(({ key }) => config?.notifications[key] !== undefined);
