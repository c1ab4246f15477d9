import type { LogRequest } from '../../../../context/operations.js';
import { containerLog, tellLogs, type HostLog } from '../../fleet/operate/logs.js';
import type { InstancesDependencies } from '../dependencies.js';
import { journalArguments, journalReader } from '../rules/journal.js';
import type { OwnInstance } from '../rules/ownInstance.js';
import { containerOn, hostsMeant } from './hosts.js';

/** The log of the application on each instance, over SSH: of its container, its unit, or all that the journal has. */
export async function instanceLogs(
  target: InstancesDependencies,
  own: readonly OwnInstance[],
  request: LogRequest,
): Promise<void> {
  const { config } = target;
  const isContainer = config.image !== undefined && config.unit === undefined;
  const log = isContainer ? containerLog(target, containerOn(target)) : journalOf(target);
  await tellLogs(log, request, await hostsMeant(target, own, request));
}

const journalOf = ({ clock, ssh, config: { unit } }: InstancesDependencies): HostLog => ({
  clock,
  ssh,
  argv: (read) => journalArguments(unit, read),
  reader: journalReader,
  ended: 'the journal ended',
});
