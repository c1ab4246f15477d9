import { randomUUID } from 'node:crypto';
import {
  answered,
  formOf,
  isJson,
  jsonOf,
  refusal,
  withBody,
  type AwsAnswer,
  type AwsRequest,
  type Send,
  type Truth,
} from './exchange.js';
import { logPages } from './logPages.js';
import { childrenOf, listOf } from './xmlLists.js';

/** Where a call has its items, and what carries the place of the next page. */
interface Paging {
  readonly items: string;
  /** In the request and in the answer. */
  readonly token: readonly [string, string];
  /** It may answer nothing at first though there is more. */
  readonly emptyFirst?: boolean;
}

const MARKER = ['Marker', 'NextMarker'] as const;
const TOKEN = ['nextToken', 'nextToken'] as const;
const EC2_TOKEN = ['NextToken', 'nextToken'] as const;

/** The calls that AWS answers in pages, by action. Source: the API reference of each; the SDK has paginators for them. */
export const PAGED: Readonly<Record<string, Paging>> = {
  'ECS.ListTasks': { items: 'taskArns', token: TOKEN },
  'ECS.ListClusters': { items: 'clusterArns', token: TOKEN },
  'ECS.ListServices': { items: 'serviceArns', token: TOKEN },
  'ECS.ListTaskDefinitions': { items: 'taskDefinitionArns', token: TOKEN },
  'ECR.DescribeRepositories': { items: 'repositories', token: TOKEN },
  'ECR.DescribeImages': { items: 'imageDetails', token: TOKEN },
  'ELB.DescribeTargetGroups': { items: 'TargetGroups', token: MARKER },
  'ELB.DescribeLoadBalancers': { items: 'LoadBalancers', token: MARKER },
  'ELB.DescribeListeners': { items: 'Listeners', token: MARKER },
  'ELB.DescribeRules': { items: 'Rules', token: MARKER },
  'Logs.DescribeLogGroups': { items: 'logGroups', token: TOKEN },
  'SSM.DescribeParameters': { items: 'Parameters', token: ['NextToken', 'NextToken'] },
  'EC2.DescribeSubnets': { items: 'subnetSet', token: EC2_TOKEN },
  'EC2.DescribeRouteTables': { items: 'routeTableSet', token: EC2_TOKEN },
  'EC2.DescribeVpcEndpoints': { items: 'vpcEndpointSet', token: EC2_TOKEN },
  'EC2.DescribeImages': { items: 'imagesSet', token: EC2_TOKEN },
  'EC2.DescribeInstanceStatus': { items: 'instanceStatusSet', token: EC2_TOKEN },
  'EC2.DescribeSecurityGroups': { items: 'securityGroupInfo', token: EC2_TOKEN },
  'EC2.DescribeInstances': { items: 'reservationSet', token: EC2_TOKEN, emptyFirst: true },
};

/** Lists in pages of at most `size`, with a token for the next that is good for this list alone. */
export function inPages(size = 10): Truth {
  const kept = new Map<string, { readonly action: string; readonly items: readonly string[] }>();
  const logs = logPages(size);
  return async (request, send) => {
    if (request.action === 'Logs.GetLogEvents') return logs(request, send);
    if (isListOfObjects(request)) return send(fewerKeys(request, size));
    const paging = PAGED[request.action];
    if (paging === undefined) return send(request);
    const token = tokenOf(request, paging);
    if (token === undefined) {
      const { answer, items } = await allItems(request, paging, send);
      if (answer.status !== 200) return answer;
      const id = randomUUID();
      kept.set(id, { action: request.action, items });
      return slice(answer, paging, items, { id, from: 0, size: paging.emptyFirst === true ? 0 : size });
    }
    const [id = '', from = ''] = token.split('/');
    const list = kept.get(id);
    if (list?.action !== request.action)
      return refusal(request, 400, 'InvalidParameterException', `Invalid token ${token}`);
    // Asked again without it, for the rest of the answer.
    const { answer } = await allItems(withoutToken(request, paging), paging, send);
    return slice(answer, paging, list.items, { id, from: Number(from), size });
  };
}

function slice(
  answer: AwsAnswer,
  paging: Paging,
  items: readonly string[],
  { id, from, size }: { readonly id: string; readonly from: number; readonly size: number },
): AwsAnswer {
  const part = items.slice(from, from + size);
  const next = from + size < items.length ? `${id}/${from + size}` : undefined;
  const [, name] = paging.token;
  const text = answer.body.toString('utf8');
  if (!text.startsWith('<')) {
    const json = { ...jsonOf(answer), [paging.items]: part.map((one) => JSON.parse(one) as unknown) };
    return answered(answer, { ...json, [name]: next });
  }
  const { before, after } = listOf(text, paging.items);
  const token = next === undefined ? '' : `<${name}>${next}</${name}>`;
  return answered(answer, `${before}<${paging.items}>${part.join('')}</${paging.items}>${token}${after}`);
}

/** Everything the emulator has, which may have pages of its own. */
async function allItems(
  request: AwsRequest,
  paging: Paging,
  send: Send,
): Promise<{ readonly answer: AwsAnswer; readonly items: readonly string[] }> {
  const items: string[] = [];
  let asked = request;
  for (;;) {
    const answer = await send(asked);
    const text = answer.body.toString('utf8');
    if (answer.status !== 200) return { answer, items };
    if (text.startsWith('<')) return { answer, items: childrenOf(listOf(text, paging.items).inner) };
    const json = jsonOf(answer);
    items.push(...((json[paging.items] ?? []) as unknown[]).map((one) => JSON.stringify(one)));
    const [sent, got] = paging.token;
    if (!json[got]) return { answer, items };
    asked = withBody(request, JSON.stringify({ ...jsonOf(request), [sent]: json[got] }));
  }
}

function tokenOf(request: AwsRequest, { token: [name] }: Paging): string | undefined {
  const found = isJson(request) ? jsonOf(request)[name] : formOf(request).get(name);
  return typeof found === 'string' ? found : undefined;
}

function withoutToken(request: AwsRequest, { token: [name] }: Paging): AwsRequest {
  if (isJson(request)) return withBody(request, JSON.stringify({ ...jsonOf(request), [name]: undefined }));
  const form = formOf(request);
  form.delete(name);
  return withBody(request, form.toString());
}

const isListOfObjects = ({ action, path }: AwsRequest): boolean =>
  action.startsWith('GET /') && /[?&]list-type=2/.test(path);

/** S3 pages by itself: it is only asked for less. */
function fewerKeys(request: AwsRequest, size: number): AwsRequest {
  const url = new URL(request.path, 'http://s3');
  url.searchParams.set('max-keys', String(Math.min(size, Number(url.searchParams.get('max-keys') ?? size))));
  return { ...request, path: `${url.pathname}${url.search}` };
}
