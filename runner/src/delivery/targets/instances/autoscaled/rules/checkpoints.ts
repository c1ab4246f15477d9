/**
 * After how much of a group a refresh waits, in percent: one instance is judged before the others are replaced.
 * The last one is 100, or not all would be replaced.
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
 * @param desired number of instances
 */
export function checkpointsFor(
  desired: number,
  configured: readonly number[] | undefined,
): readonly number[] {
  const first = configured ?? (desired > 1 ? [Math.max(1, Math.floor(100 / desired))] : []);
  return [...first.filter((one) => one < 100), 100];
}
