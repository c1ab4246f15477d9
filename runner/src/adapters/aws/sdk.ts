import { once } from '../../core/once.js';

/**
 * The SDK, a service at a time: loaded at its first use, because it costs most of a command's start. Kept, so that a
 * later use costs no turn of the event loop either.
 */
export const sdk = {
  ec2: once(() => import('./sdk/ec2.js')),
  ecr: once(() => import('./sdk/ecr.js')),
  ecs: once(() => import('./sdk/ecs.js')),
  elb: once(() => import('./sdk/elb.js')),
  logs: once(() => import('./sdk/logs.js')),
  s3: once(() => import('./sdk/s3.js')),
  secretsManager: once(() => import('./sdk/secretsManager.js')),
  ssm: once(() => import('./sdk/ssm.js')),
  sts: once(() => import('./sdk/sts.js')),
};
