import type { UpstreamStanding } from '../delivery/rules/upstreamFindings.js';
import type { UpstreamReport } from '../delivery/needs.js';
import { table } from './table.js';

/** The graph upstream of an application: the order, then one row an application with how it stands. */
export function upstreamText(
  { application, order, upstream, standings }: UpstreamReport,
  environments: readonly string[],
): string {
  if (upstream.length === 0) return `${application} needs no other application.`;
  const rows = upstream.map((item) => [
    item.application,
    ...environments.map((environment) =>
      cell(
        standings.find(
          (standing) => standing.application === item.application && standing.environment === environment,
        ),
      ),
    ),
    item.neededBy.join(', '),
    item.location,
  ]);
  return [
    table(['application', ...environments, 'needed by', 'recorded in'], rows),
    `Order: ${order.map((group) => group.join(', ')).join(' → ')}`,
  ].join('\n');
}

/** `1.4.0 healthy 2026-11-22 04:10`. */
function cell(item: UpstreamStanding | undefined): string {
  if (item === undefined || item.standing === 'elsewhere') return '-';
  if (item.deployment === undefined) return 'never deployed';
  const { version, status, startedAt, endedAt } = item.deployment;
  return `${version} ${status} ${(endedAt ?? startedAt).slice(0, 16).replace('T', ' ')}`;
}
