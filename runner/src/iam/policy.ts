import { existsSync } from 'node:fs';
import type { Context, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { plannedResources } from './rules/planned.js';
import {
  POLICY_LIMIT,
  policyOf,
  policySize,
  type Grant,
  type PolicyDocument,
} from './rules/policyDocument.js';
import { partsOf } from './rules/policyParts.js';
import { terraformGrants, type Access } from './rules/terraform/grants.js';
import { callsOf, grantsOf, type Verb } from './rules/verbs.js';
import type { ScopedPlanJson } from '../infrastructure/rules/planScope.js';
import { isPlan } from '../infrastructure/rules/terraformJson.js';
import { toolJson } from '../base/toolJson.js';
import { terraformShow } from '../infrastructure/rules/terraformArguments.js';
import { defaultPlanFile } from '../infrastructure/planPlaces.js';
import { actingIn } from '../context/scopeRole.js';
import { scopeOf, scopeOption } from '../infrastructure/scope.js';
import { terraformFailure } from '../infrastructure/rules/terraformFailure.js';
import { openRoot } from '../infrastructure/terraformRoot.js';
import { runTerraform } from '../infrastructure/terraformRun.js';
import { policyNames, type GivenNames } from './deploymentNames.js';

export interface PolicyRequest extends GivenNames {
  readonly verb: Verb;
  /** The only part of the root that the verb may change. */
  readonly scope?: string;
  /** Plan to read the resources from, absolute; the kept one where left out. */
  readonly plan?: string;
}

export interface PolicyResult {
  readonly policy: PolicyDocument;
  /** Characters, as IAM counts them. */
  readonly size: number;
  /** False where IAM would refuse it as one managed policy. */
  readonly fits: boolean;
  /** The same as several that IAM takes; itself where it fits. */
  readonly parts: readonly PolicyDocument[];
  /** What is left open, and why. */
  readonly notes: readonly string[];
  /** Why a statement is for every resource, by action. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** IAM refuses a policy that allows nothing. */
const NOTHING_ASKED: Grant = {
  actions: ['sts:GetCallerIdentity'],
  resources: ['*'],
  because: 'everybody may do this, and a policy has to allow something',
};
const ASKS_NOTHING =
  'this command does not call AWS and needs no policy: this one allows only what everybody may do anyway';

/** Verbs that run Terraform, with what they do to the resources. */
const TERRAFORM: Partial<Record<Verb, Access>> = {
  plan: 'look',
  drift: 'look',
  apply: 'change',
  destroy: 'destroy',
  run: 'change',
};

/**
 * The smallest policy for a verb of an environment. Verbs of Terraform need a plan that was kept: it names the
 * resources; nothing is asked of AWS.
 * @throws StackError CONFIG_INVALID where a command of Terraform has no root, PLAN_STALE where there is no plan to read, SCOPE_UNKNOWN, CONFIG_INVALID, TERRAFORM_FAILED
 */
export async function policyFor(
  context: Context,
  environment: NamedEnvironment,
  request: PolicyRequest,
): Promise<PolicyResult> {
  const { names, has, targets, stores, rows, notes } = await policyNames(
    context,
    actingIn(environment, request.scope),
    request.verb,
    request,
  );
  const access = TERRAFORM[request.verb];
  // A run without Terraform is one; its commands alone are refused as they refuse themselves.
  const isWithout = request.verb === 'run' && environment.config.infrastructure === undefined;
  const ofRoot =
    access === undefined || isWithout
      ? { grants: [], notes: [] }
      : await rootGrants(context, environment, request, access, names.place);
  const asked: readonly Grant[] = [
    ...grantsOf(names, callsOf(request.verb, { has, targets, stores }), rows),
    ...ofRoot.grants,
  ];
  const isNothing = asked.every(({ resources }) => resources.length === 0);
  const grants = isNothing ? [NOTHING_ASKED] : asked;
  const policy = policyOf(grants);
  const size = policySize(policy);
  const allowed = new Set(policy.Statement.flatMap(({ Action }) => Action));
  const told = notes.filter(({ actions }) => actions?.some((action) => allowed.has(action)) ?? true);
  const open = grants.filter(({ because }) => because !== undefined);
  return {
    policy,
    size,
    fits: size <= POLICY_LIMIT,
    parts: partsOf(policy),
    notes: [...(isNothing ? [ASKS_NOTHING] : []), ...told.map(({ message }) => message), ...ofRoot.notes],
    reasons: Object.fromEntries(
      open.flatMap(({ actions, because }) => actions.map((action) => [action, because as string])),
    ),
  };
}

async function rootGrants(
  context: Context,
  environment: NamedEnvironment,
  request: PolicyRequest,
  access: Access,
  place: { readonly region: string; readonly account: string },
): Promise<{ readonly grants: readonly Grant[]; readonly notes: readonly string[] }> {
  const root = await openRoot(context, environment);
  const delivery = request.verb === 'run' ? environment.config.infrastructure?.scope : undefined;
  const scope = scopeOf(environment, request.scope ?? delivery);
  const kept = { destroy: false, ...(scope === undefined ? {} : { scope }) };
  const file = request.plan ?? defaultPlanFile(await context.config(), context.env, environment.name, kept);
  if (!existsSync(file)) {
    throw new StackError('PLAN_STALE', 'there is no plan that names the resources', {
      where: file,
      next: `Make one with credentials that may read: node runner plan --env ${environment.name}${scopeOption(scope)}`,
    });
  }
  const shown = await runTerraform(context, root, terraformShow(root, file), { captureStdout: true });
  if (shown.exitCode !== 0) throw terraformFailure('show', root, shown);
  const resources = plannedResources(toolJson('terraform show -json', shown, isPlan<ScopedPlanJson>), scope);
  const { grants, unknown, untold } = terraformGrants(place, resources, access);
  const strange = unknown.map(
    (type) => `the table does not know ${type}: add the permissions of its provider by hand`,
  );
  return { grants, notes: [...strange, ...untold] };
}
