import type { DataLoss, DeliveryOwned, PlannedResource } from '../../domain/plan.js';
import { addressParts, isInside, isNamed, withoutIndex } from '../../domain/resourceAddress.js';
import { shellQuote } from '../../base/shell.js';
import { dataOf, servingOf } from './dataHoldingTypes.js';
import { ownedText } from './deliveryOwned.js';
import { StackError } from '../../base/errors.js';
import { didYouMean, nearest } from '../../base/nearest.js';

/**
 * What a plan's resources would lose: destroyed or replaced (in either order) and holding data by their type, or
 * protected by the configuration; or replaced while they serve, also by one of another address; or changed back from where
 * the delivery has put them. What is moved or forgotten stays as it is and is no loss. Pure.
 * @param protect addresses of resources, or of modules for all in them
 */
export function dataLosses(
  resources: readonly PlannedResource[],
  protect: readonly string[] = [],
): readonly DataLoss[] {
  return resources.flatMap((resource): DataLoss[] => {
    const { address, action, type, forcedBy, deposed, owned } = resource;
    if (action === 'change' && owned !== undefined && serves(owned))
      return [{ address, action, holds: ownedText(owned), forcedBy, serves: true }];
    if ((action !== 'destroy' && action !== 'replace') || resource.leavesOld === true) return [];
    const data = dataOf(type);
    const again = action === 'destroy' && deposed === undefined && isMadeAgain(resource, resources);
    const serving = data === undefined && (action === 'replace' || again) ? servingOf(type) : undefined;
    const isProtected = protect.some((outer) => isInside(address, outer));
    const holds = data ?? serving ?? (isProtected ? 'protected by the configuration' : undefined);
    if (holds === undefined) return [];
    return [
      {
        address,
        action,
        holds,
        forcedBy,
        ...(deposed === undefined ? {} : { deposed }),
        ...(again && serving !== undefined ? { again } : {}),
        ...(serving === undefined || isProtected ? {} : { serves: true }),
      },
    ];
  });
}

/** The number of tasks of a service without colours may be Terraform's to say: a delivery does not set it. */
const serves = ({ live, paths }: DeliveryOwned): boolean =>
  live !== undefined || paths.some((path) => path !== 'desired_count');

/** Whether the same module makes one of that type under another name: for users that is a replacement. */
const isMadeAgain = ({ address, type }: PlannedResource, resources: readonly PlannedResource[]): boolean =>
  resources.some(
    (other) =>
      other.action === 'create' &&
      other.type === type &&
      moduleOf(other.address) === moduleOf(address) &&
      withoutIndex(other.address) !== withoutIndex(address),
  );

const moduleOf = (address: string): string => addressParts(address).slice(0, -2).join('.');

/** What the losses are, above the list of them. */
export function lossTitle(losses: readonly DataLoss[]): string {
  return losses.every(({ serves }) => serves === true)
    ? losses.every(({ action }) => action === 'change')
      ? 'What the delivery owns would be changed back'
      : 'What is in service would be replaced'
    : 'Data would be lost';
}

/** `module.db.aws_db_instance.main (a database): replaced, engine forces it`. */
export function lossText({ address, action, holds, forcedBy, deposed, again }: DataLoss): string {
  const forced = forcedBy.length === 0 ? '' : `, ${forcedBy.join(' and ')} forces it`;
  const what = deposed === undefined ? address : `${address} deposed ${deposed}`;
  const goes = again === true ? 'destroyed and created again' : 'destroyed';
  const becomes = { replace: 'replaced', change: 'changed back', destroy: goes }[action];
  return `${what} (${holds}): ${becomes}${forced}`;
}

/** The options that allow losses, as they are typed; empty where there are none. */
export function allowOptions(losses: readonly DataLoss[]): string {
  return addressesOf(losses)
    .map((address) => `--allow-destroy ${shellQuote(address)}`)
    .join(' ');
}

/**
 * Holds what a plan would lose against what a person named.
 * @param allowed what `--allow-destroy` said
 * @param request the environment's name; the command that names everything that goes; what else there is to know
 * @throws StackError DATA_LOSS_REFUSED where a loss is not named; USAGE where a name is nothing that goes, or several things
 */
export function requireAllowed(
  resources: readonly PlannedResource[],
  losses: readonly DataLoss[],
  allowed: readonly string[],
  {
    environment,
    command,
    hint,
  }: { readonly environment: string; readonly command: string; readonly hint?: string | undefined },
): void {
  const addresses = addressesOf(losses);
  const named = new Set(allowed.flatMap((name) => namedBy(name, addresses, resources, command)));
  const refused = losses.filter(({ address }) => !named.has(address));
  if (refused.length === 0) return;
  const count = addressesOf(refused).length;
  throw new StackError(
    'DATA_LOSS_REFUSED',
    `${refused.every(({ serves }) => serves === true) ? `what serves ${environment} would be ${refused.every(({ action }) => action === 'change') ? 'changed back' : 'replaced'}` : `data of ${environment} would be lost`}: ${count === 1 ? (refused[0] as DataLoss).address : `${count} resources`}`,
    {
      where: environment,
      evidence: refused.map(lossText),
      next: `${nextOf(refused)}: ${command}${hint === undefined ? '' : ` (${hint})`}`,
    },
  );
}

/** What a person has to mean who names them. */
function nextOf(losses: readonly DataLoss[]): string {
  const isBack = ({ action }: DataLoss) => action === 'change';
  if (losses.every(isBack))
    return 'Let Terraform ignore what the delivery owns (`lifecycle { ignore_changes = […] }`). If it is to be changed back all the same';
  return losses.some(isBack)
    ? 'If all of it may be destroyed or changed back'
    : 'If all of it may be destroyed';
}

/** The losses' addresses that a name allows. */
function namedBy(
  name: string,
  addresses: readonly string[],
  resources: readonly PlannedResource[],
  command: string,
): readonly string[] {
  if (addresses.includes(name)) return [name];
  const found = addresses.filter((address) => isNamed(address, name));
  if (found.length === 1) return found;
  if (found.length > 1) {
    throw new StackError('USAGE', `--allow-destroy ${name} is ambiguous`, {
      evidence: found,
      next: `Name each one that may be destroyed by its whole address: ${command}`,
    });
  }
  const going = resources.filter(
    ({ action, owned }) => action === 'destroy' || action === 'replace' || owned !== undefined,
  );
  // It goes, but holds no data: nobody need have named it, and nothing is wrong.
  if (going.some(({ address }) => isNamed(address, name))) return [];
  const candidates = [...addresses, ...going.map(({ address }) => address)];
  throw new StackError(
    'USAGE',
    `--allow-destroy ${name}: this plan destroys nothing of that name.${suggest(name, candidates)}`,
    {
      ...(addresses.length === 0 ? {} : { evidence: addresses }),
      next:
        addresses.length === 0
          ? 'This plan loses no data: leave the option out.'
          : `If all of that may be destroyed: ${command}`,
    },
  );
}

/** The nearest address, by its whole or by any of its endings. */
function suggest(name: string, addresses: readonly string[]): string {
  const whole = didYouMean(name, addresses);
  if (whole !== '') return whole;
  const endings = new Map(
    addresses.flatMap((address) => {
      const parts = address.split('.');
      return parts.map((_, index) => [parts.slice(index).join('.'), address] as const);
    }),
  );
  const close = nearest(name, endings.keys());
  return close === undefined ? '' : ` Did you mean "${endings.get(close) as string}"?`;
}

const addressesOf = (losses: readonly DataLoss[]) => [...new Set(losses.map(({ address }) => address))];
