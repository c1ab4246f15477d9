import { answered, formOf, listIn, type Truth } from './exchange.js';
import { childrenOf, listOf } from './xmlLists.js';

export interface HealthTimes {
  /** How long a new target is `initial`, in milliseconds. */
  readonly initialMs: number;
  /** How long it is `unhealthy` after that. */
  readonly unhealthyMs: number;
  /** How long a target that was taken out is `draining`. */
  readonly drainingMs: number;
}

interface Since {
  readonly change: 'registered' | 'deregistered';
  readonly atMs: number;
}

/** The time that targets take: the emulator calls each healthy at once, and forgets it at once. */
export function targetHealth(times: HealthTimes): Truth {
  const since = new Map<string, Since>();
  return async (request, send) => {
    const { action } = request;
    const form = action.startsWith('ELB.') ? formOf(request) : undefined;
    const group = form?.get('TargetGroupArn') ?? '';
    if (form !== undefined && /^ELB\.(?:Reg|Dereg)isterTargets$/.test(action)) {
      const answer = await send(request);
      const change = action === 'ELB.RegisterTargets' ? 'registered' : 'deregistered';
      for (const id of listIn(form, 'Targets', 'Id'))
        since.set(`${group} ${id}`, { change, atMs: Date.now() });
      return answer;
    }
    const answer = await send(request);
    if (form === undefined || action !== 'ELB.DescribeTargetHealth' || answer.status !== 200) return answer;
    const asked = listIn(form, 'Targets', 'Id');
    const ports = listIn(form, 'Targets', 'Port');
    const text = answer.body.toString('utf8');
    const { before, inner, after } = listOf(text, 'TargetHealthDescriptions');
    const shown = childrenOf(inner).map((one) => {
      const id = /<Id>([^<]*)<\/Id>/.exec(one)?.[1] ?? '';
      const told = stateOf(since.get(`${group} ${id}`), times);
      return told === undefined ? one : withState(one, told);
    });
    // Who is being let go is still there.
    const letGo = asked.flatMap((id, index) => {
      const known = shown.some((one) => one.includes(`<Id>${id}</Id>`));
      const told = stateOf(since.get(`${group} ${id}`), times);
      if (known || told !== 'draining') return [];
      const port = ports[index] === undefined ? '' : `<Port>${ports[index]}</Port>`;
      return [withState(`<member><Target><Id>${id}</Id>${port}</Target></member>`, told)];
    });
    const list = [...shown, ...letGo].join('');
    return answered(answer, `${before}<TargetHealthDescriptions>${list}</TargetHealthDescriptions>${after}`);
  };
}

type Told = 'initial' | 'unhealthy' | 'draining';

function stateOf(since: Since | undefined, times: HealthTimes): Told | undefined {
  if (since === undefined) return undefined;
  const ageMs = Date.now() - since.atMs;
  if (since.change === 'deregistered') return ageMs < times.drainingMs ? 'draining' : undefined;
  if (ageMs < times.initialMs) return 'initial';
  return ageMs < times.initialMs + times.unhealthyMs ? 'unhealthy' : undefined;
}

const REASONS: Readonly<Record<Told, readonly [string, string]>> = {
  initial: ['Elb.InitialHealthChecking', 'Initial health checks in progress'],
  unhealthy: ['Target.FailedHealthChecks', 'Health checks failed'],
  draining: ['Target.DeregistrationInProgress', 'Target deregistration is in progress'],
};

function withState(description: string, state: Told): string {
  const [reason, words] = REASONS[state];
  const health = `<TargetHealth><State>${state}</State><Reason>${reason}</Reason><Description>${words}</Description></TargetHealth>`;
  const without = description.replace(/<TargetHealth>.*<\/TargetHealth>/s, '');
  return without.replace('</member>', `${health}</member>`);
}
