import type { AwsRequest } from './exchange.js';

/** The three ways in which AWS services name what they are asked: a header, a form field, a path. */
export function actionOf({ method, path, headers, body }: Omit<AwsRequest, 'action'>): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const [service = '', name = ''] = target.split('.');
    return `${shortName(service)}.${name}`;
  }
  const rpc = /\/service\/(\w+)\/operation\/(\w+)/.exec(path);
  if (rpc !== null) return `${shortName(rpc[1] ?? '')}.${rpc[2] ?? ''}`;
  const form = new URLSearchParams(body.length < 100_000 ? body.toString('latin1') : '');
  const named = form.get('Action');
  if (named === null) return `${method} ${path.split('?')[0] ?? '/'}`;
  return `${queryService(form.get('Version'))}.${named}`;
}

const SHORT_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^AmazonEC2ContainerServiceV/, 'ECS'],
  [/^AmazonEC2ContainerRegistry_V/, 'ECR'],
  [/^AmazonSSM$/, 'SSM'],
  [/^Logs_/, 'Logs'],
  [/^secretsmanager$/i, 'SecretsManager'],
];
const shortName = (service: string): string =>
  SHORT_NAMES.find(([pattern]) => pattern.test(service))?.[1] ?? service.replace(/_?V?\d{8}$/, '');

const QUERY_VERSIONS: Readonly<Record<string, string>> = {
  '2015-12-01': 'ELB',
  '2016-11-15': 'EC2',
  '2011-06-15': 'STS',
  '2010-05-08': 'IAM',
};
const queryService = (version: string | null): string => QUERY_VERSIONS[version ?? ''] ?? 'Query';
