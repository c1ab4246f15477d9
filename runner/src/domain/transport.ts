/** A way to reach the first host of a route: what is in `transports`, the schema and everybody else knows. */
interface TransportKind {
  /** What `transport` says. */
  readonly name: string;
  /** What it needs to know of a host: its address, or the id of its instance. */
  readonly reaches: 'address' | 'instance';
  /** Whether a session of AWS Systems Manager is the connection; a TCP connection of our own is it otherwise. */
  readonly isSession: boolean;
  /** Whether there is no connection: Run Command of AWS Systems Manager runs each command. */
  readonly isCommand: boolean;
}

const ssh = {
  name: 'ssh',
  reaches: 'address',
  isSession: false,
  isCommand: false,
} as const satisfies TransportKind;
/** A session of AWS Systems Manager, which needs no open port and no path through the network. */
const ssm = {
  ...{ name: 'ssm', reaches: 'instance', isSession: true, isCommand: false },
} as const satisfies TransportKind;
/** Commands of AWS Systems Manager: many hosts at once, no SSH at all. */
const runCommand = {
  ...{ name: 'run-command', reaches: 'instance', isSession: false, isCommand: true },
} as const satisfies TransportKind;

/** Every transport, the usual one first. */
export const transports = [ssh, ssm, runCommand] as const;

export type Transport = (typeof transports)[number]['name'];

export const transportNames = transports.map(({ name }) => name);

/** Whether a text names a transport. */
export const isTransport = (text: string): text is Transport => transports.some(({ name }) => name === text);

const kindOf = (transport: Transport | undefined): TransportKind | undefined =>
  transports.find(({ name }) => name === transport);

/** Whether it reaches a host by the id of its instance. */
export const reachesInstance = (transport: Transport | undefined): boolean =>
  kindOf(transport)?.reaches === 'instance';

/** Whether it is a session of AWS Systems Manager. */
export const isSession = (transport: Transport | undefined): boolean => kindOf(transport)?.isSession === true;

/** Whether Run Command of AWS Systems Manager runs the commands. */
export const isCommand = (transport: Transport | undefined): boolean => kindOf(transport)?.isCommand === true;

/** Whether Run Command may run commands on any host of an inventory. */
export function usesCommands(inventory: unknown): boolean {
  const text = JSON.stringify(inventory);
  return transports.some((one) => one.isCommand && text.includes(`"transport":"${one.name}"`));
}

/** Whether any host of an inventory, on any way, may be reached by a session of AWS Systems Manager. */
export function usesSessions(inventory: unknown): boolean {
  const text = JSON.stringify(inventory);
  return transports.some((one) => one.isSession && text.includes(`"transport":"${one.name}"`));
}
