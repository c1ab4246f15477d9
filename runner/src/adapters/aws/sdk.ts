import { once } from '../../base/once.js';

/**
 * The SDK, a service at a time: loaded at its first use, because it costs most of a command's start. Kept, so that a
 * later use costs no turn of the event loop either.
 */
export const sdk = {
  autoScaling: once(() => import('./sdk/autoScalingSdk.js')),
  cloudFront: once(() => import('./sdk/cloudFrontSdk.js')),
  cloudWatch: once(() => import('./sdk/cloudWatchSdk.js')),
  ec2: once(() => import('./sdk/ec2Sdk.js')),
  ecr: once(() => import('./sdk/ecrSdk.js')),
  ecs: once(() => import('./sdk/ecsSdk.js')),
  elb: once(() => import('./sdk/elbSdk.js')),
  eventBridge: once(() => import('./sdk/eventBridgeSdk.js')),
  iam: once(() => import('./sdk/iamSdk.js')),
  logs: once(() => import('./sdk/logsSdk.js')),
  rds: once(() => import('./sdk/rdsSdk.js')),
  quotas: once(() => import('./sdk/quotasSdk.js')),
  s3: once(() => import('./sdk/s3Sdk.js')),
  scaling: once(() => import('./sdk/scalingSdk.js')),
  secretsManager: once(() => import('./sdk/secretsManagerSdk.js')),
  ssm: once(() => import('./sdk/ssmSdk.js')),
  sts: once(() => import('./sdk/stsSdk.js')),
};
