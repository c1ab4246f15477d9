import { many } from './wildcards.js';
import { overlap, type Reference } from './reference.js';
import type { PolicyDocument } from './evaluate.js';

/** Types that stand beside each other in the reference as if all were needed: one of them is. */
export const FAMILIES: readonly RegExp[] = [
  /^elasticloadbalancing:(?:listener|listener-rule|loadbalancer)\//,
  /^events:rule-on-/,
  /^rds:/,
  /^route53:(?:hostedzone|healthcheck)$/,
];
/** Things that types share a list of, whichever of them one asks for. */
const SHARED = /:(?:access-point|vpc)\//;
/** Actions whose resource is only in some of their requests: without it they are about everything. */
const OPEN: Readonly<Record<string, string>> = {
  'ecs:ListTasks': 'of a container instance only where one is asked for',
};

/** Conditions that a service sets by the dozen, of every action. */
const GLOBAL = /^aws:/;

/**
 * What of a policy AWS' reference does not know: actions that are none, resources that an action cannot be about or needs and
 * lacks, conditions that its requests never carry. Each of these is silently no permission, or a wider one than it looks.
 * @returns one line a fault
 */
export function misfits(document: PolicyDocument, reference: Reference): readonly string[] {
  const statements = [document.Statement].flat();
  const faults = statements.flatMap(({ Action, Resource, Condition }) => {
    const resources = many(Resource);
    const names = many(Action).map((pattern) => ({ pattern, actions: reference.matching(pattern) }));
    const all = names.flatMap(({ actions }) => actions);
    const conditions = Object.values(Condition ?? {}).flatMap((keys) => Object.keys(keys));
    return [
      ...names
        .filter(({ actions }) => actions.length === 0)
        .map(({ pattern }) => `${pattern}: there is no such action`),
      ...names.flatMap(({ pattern, actions }) => {
        // What one statement lacks, another may have: AWS looks at all of them.
        const elsewhere = statements.filter((one) => many(one.Action).includes(pattern));
        const all = elsewhere.flatMap((one) => many(one.Resource));
        return resourceFaults(pattern, actions, { resources, all }, reference);
      }),
      ...resources
        .filter(
          (one) => one !== '*' && !SHARED.test(one) && !all.some((action) => isOf(action, one, reference)),
        )
        .map((one) => `${one}: none of ${many(Action).join(', ')} is about it`),
      ...conditions.flatMap((key) =>
        all
          .filter((action) => !GLOBAL.test(key) && !reference.actions.get(action)?.conditions.includes(key))
          .map((action) => `${action}: its requests do not carry ${key}`),
      ),
    ];
  });
  return [...new Set(faults)].sort();
}

/** Whether an action can be about what a pattern names. */
function isOf(action: string, resource: string, { actions, arns }: Reference): boolean {
  const types = actions.get(action)?.types ?? [];
  return types.some(({ type }) => overlap(arns.get(type) ?? '', resource));
}

function resourceFaults(
  pattern: string,
  actions: readonly string[],
  { resources, all }: { readonly resources: readonly string[]; readonly all: readonly string[] },
  reference: Reference,
): readonly string[] {
  if (actions.length === 0 || (resources.length === 1 && resources[0] === '*'))
    return openFaults(pattern, actions, reference);
  // A pattern may stand for more than is meant; one of its actions has to be of the resources.
  const some = actions.filter((action) => resources.some((one) => isOf(action, one, reference)));
  if (some.length === 0) return [`${pattern}: takes none of ${resources.join(', ')}`];
  if (actions.length > 1) return [];
  const facts = reference.actions.get(pattern);
  return (facts?.types ?? [])
    .filter(
      ({ type, required }) =>
        required &&
        !FAMILIES.some((family) => family.test(type)) &&
        !all.some((one) => overlap(reference.arns.get(type) ?? '', one)),
    )
    .map(({ type }) => `${pattern}: needs a ${type} too`);
}

/** `*` is for actions that AWS has no resource level for. */
function openFaults(
  pattern: string,
  actions: readonly string[],
  { actions: facts }: Reference,
): readonly string[] {
  return OPEN[pattern] !== undefined ||
    actions.some((action) => (facts.get(action)?.types ?? []).length === 0) ||
    actions.length === 0
    ? []
    : [
        `${pattern}: is on everything, and takes ${
          facts
            .get(actions[0] as string)
            ?.types.map(({ type }) => type)
            .join(', ') ?? ''
        }`,
      ];
}
