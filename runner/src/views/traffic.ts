import type { CheckRecord, TrafficRecord } from '../events/run.js';
import { formatSeconds } from './format.js';

type Traffic = Pick<TrafficRecord, 'weights' | 'versions'>;

/** Shares of the requests in their order, blue before green; those of nothing only where there is no other. */
export function shares({ weights, versions }: Traffic): readonly {
  readonly colour: string;
  readonly percent: number;
  readonly version?: string | undefined;
}[] {
  const all = Object.entries(weights)
    .map(([colour, percent]) => ({ colour, percent, version: versions[colour] }))
    .sort((one, other) => one.colour.localeCompare(other.colour, 'en'));
  const some = all.filter(({ percent }) => percent > 0);
  return some.length === 0 ? all : some;
}

/** Where requests go: `blue 90 % (1.3.2) · green 10 % (1.4.0)`. */
export const trafficWords = (traffic: Traffic, separator = ' · '): string =>
  shares(traffic)
    .map(({ colour, percent, version }) => {
      const words = `${colour} ${Math.round(percent * 10) / 10} %`;
      return version === undefined ? words : `${words} (${version})`;
    })
    .join(separator);

/** How a check ended: `check smoke ok in 3.2s`. */
export const checkWords = ({
  name,
  status,
  seconds,
}: Pick<CheckRecord, 'name' | 'status' | 'seconds'>): string =>
  `check ${name} ${status} in ${formatSeconds(seconds)}`;

/** Where the requests of each target go in the end, in the order in which the targets came. */
export function finalTraffic(traffic: readonly TrafficRecord[] = []): readonly TrafficRecord[] {
  return [...new Map(traffic.map((one) => [one.subject, one])).values()];
}
