import type { Action, Listener, Rule, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';

/** A request that a load balancer forwards to one target group and to no other. */
export interface ForwardedRequest {
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** Host name that the rule requires; undefined if any is accepted. */
  readonly host?: string;
  /** Path and query. */
  readonly path: string;
  /** Headers that the rule requires; a value may be a secret between the load balancer and a CDN in front of it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A listener with its rules. */
export interface RuledListener {
  readonly listener: Listener;
  readonly rules: readonly Rule[];
}

interface Draft {
  readonly host?: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A GET request for a path that reaches only one target group: built from the conditions of a rule that forwards to it,
 * and checked against all rules before that one. Plain HTTP before HTTPS.
 *
 * @returns undefined if there is none: only other groups get the path, part of the requests go to another group, or
 * a login is required
 */
export function requestTo(
  listeners: readonly RuledListener[],
  group: string,
  path: string,
): ForwardedRequest | undefined {
  for (const scheme of ['http', 'https'] as const) {
    for (const { listener, rules } of listeners) {
      const { Protocol, Port = scheme === 'http' ? 80 : 443 } = listener;
      if (Protocol?.toLowerCase() !== scheme) continue;
      const ordered = inOrder(rules, listener);
      for (const rule of ordered) {
        if (!forwardsAll(rule.Actions, group)) continue;
        const draft = draftOf(rule.Conditions ?? [], path);
        if (draft === undefined) continue;
        const first = ordered.find((one) => (one.Conditions ?? []).every((each) => matches(each, draft)));
        if (first === undefined || !forwardsAll(first.Actions, group)) continue;
        const query = new URLSearchParams(draft.query as [string, string][]).toString();
        return {
          scheme,
          port: Port,
          ...(draft.host === undefined ? {} : { host: draft.host }),
          path: query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`,
          headers: draft.headers,
        };
      }
    }
  }
  return undefined;
}

/** Rules in the order of evaluation: by priority, the default last. */
function inOrder(rules: readonly Rule[], listener: Listener): readonly Rule[] {
  const numbered = rules
    .filter((rule) => rule.IsDefault !== true && rule.Priority !== 'default')
    .sort((a, b) => Number(a.Priority) - Number(b.Priority));
  return [...numbered, { Priority: 'default', Conditions: [], Actions: listener.DefaultActions ?? [] }];
}

/** Whether every request goes directly to the group: no other group has a weight, and no login is required. */
function forwardsAll(actions: readonly Action[] = [], group: string): boolean {
  const [action] = actions;
  if (actions.length !== 1 || action === undefined) return false;
  if (action.Type !== undefined && action.Type !== 'forward') return false;
  const shares = (action.ForwardConfig?.TargetGroups ?? []).filter(({ Weight = 1 }) => Weight > 0);
  if (shares.length > 0) return shares.every(({ TargetGroupArn }) => TargetGroupArn === group);
  return action.TargetGroupArn === group;
}

/** A request that meets the conditions. @returns undefined if the path does not, or a GET cannot meet a condition */
function draftOf(conditions: readonly RuleCondition[], path: string): Draft | undefined {
  let draft: Draft = { path, query: [], headers: {} };
  for (const condition of conditions) {
    const values = valuesOf(condition);
    const [value] = [...values].sort((a, b) => wildcards(a) - wildcards(b));
    if (condition.Field === 'host-header' && value !== undefined)
      draft = { ...draft, host: filledIn(value).toLowerCase() };
    else if (condition.Field === 'http-header' && value !== undefined) {
      const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? '';
      if (name === 'host') draft = { ...draft, host: filledIn(value).toLowerCase() };
      else draft = { ...draft, headers: { ...draft.headers, [name]: filledIn(value) } };
    } else if (condition.Field === 'query-string') {
      const [pair] = condition.QueryStringConfig?.Values ?? [];
      if (pair?.Value === undefined) return undefined;
      const filled = [filledIn(pair.Key ?? 'health'), filledIn(pair.Value)] as const;
      draft = { ...draft, query: [...draft.query, filled] };
    }
  }
  // The source address is not known here. The response shows whether it is accepted.
  const asked = conditions.filter(({ Field }) => Field !== 'source-ip');
  const whole = draft;
  return asked.every((condition) => matches(condition, whole)) ? whole : undefined;
}

function matches(condition: RuleCondition, draft: Draft): boolean {
  const values = valuesOf(condition);
  const any = (text: string | undefined, isCaseless = false) =>
    text !== undefined && values.some((value) => fits(value, text, isCaseless));
  switch (condition.Field) {
    case 'path-pattern':
      return any(draft.path.split('?')[0]);
    case 'host-header':
      return any(draft.host, true);
    case 'http-header': {
      const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? '';
      return any(name === 'host' ? draft.host : draft.headers[name], true);
    }
    case 'http-request-method':
      return any('GET');
    case 'query-string': {
      const pairs = [...new URLSearchParams(draft.path.split('?')[1] ?? ''), ...draft.query];
      return (condition.QueryStringConfig?.Values ?? []).some(({ Key, Value = '' }) =>
        pairs.some(([key, value]) => (Key === undefined || fits(Key, key, true)) && fits(Value, value, true)),
      );
    }
    default:
      // A source address or an unknown condition: not met, because the source can be any address.
      return false;
  }
}

function valuesOf(condition: RuleCondition): readonly string[] {
  const { Field, Values = [] } = condition;
  const own =
    Field === 'host-header'
      ? condition.HostHeaderConfig?.Values
      : Field === 'path-pattern'
        ? condition.PathPatternConfig?.Values
        : Field === 'http-header'
          ? condition.HttpHeaderConfig?.Values
          : Field === 'http-request-method'
            ? condition.HttpRequestMethodConfig?.Values
            : undefined;
  return own !== undefined && own.length > 0 ? own : Values;
}

/** `*` stands for any number of letters, `?` for one; both may be quoted by a backslash. */
function fits(pattern: string, text: string, isCaseless: boolean): boolean {
  const source = pattern.replace(/\\([*?])|([*?])|([.+^${}()|[\]\\])/g, (whole, quoted, wild, special) => {
    if (quoted) return `\\${quoted}`;
    if (wild) return wild === '*' ? '.*' : '.';
    return special ? `\\${special}` : whole;
  });
  return new RegExp(`^${source}$`, isCaseless ? 'is' : 's').test(text);
}

const wildcards = (pattern: string): number => (pattern.match(/[*?]/g) ?? []).length;

/** A text that matches a pattern: `*.example.com` gives `health.example.com`. */
const filledIn = (pattern: string): string =>
  pattern.replace(/\\[*?]|\*|\?/g, (wild) => (wild === '*' ? 'health' : wild === '?' ? 'x' : wild.slice(1)));
