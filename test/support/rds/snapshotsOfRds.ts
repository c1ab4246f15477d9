import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { RDSClient } from '@aws-sdk/client-rds';
import { CallCounter, createCall } from '../../../runner/src/adapters/aws/call.js';
import { createRetryStrategy } from '../../../runner/src/adapters/aws/retries.js';
import type { AwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { sdk } from '../../../runner/src/adapters/aws/sdk.js';
import type { Clock } from '../../../runner/src/base/ports.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';

// Loading takes real time, in which a virtual clock would go on.
await sdk.rds();

interface Snapshot {
  readonly id: string;
  readonly of: string;
  readonly isCluster: boolean;
  readonly type: 'manual' | 'automated';
  readonly beganMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

type Answer = { readonly status: number; readonly body: string };
/** What becomes of a request; `lose`: it is carried out, and its answer is lost. */
export type RdsFault = 'throttle' | 'deny' | 'lose' | undefined;

const ARN = 'arn:aws:rds:eu-west-1:111111111111';
const PAGE = 2;

/**
 * Snapshots as RDS makes them, by its documentation: one takes its time and tells how much is there; an instance that is
 * not `available` lets none begin; names are unique; lists come in pages. It answers the SDK's own requests.
 */
export class SnapshotsOfRds {
  readonly snapshots: Snapshot[] = [];
  /** Actions in order, those that were repeated too. */
  readonly asked: string[] = [];
  readonly instances = new Set(['orders']);
  readonly clusters = new Set(['ledger']);
  /** Until when the database does something else, in milliseconds. */
  busyUntilMs = 0;
  takesMs = 60_000;
  /** Snapshots that fail, by how many there were before. */
  readonly failing = new Set<number>();
  fault: (action: string, nth: number) => RdsFault = () => undefined;
  private made = 0;
  private readonly failed = new Set<string>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** One that somebody else made, or RDS itself. */
  add(over: Partial<Snapshot> & { readonly id: string }): void {
    const beganMs = this.clock.now().getTime() - 10 * this.takesMs;
    this.snapshots.push({ of: 'orders', isCluster: false, type: 'manual', beganMs, tags: {}, ...over });
  }

  ids(): readonly string[] {
    return this.snapshots.map(({ id }) => id);
  }

  /** The SDK's client of it. */
  clients(): Pick<AwsClients, 'call' | 'rds'> {
    const client = new RDSClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
      retryStrategy: createRetryStrategy(() => 0),
      requestHandler: {
        handle: async ({ body }: { body: string }) => {
          const { status: statusCode, body: xml } = this.answer(new URLSearchParams(body));
          const headers = { 'content-type': 'text/xml' };
          return { response: { statusCode, headers, body: Readable.from([Buffer.from(xml)]) } };
        },
      } as never,
    });
    return { rds: async () => client, call: createCall(new CallCounter(), new SecretRegistry()) };
  }

  /** The same for other processes, which find it by AWS_ENDPOINT_URL_RDS. */
  async serve(): Promise<{ readonly url: string; close(): void }> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { status, body } = this.answer(new URLSearchParams(Buffer.concat(chunks).toString()));
        response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
  }

  private answer(form: URLSearchParams): Answer {
    const action = form.get('Action') ?? '';
    this.asked.push(action);
    const fault = this.fault(action, this.asked.filter((one) => one === action).length);
    if (fault === 'throttle') return refusal('Throttling', 'Rate exceeded');
    if (fault === 'deny') return refusal('AccessDenied', `not authorized to perform rds:${action}`);
    const done = this.carryOut(action, form);
    return fault === 'lose' ? { status: 500, body: '' } : done;
  }

  private carryOut(action: string, form: URLSearchParams): Answer {
    const isCluster = action.includes('Cluster');
    const word = isCluster ? 'DBCluster' : 'DB';
    const id = form.get(`${word}SnapshotIdentifier`) ?? '';
    const of = form.get(isCluster ? 'DBClusterIdentifier' : 'DBInstanceIdentifier') ?? '';
    const found = this.snapshots.find((one) => one.id === id && one.isCluster === isCluster);
    if (action.startsWith('Create')) return this.create(action, { id, of, isCluster }, found, form);
    if (action.startsWith('Delete')) {
      if (found === undefined)
        return refusal(`${word}SnapshotNotFound${isCluster ? 'Fault' : ''}`, `no ${id}`);
      this.snapshots.splice(this.snapshots.indexOf(found), 1);
      return result(action, this.xml(found));
    }
    if (id !== '' && found === undefined)
      return refusal(`${word}SnapshotNotFound${isCluster ? 'Fault' : ''}`, `no ${id}`);
    if (id !== '' && of !== '')
      return refusal(
        'InvalidParameterCombination',
        'a snapshot and its database cannot be asked for together',
      );
    const all = this.snapshots.filter(
      (one) =>
        one.isCluster === isCluster &&
        (id === '' || one.id === id) &&
        (of === '' || one.of === of) &&
        one.type === form.get('SnapshotType'),
    );
    const from = Number(form.get('Marker') ?? 0);
    const marker = all.length > from + PAGE ? `<Marker>${from + PAGE}</Marker>` : '';
    const items = all.slice(from, from + PAGE).map((one) => this.xml(one));
    return result(action, `${marker}<${word}Snapshots>${items.join('')}</${word}Snapshots>`);
  }

  private create(
    action: string,
    { id, of, isCluster }: Pick<Snapshot, 'id' | 'of' | 'isCluster'>,
    found: Snapshot | undefined,
    form: URLSearchParams,
  ): Answer {
    const nowMs = this.clock.now().getTime();
    const longest = isCluster ? 63 : 255;
    if (!/^[a-zA-Z](?!.*--)[a-zA-Z0-9-]*$/.test(id) || id.endsWith('-') || id.length > longest)
      return refusal('InvalidParameterValue', `${id} is not a valid identifier`);
    if (!(isCluster ? this.clusters : this.instances).has(of))
      return refusal(isCluster ? 'DBClusterNotFoundFault' : 'DBInstanceNotFound', `${of} not found.`);
    if (found !== undefined)
      return refusal(isCluster ? 'DBClusterSnapshotAlreadyExistsFault' : 'DBSnapshotAlreadyExists', id);
    if (nowMs < this.busyUntilMs)
      return refusal(isCluster ? 'InvalidDBClusterStateFault' : 'InvalidDBInstanceState', 'backing-up');
    const tags = Object.fromEntries(
      [...form].flatMap(([key, value]) => {
        const number = /^Tags\.Tag\.(\d+)\.Key$/.exec(key)?.[1];
        return number === undefined ? [] : [[value, form.get(`Tags.Tag.${number}.Value`) ?? '']];
      }),
    );
    const made: Snapshot = { id, of, isCluster, type: 'manual', beganMs: nowMs, tags };
    this.snapshots.push(made);
    if (this.failing.has(this.made)) this.failed.add(id);
    else this.failed.delete(id);
    this.made += 1;
    return result(action, this.xml(made));
  }

  private xml(one: Snapshot): string {
    const word = one.isCluster ? 'DBCluster' : 'DB';
    const share = Math.min(1, (this.clock.now().getTime() - one.beganMs) / this.takesMs);
    const status = share < 1 ? 'creating' : this.failed.has(one.id) ? 'failed' : 'available';
    const tags = Object.entries(one.tags).map(
      ([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`,
    );
    const kind = one.isCluster ? 'cluster-snapshot' : 'snapshot';
    const began = new Date(one.beganMs).toISOString();
    return [
      `<${word}Snapshot><${word}SnapshotIdentifier>${one.id}</${word}SnapshotIdentifier>`,
      `<${word}SnapshotArn>${ARN}:${kind}:${one.id}</${word}SnapshotArn>`,
      one.isCluster
        ? `<DBClusterIdentifier>${one.of}</DBClusterIdentifier>`
        : `<DBInstanceIdentifier>${one.of}</DBInstanceIdentifier>`,
      `<Status>${status}</Status><PercentProgress>${Math.floor(share * 100)}</PercentProgress>`,
      `<Engine>${one.isCluster ? 'aurora-postgresql' : 'postgres'}</Engine><AllocatedStorage>20</AllocatedStorage>`,
      `<SnapshotCreateTime>${began}</SnapshotCreateTime><SnapshotType>${one.type}</SnapshotType>`,
      `<TagList>${tags.join('')}</TagList></${word}Snapshot>`,
    ].join('');
  }
}

const result = (action: string, inner: string): Answer => ({
  status: 200,
  body: `<${action}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><${action}Result>${inner}</${action}Result></${action}Response>`,
});

const refusal = (code: string, message: string): Answer => ({
  status: 400,
  body: `<ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
});
