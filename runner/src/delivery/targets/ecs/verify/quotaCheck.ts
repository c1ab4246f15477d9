import type { Service, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import type { Finding } from '../../../../domain/finding.js';
import type { StrategyConfig } from '../strategySchema.js';
import type { FargateShare } from './fargate.js';

/** vCPUs that a deploy needs beside what runs. */
export interface AddedVcpus {
  /** At its widest. */
  readonly most: number;
  /** To get anywhere. */
  readonly least: number;
}

/**
 * The tasks beside those that run: all of them again where requests are moved; of a rolling update, up to the maximum percent, and at least
 * one, or none where old ones may stop first.
 */
export function addedVcpus(
  { desiredCount: count = 0, deploymentConfiguration }: Service,
  strategy: StrategyConfig,
  running: TaskDefinition,
  next: TaskDefinition,
): AddedVcpus {
  const [now, then] = [vcpusOf(running), vcpusOf(next)];
  if (strategy.kind !== 'rolling') return { most: count * then, least: count * then };
  const { maximumPercent = 200, minimumHealthyPercent = 100 } = deploymentConfiguration ?? {};
  const beside = Math.max(0, Math.floor((count * maximumPercent) / 100) - count);
  const grown = count * (then - now);
  const stopsFirst = Math.ceil((count * minimumHealthyPercent) / 100) < count;
  const first = count === 0 ? 0 : stopsFirst ? Math.max(0, then - now) : then;
  // New beside all old ones, and old ones that are still there when all new ones are.
  const most = Math.max(0, beside * then, grown + beside * now);
  return { most, least: Math.max(0, Math.min(Math.max(first, grown), most)) };
}

/** In units of 1/1024, or as `1 vCPU`. */
function vcpusOf({ cpu = '0' }: TaskDefinition): number {
  return /vcpu/i.test(cpu) ? Number.parseFloat(cpu) : Number(cpu) / 1024;
}

/** What is known of one quota. */
export interface VcpuQuota extends FargateShare {
  readonly code: string;
  /** Undefined where the region has no such quota. */
  readonly limit: number | undefined;
  /** Undefined where CloudWatch has counted nothing lately. */
  readonly used: number | undefined;
}

/** There are vCPUs for what a deploy adds. */
export function quotaFinding(
  quotas: readonly VcpuQuota[],
  added: AddedVcpus,
  { runningCount = 0 }: Service,
  region: string,
): Finding {
  const findings = quotas.map((quota) => findingOf(quota, added, runningCount > 0, region));
  const worst = (['failed', 'warning', 'unverified', 'ok'] as const)
    .map((status) => findings.find((one) => one.status === status))
    .find((one) => one !== undefined);
  return {
    status: worst?.status ?? 'skipped',
    found: findings.map(({ found }) => found).join('; '),
    ...(worst?.next === undefined ? {} : { next: worst.next }),
  };
}

function findingOf(quota: VcpuQuota, added: AddedVcpus, isRunning: boolean, region: string): Finding {
  const { kind, share, code, limit } = quota;
  const at = `--region ${region} --service-code fargate --quota-code ${code}`;
  const look = `aws service-quotas get-service-quota ${at}`;
  if (limit === undefined)
    return { status: 'unverified', found: `${region} names no quota of Fargate ${kind} vCPUs`, next: look };
  // Nothing is counted where nothing runs.
  const used = quota.used ?? (isRunning ? undefined : 0);
  const most = round(added.most * share);
  if (used === undefined)
    return {
      status: 'unverified',
      found: `of ${round(limit)} Fargate ${kind} vCPUs CloudWatch does not tell how many run; a deploy adds ${most}`,
      next: look,
    };
  const free = limit - used;
  const found = `${round(used)} of ${round(limit)} Fargate ${kind} vCPUs run, a deploy adds ${most}`;
  if (free >= most) return { status: 'ok', found };
  const next = `aws service-quotas request-service-quota-increase ${at} --desired-value ${Math.ceil(used + most)}`;
  return free >= added.least * share
    ? { status: 'warning', found: `${found}: it goes on by fewer tasks at a time`, next }
    : { status: 'failed', found, next };
}

const round = (value: number): number => Math.round(value * 100) / 100;
