/** A way to reach the first host of a route: what is in `transports`, the schema and everybody else knows. */
interface TransportKind {
  /** What `transport` says. */
  readonly name: string;
  /** What it needs to know of a host: its address, or the id of its instance. */
  readonly reaches: 'address' | 'instance';
  /** Whether a session of AWS Systems Manager is the connection; a TCP connection of our own is it otherwise. */
  readonly isSession: boolean;
}

const ssh = { name: 'ssh', reaches: 'address', isSession: false } as const satisfies TransportKind;
/** A session of AWS Systems Manager, which needs no open port and no path through the network. */
const ssm = { name: 'ssm', reaches: 'instance', isSession: true } as const satisfies TransportKind;

/** Every transport, the usual one first. */
export const transports = [ssh, ssm] as const;

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

/** Whether any host of an inventory, on any way, may be reached by a session of AWS Systems Manager. */
export function usesSessions(inventory: unknown): boolean {
  const text = JSON.stringify(inventory);
  return transports.some((one) => one.isSession && text.includes(`"transport":"${one.name}"`));
}
