import { formOf, jsonOf, refusal, type AwsAnswer, type AwsRequest, type Truth } from '../aws/exchange.js';
import { Ec2OfAccount } from './ec2.js';
import { element, elements, jsonAnswer, queryAnswer } from './xml.js';

type Tags = Readonly<Record<string, string>>;
const ARN = 'eu-west-1:111111111111';

export interface HeldDatabase {
  readonly kind: 'instance' | 'cluster';
  readonly id: string;
  status: string;
  ahead: string[];
  readonly tags: Tags;
}

export interface HeldService {
  desired: number;
  running: number;
  bounds?: { min: number; max: number };
}

/**
 * What AWS has of an account, in memory, by the references of its APIs: it answers the SDK's own requests, of which every
 * one is written down. Databases and services go through their states one a look.
 */
export class Account {
  readonly ec2 = new Ec2OfAccount();
  readonly alarms: { name: string; tags: Tags; state: string; metric: string }[] = [];
  readonly databases: HeldDatabase[] = [];
  readonly services = new Map<string, HeldService>();
  readonly targetGroups: { name: string; tags: Tags; health: Record<string, string> }[] = [];
  readonly images: { digest: string; tags: string[] }[] = [];
  /** Actions in order: `EC2.StopInstances i-1`. */
  readonly asked: string[] = [];
  /** Reasons for which something fails, by action. */
  readonly refused = new Map<string, string>();
  /** Called before each request is carried out. */
  before: (action: string) => void = () => undefined;

  readonly truth: Truth = async (request) => {
    const { action } = request;
    this.asked.push(action.replace('GraniteServiceVersion.', 'CloudWatch.').replace('Query.', 'RDS.'));
    this.before(this.asked.at(-1) as string);
    const code = this.refused.get(action.split('.')[1] as string);
    if (code !== undefined) return refusal(request, 400, code, `${code} was thrown`);
    if (action.startsWith('STS.'))
      return queryAnswer(
        'GetCallerIdentity',
        `${element('Account', '111111111111')}${element('Arn', 'arn:x')}`,
      );
    if (action.startsWith('EC2.')) return this.lost(action, this.ec2.answer(request));
    if (action.startsWith('GraniteServiceVersion.')) return this.cloudWatch(request);
    if (action.startsWith('ELB.')) return this.balancing(request);
    if (action.startsWith('ECR.')) return this.registry(request);
    if (action.startsWith('ECS.')) return this.ecs(request);
    if (action.startsWith('AnyScaleFrontendService.')) return this.scaling(request);
    return this.rds(request);
  };

  /** How many answers to an action are lost, after it was carried out. */
  readonly losing = new Map<string, number>();

  private lost(action: string, answer: AwsAnswer): AwsAnswer {
    const left = this.losing.get(action) ?? 0;
    this.losing.set(action, left - 1);
    return left > 0 ? { status: 500, headers: {}, body: Buffer.from('') } : answer;
  }

  /** Changes that were asked for, without looks. */
  changes(): readonly string[] {
    return this.asked.filter((action) => !/\.(?:Describe|List|Get)/.test(action));
  }

  private cloudWatch(request: AwsRequest): AwsAnswer {
    const body = jsonOf(request) as { AlarmNames?: string[]; ResourceARN?: string; AlarmName?: string };
    const arnOf = (name: string) => `arn:aws:cloudwatch:${ARN}:alarm:${name}`;
    switch (request.action.split('.')[1]) {
      case 'DescribeAlarms':
        return jsonAnswer({
          MetricAlarms: this.alarms
            .filter(({ name }) => body.AlarmNames === undefined || body.AlarmNames.includes(name))
            .map(({ name, state, metric }) => ({
              ...{ AlarmName: name, AlarmArn: arnOf(name), StateValue: state, StateReason: 'so' },
              ...{
                Namespace: 'AWS/EC2',
                MetricName: metric,
                Threshold: 80,
                Period: 300,
                EvaluationPeriods: 2,
              },
              ...{ ComparisonOperator: 'GreaterThanThreshold', StateUpdatedTimestamp: 1_793_000_000 },
            })),
        });
      case 'ListTagsForResource': {
        const tags = this.alarms.find(({ name }) => arnOf(name) === body.ResourceARN)?.tags ?? {};
        return jsonAnswer({ Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });
      }
      case 'PutMetricAlarm': {
        const put = body as { AlarmName: string; MetricName: string; Tags: { Key: string; Value: string }[] };
        const tags = Object.fromEntries(put.Tags.map(({ Key, Value }) => [Key, Value]));
        this.alarms.push({ name: put.AlarmName, tags, state: 'INSUFFICIENT_DATA', metric: put.MetricName });
        return jsonAnswer({});
      }
      default: {
        const left = this.alarms.filter(({ name }) => body.AlarmNames?.includes(name) !== true);
        this.alarms.splice(0, this.alarms.length, ...left);
        return jsonAnswer({});
      }
    }
  }

  private balancing(request: AwsRequest): AwsAnswer {
    const action = request.action.split('.')[1] as string;
    const arnOf = (name: string) => `arn:aws:elasticloadbalancing:${ARN}:targetgroup/${name}/1`;
    if (action === 'DescribeTargetGroups')
      return queryAnswer(
        action,
        elements(
          'TargetGroups',
          this.targetGroups.map(({ name }) =>
            [
              element('TargetGroupArn', arnOf(name)),
              element('TargetGroupName', name),
              ...[element('Protocol', 'HTTP'), element('Port', '8080'), element('TargetType', 'instance')],
            ].join(''),
          ),
          'member',
        ),
      );
    if (action === 'DescribeTags')
      return queryAnswer(
        action,
        elements(
          'TagDescriptions',
          this.targetGroups.map(
            ({ name, tags }) => `${element('ResourceArn', arnOf(name))}${tagMembers('Tags', tags, 'member')}`,
          ),
          'member',
        ),
      );
    const group = this.targetGroups.find(({ name }) => arnOf(name) === formOf(request).get('TargetGroupArn'));
    const targets = Object.entries(group?.health ?? {}).map(
      ([id, state]) =>
        `${element('Target', element('Id', id))}${element('TargetHealth', element('State', state))}`,
    );
    return queryAnswer(action, elements('TargetHealthDescriptions', targets, 'member'));
  }

  private registry(request: AwsRequest): AwsAnswer {
    const { repositoryName } = jsonOf(request) as { repositoryName: string };
    return jsonAnswer({
      imageDetails: this.images.map(({ digest, tags }, index) => ({
        ...{ repositoryName, imageDigest: digest, imageTags: tags, imageSizeInBytes: 12_345_678 },
        imagePushedAt: 1_793_000_000 + index,
      })),
    });
  }

  private ecs(request: AwsRequest): AwsAnswer {
    const body = jsonOf(request) as { services?: string[]; service?: string; desiredCount?: number };
    if (request.action === 'ECS.DescribeTaskDefinition')
      return jsonAnswer({
        taskDefinition: { family: 'web', cpu: '512', memory: '1024', requiresCompatibilities: ['FARGATE'] },
      });
    const name = body.services?.[0] ?? body.service ?? '';
    const service = this.services.get(name) as HeldService;
    if (request.action === 'ECS.UpdateService') service.desired = body.desiredCount ?? service.desired;
    else service.running += Math.sign(service.desired - service.running);
    const view = {
      ...{ serviceName: name, status: 'ACTIVE', taskDefinition: 'web:1', launchType: 'FARGATE' },
      ...{ desiredCount: service.desired, runningCount: service.running, pendingCount: 0, events: [] },
    };
    return jsonAnswer(request.action === 'ECS.UpdateService' ? { service: view } : { services: [view] });
  }

  private scaling(request: AwsRequest): AwsAnswer {
    const body = jsonOf(request) as {
      ResourceIds?: string[];
      ResourceId?: string;
      MinCapacity?: number;
      MaxCapacity?: number;
    };
    const id = body.ResourceIds?.[0] ?? body.ResourceId ?? '';
    const service = this.services.get(id.split('/')[2] ?? '') as HeldService;
    if (request.action.endsWith('.RegisterScalableTarget')) {
      service.bounds = { min: body.MinCapacity ?? 0, max: body.MaxCapacity ?? 0 };
      return jsonAnswer({});
    }
    const { bounds } = service;
    const found =
      bounds === undefined ? [] : [{ ResourceId: id, MinCapacity: bounds.min, MaxCapacity: bounds.max }];
    return jsonAnswer({ ScalableTargets: found });
  }

  private rds(request: AwsRequest): AwsAnswer {
    const form = formOf(request);
    const action = form.get('Action') ?? '';
    const kind = action.includes('Cluster') ? 'cluster' : 'instance';
    const word = kind === 'cluster' ? 'DBCluster' : 'DBInstance';
    if (action.startsWith('Describe')) {
      const found = this.databases.filter((one) => one.kind === kind);
      for (const one of found) one.status = one.ahead.shift() ?? one.status;
      return queryAnswer(
        action,
        elements(
          `${word}s`,
          found.map((one) => databaseXml(word, one)),
          word,
        ),
      );
    }
    const id = form.get(`${word}Identifier`);
    const one = this.databases.find((database) => database.id === id && database.kind === kind);
    if (one === undefined) return refusal(request, 404, 'DBInstanceNotFound', `${id} not found`);
    const [from, ahead] = action.startsWith('Stop')
      ? ['available', ['stopping', 'stopped']]
      : ['stopped', ['starting', 'available']];
    if (one.status !== from) return refusal(request, 400, 'InvalidDBInstanceState', `${id} is ${one.status}`);
    one.ahead = [...ahead];
    return queryAnswer(action, element(word, databaseXml(word, one)));
  }
}

const tagMembers = (list: string, tags: Tags, item: string): string =>
  elements(
    list,
    Object.entries(tags).map(([key, value]) => `${element('Key', key)}${element('Value', value)}`),
    item,
  );

const databaseXml = (word: string, { id, status, tags }: HeldDatabase): string =>
  [
    element(`${word}Identifier`, id),
    element(word === 'DBCluster' ? 'Status' : 'DBInstanceStatus', status),
    ...[element('DBInstanceClass', 'db.t3.micro'), element('Engine', 'mariadb'), element('MultiAZ', 'false')],
    tagMembers('TagList', tags, 'Tag'),
  ].join('');
