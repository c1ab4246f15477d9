import { StackError } from '../../../base/errors.js';
import type { Host } from '../../../domain/host.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { Rollout } from '../../../context/target.js';
import { isWatched } from '../../rules/checkCommands.js';
import type { CheckTools, RunCommand, When } from '../../checks/checks.js';
import type { FleetDependencies } from './dependencies.js';
import { hostCommand } from './hostCommand.js';

/** The checks of a fleet in one deploy. */
export interface FleetChecks {
  /** Looks at the alarms before anything is changed. @throws StackError DEPLOY_FAILED */
  beforeChange(): Promise<void>;
  /** Runs the commands for one host that does not serve yet. @returns why it fails; undefined where it does not */
  ofHost(host: Host): Promise<{ readonly reason: string; readonly log: readonly string[] } | undefined>;
  /** Watches alarms and metrics over the bake window, once hosts serve. @throws StackError DEPLOY_FAILED */
  watch(): Promise<void>;
}

/** Whose checks they are. */
export interface CheckedHosts extends Pick<
  FleetDependencies,
  'name' | 'environmentName' | 'checkTools' | 'ssh'
> {
  readonly config: Pick<FleetDependencies['config'], 'checks' | 'health' | 'port'>;
}

/** @returns undefined where the target has no checks */
export function fleetChecks(
  fleet: CheckedHosts,
  release: ReleaseRecord,
  rollout: Rollout,
): FleetChecks | undefined {
  const { config, name, environmentName: environment, checkTools: makeTools } = fleet;
  const { checks, health } = config;
  if (Object.keys(checks ?? {}).length === 0) return undefined;
  if (makeTools === undefined) throw new Error(`the checks of ${name} have nothing to work with`);
  const { stage, signal, kind } = rollout;
  const run = async (when: When, tools: CheckTools, host?: Host) => {
    const { runChecks } = await import('../../checks/runChecks.js');
    const own =
      host === undefined
        ? {}
        : { host, at: { url: urlOf(host, config.port) }, onHost: await commandOn(fleet, host, tools) };
    const target = { name, environment, checks, release, kind, ...own };
    await runChecks({ tools, stage, signal }, target, when);
  };
  return {
    beforeChange: async () => run({ when: 'before-change' }, await makeTools()),
    async ofHost(host) {
      try {
        await run({ when: 'before-traffic' }, await makeTools(), host);
        return undefined;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof StackError) || error.code !== 'DEPLOY_FAILED') throw error;
        return { reason: error.message, log: error.evidence };
      }
    },
    async watch() {
      if (isWatched(checks)) await run({ when: 'bake', lasts: health.for }, await makeTools());
    },
  };
}

const commandOn = async (fleet: CheckedHosts, host: Host, tools: CheckTools): Promise<RunCommand> =>
  hostCommand(await fleet.ssh(), host, tools.clock);

/** Where the application answers on a host, as the machine of the runner sees it. */
function urlOf({ address, httpPort }: Host, port: number): string {
  const name = address.includes(':') ? `[${address}]` : address;
  return `http://${name}:${httpPort ?? port}`;
}
