import type { Kinds } from './context/context.js';
import { ecsService } from './delivery/targets/ecs/kind.js';
import { fleet } from './delivery/targets/fleet/kind.js';
import { instances } from './delivery/targets/instances/kind.js';
import { stores } from './state/stores/stores.js';
import { github, gitlab } from './views/forge/kind.js';
import { slack } from './views/slack/kind.js';

/** Every kind there is: what is in these lists, the schema, the docs, `doctor`, `iam-policy` and all commands know. */
export const kinds: Kinds = {
  targets: [ecsService, fleet, instances],
  channels: [slack, github, gitlab],
  stores,
};
