import { toErrorRecord } from '../../../base/errors.js';
import type { CheckResult, Finding } from '../../../domain/finding.js';
import type { Wanted } from '../../../context/target.js';
import { UNBUILT } from '../../diff/comparedRelease.js';
import type { InstancesDependencies } from './dependencies.js';

/** The launch template, the target group and the artifact are there. Changes nothing. */
export async function verifyInstances(
  target: InstancesDependencies,
  { release, signal }: Wanted,
): Promise<readonly CheckResult[]> {
  const { name, config, subnets } = target;
  const found = (work: () => Promise<string>): Promise<Finding> =>
    work().then(
      (words): Finding => ({ status: 'ok', found: words }),
      (error: unknown): Finding => {
        const { message, next } = toErrorRecord(error);
        return { status: 'failed', found: message, ...(next === undefined ? {} : { next }) };
      },
    );
  const artifact = release.artifacts?.[config.artifact ?? ''];
  const [template, group, runs] = await Promise.all([
    found(async () => {
      const { id, version } = await target.template();
      return `${id}, version ${version}, in ${subnets.length} subnets`;
    }),
    found(async () => {
      const { name: group, isLinked } = await target.group();
      return isLinked ? group : `${group}; no load balancer sends requests to it`;
    }),
    artifact === undefined || artifact.digest === UNBUILT
      ? ({ status: 'skipped', found: `${release.version} has no artifact yet: the deploy makes it` } as const)
      : found(async () => {
          const fetched = await target.fetch(artifact, signal);
          await fetched.remove();
          return `s3://${artifact.bucket}/${artifact.key}, ${artifact.digest}`;
        }),
  ]);
  const check = (id: string, title: string, finding: Finding): CheckResult => ({
    id: `${id}:${name}`,
    title: `${title} of ${name}`,
    required: true,
    ...finding,
  });
  return [
    check('template', 'Launch template', template),
    check('group', 'Target group', group),
    ...(config.artifact === undefined ? [] : [check('artifact', 'Artifact', runs)]),
  ];
}
