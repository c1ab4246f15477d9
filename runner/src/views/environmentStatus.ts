import type { EnvironmentStatus } from '../steps/status.js';
import { table } from './table.js';

/** One row an environment, then what needs somebody's attention. */
export function environmentStatusText(environments: readonly EnvironmentStatus[]): string {
  const rows = environments.map(({ environment, healthy, latest, lock }) => [
    environment,
    healthy?.version ?? '-',
    healthy === undefined ? 'nothing deployed yet' : minute(healthy.endedAt ?? healthy.startedAt),
    healthy?.who ?? '-',
    latest === undefined || latest.sequence === healthy?.sequence
      ? 'ok'
      : `#${latest.sequence} ${latest.version} ${latest.status}`,
    lock === undefined ? '-' : lock.who,
    healthy?.url ?? '',
  ]);
  const headers = ['environment', 'release', 'since', 'by', 'last attempt', 'lock', 'url'];
  return [table(headers, rows), ...environments.flatMap(attention)].join('\n');
}

function attention({ environment, cutOff, targets, latest, healthy }: EnvironmentStatus): readonly string[] {
  const lines: string[] = [];
  if (cutOff !== undefined) {
    const after = cutOff.lastStep === undefined ? '' : ` after "${cutOff.lastStep}"`;
    lines.push(
      `${environment}: deployment ${cutOff.sequence} of ${cutOff.version} by ${cutOff.who} was cut off${after}.`,
      `  Next: node runner deploy --env ${environment} --resume, or node runner rollback --env ${environment}`,
    );
  }
  if (latest?.reason !== undefined && latest.sequence !== healthy?.sequence) {
    lines.push(`${environment}: #${latest.sequence} ${latest.status}: ${latest.reason}`);
  }
  for (const { name, kind, healthy: isHealthy, summary } of targets ?? []) {
    lines.push(`${environment}/${name} (${kind}): ${isHealthy ? 'healthy' : 'NOT HEALTHY'}, ${summary}`);
  }
  return lines;
}

const minute = (time: string) => time.slice(0, 16).replace('T', ' ');
