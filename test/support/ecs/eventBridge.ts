import { Readable } from 'node:stream';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CallCounter, createCall } from '../../../runner/src/adapters/aws/call.js';
import type { AwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { createRetryStrategy } from '../../../runner/src/adapters/aws/retries.js';
import { sdk } from '../../../runner/src/adapters/aws/sdk.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { fakeAws } from '../fakeAws.js';

// Loading takes real time, in which a virtual clock would go on.
await sdk.eventBridge();

type Input = Record<string, unknown>;
export type RuleTargetInput = Record<string, unknown> & { readonly Id: string };
/** `throttle`, `lose`: it is carried out and its answer is lost; `partly`: no entry is taken, which an answer of 200 says. */
export type EventFault = 'throttle' | 'lose' | 'partly' | undefined;

/**
 * EventBridge behind the SDK's own requests and answers, as its API reference has it: PutTargets replaces targets by their
 * ids, whole, and says in its answer which it did not take.
 */
export class FakeEventBridge {
  readonly rules = new Map<string, { state: string; expression: string; targets: RuleTargetInput[] }>();
  /** Actions in order, retries included. */
  readonly asked: { readonly action: string; readonly input: Input }[] = [];
  fault: (action: string, nth: number) => EventFault = () => undefined;
  /** Lists show what was there before the last change. */
  isStale = false;
  private before: RuleTargetInput[] = [];

  /** @param targets of the rule, whole */
  rule(name: string, targets: readonly RuleTargetInput[], state = 'ENABLED'): void {
    this.rules.set(name, { state, expression: 'rate(1 day)', targets: [...targets] });
  }

  /** What each target of a rule runs, by its id. */
  runs(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(
      (this.rules.get(name)?.targets ?? []).map(({ Id, EcsParameters }) => {
        const arn = (EcsParameters as { TaskDefinitionArn?: string } | undefined)?.TaskDefinitionArn ?? '';
        return [Id, arn.slice(arn.lastIndexOf('/') + 1)];
      }),
    );
  }

  count(action: string): number {
    return this.asked.filter((one) => one.action === action).length;
  }

  clients(over: Partial<AwsClients> = {}): AwsClients {
    const fake = fakeAws({});
    const client = new EventBridgeClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
      retryStrategy: createRetryStrategy(() => 0),
      requestHandler: { handle: async (request: WireRequest) => this.handle(request) } as never,
    });
    const call = createCall(new CallCounter(), new SecretRegistry());
    return {
      ...fake,
      eventBridge: async () => client,
      call: (one, command, what) => (one === client ? call : fake.call)(one, command, what),
      ...over,
    };
  }

  private handle({ headers, body }: WireRequest) {
    const action = (headers['x-amz-target'] ?? '').slice('AWSEvents.'.length);
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
    const input = JSON.parse(text) as Input;
    this.asked.push({ action, input });
    const fault = this.fault(action, this.count(action));
    if (fault === 'throttle') return answer(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
    if (fault === 'partly') {
      const entries = (input['Targets'] as RuleTargetInput[]).map(({ Id: TargetId }) => ({
        ...{ TargetId, ErrorCode: 'ConcurrentModificationException', ErrorMessage: 'too many at once' },
      }));
      return answer(200, { FailedEntryCount: entries.length, FailedEntries: entries });
    }
    const found = this.answer(action, input);
    if (fault === 'lose') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    return found;
  }

  private answer(action: string, input: Input) {
    const name = String(input['Rule'] ?? input['Name']);
    const bus = input['EventBusName'];
    const rule = this.rules.get(typeof bus === 'string' ? `${bus}/${name}` : name);
    if (rule === undefined)
      return answer(400, { __type: 'ResourceNotFoundException', message: `Rule ${name} does not exist` });
    switch (action) {
      case 'DescribeRule':
        return answer(200, { Name: name, State: rule.state, ScheduleExpression: rule.expression });
      case 'ListTargetsByRule': {
        // A page has one target: that there are more is for the caller to see.
        const from = Number(input['NextToken'] ?? 0);
        const targets = this.isStale && this.before.length > 0 ? this.before : rule.targets;
        const more = from + 1 < targets.length ? { NextToken: String(from + 1) } : {};
        return answer(200, { Targets: targets.slice(from, from + 1), ...more });
      }
      case 'PutTargets': {
        const put = input['Targets'] as RuleTargetInput[];
        this.before = [...rule.targets];
        const kept = rule.targets.map((one) => put.find(({ Id }) => Id === one.Id) ?? one);
        const added = put.filter(({ Id }) => !rule.targets.some((one) => one.Id === Id));
        rule.targets = [...kept, ...added];
        return answer(200, { FailedEntryCount: 0, FailedEntries: [] });
      }
      default:
        throw new Error(`the test expects no ${action}`);
    }
  }
}

interface WireRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Uint8Array;
}

const answer = (statusCode: number, body: unknown) => ({
  response: {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  },
});
