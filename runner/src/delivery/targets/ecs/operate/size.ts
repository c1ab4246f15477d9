import type { TargetSize } from '../../../../context/operations.js';
import { isOnFargate } from '../verify/fargate.js';
import type { EcsParts } from './parts.js';

/** How many tasks a service is to have, by autoscaling too, and what each takes of Fargate. */
export async function serviceSize(
  { reader, scaling }: Pick<EcsParts, 'reader' | 'scaling'>,
  signal: AbortSignal,
): Promise<TargetSize> {
  const [{ service, definition }, bounds] = await Promise.all([reader.read(signal), scaling.bounds(signal)]);
  const [vcpu, memoryGib] = [Number(definition.cpu) / 1024, Number(definition.memory) / 1024];
  const isFargate = isOnFargate(service, definition) && vcpu > 0 && memoryGib > 0;
  const isArm = definition.runtimePlatform?.cpuArchitecture === 'ARM64';
  return {
    count: service.desiredCount ?? 0,
    ...(bounds === undefined ? {} : { bounds }),
    ...(isFargate ? { fargate: { vcpu, memoryGib, isArm } } : {}),
  };
}
