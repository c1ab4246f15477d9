/** What a statement allows, before statements of the same resources are joined. */
export interface Grant {
  /** `service:Action`, spelt as IAM does; never with a wildcard. */
  readonly actions: readonly string[];
  /** ARNs, or `*` alone. */
  readonly resources: readonly string[];
  readonly condition?: Condition;
  /** Why it is `*`: such a grant has to say. */
  readonly because?: string;
}

/** Operator to key to values, as IAM writes conditions. */
export type Condition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** Characters that IAM takes in a managed policy; white space does not count. */
export const POLICY_LIMIT = 6144;

/**
 * One policy of many grants: those of the same resources and condition are one statement, and an action that is
 * allowed on everything without a condition is not named again.
 */
export function policyOf(grants: readonly Grant[]): PolicyDocument {
  const everywhere = new Set(
    grants
      .filter(({ resources, condition }) => resources[0] === '*' && condition === undefined)
      .flatMap(({ actions }) => actions),
  );
  const statements = new Map<string, { actions: Set<string>; grant: Grant }>();
  for (const group of byAction(grants)) {
    const { resources, condition } = group;
    const isOpen = resources[0] === '*' && condition === undefined;
    const actions = group.actions.filter((action) => isOpen || !everywhere.has(action));
    if (actions.length === 0) continue;
    const key = JSON.stringify([resources, condition ?? null]);
    const found = statements.get(key) ?? { actions: new Set<string>(), grant: group };
    for (const action of actions) found.actions.add(action);
    statements.set(key, found);
  }
  const names = new Map<string, number>();
  const documents = [...statements.values()].map(({ actions, grant }): Statement => {
    const Action = [...actions].sort();
    return {
      Sid: sid(Action, names),
      Effect: 'Allow',
      Action,
      Resource: grant.resources,
      ...(grant.condition === undefined ? {} : { Condition: grant.condition }),
    };
  });
  return { Version: '2012-10-17', Statement: documents };
}

/** Joins the resources that an action is allowed on under one condition, then the actions that share all of them. */
function byAction(grants: readonly Grant[]): Grant[] {
  const found = new Map<
    string,
    { action: string; resources: Set<string>; condition: Condition | undefined }
  >();
  for (const { actions, resources, condition } of grants) {
    if (resources.length === 0) continue;
    for (const action of actions) {
      const key = JSON.stringify([action, condition, resources[0] === '*']);
      const entry = found.get(key) ?? { action, resources: new Set<string>(), condition };
      for (const resource of resources) entry.resources.add(resource);
      found.set(key, entry);
    }
  }
  return [...found.values()].map(({ action, resources, condition }) => ({
    actions: [action],
    resources: withoutCovered([...resources]).sort(),
    ...(condition === undefined ? {} : { condition }),
  }));
}

/** Leaves out what a wider one of the same list covers. */
function withoutCovered(resources: readonly string[]): string[] {
  return resources.filter((one) => !resources.some((other) => other !== one && matches(other, one)));
}

function matches(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return false;
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

function sid(actions: readonly string[], used: Map<string, number>): string {
  const services = [...new Set(actions.map((action) => action.split(':')[0] as string))].slice(0, 2);
  const name = services.map((one) => one.charAt(0).toUpperCase() + one.slice(1).replaceAll('-', '')).join('');
  const count = (used.get(name) ?? 0) + 1;
  used.set(name, count);
  return count === 1 ? name : `${name}${count}`;
}

/** Size as IAM counts it. */
export function policySize(document: PolicyDocument): number {
  return JSON.stringify(document).length;
}
