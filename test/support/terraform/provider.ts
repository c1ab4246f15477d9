import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  Server,
  ServerCredentials,
  loadPackageDefinition,
  type GrpcObject,
  type ServiceClientConstructor,
  type ServiceDefinition,
  type UntypedServiceImplementation,
  type handleUnaryCall,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { deprecations } from './deprecation.js';
import { decode } from './msgpack.js';
import { PlanningCalls, type Watch } from './planning/calls.js';
import { awsAddress, wireProviderSchema, type Block, type ProviderSchema, type Schema } from './schema.js';

/** A provider that knows its schema: enough to validate, and to plan and apply with mocks; it plans and applies itself only if asked to. */
export interface SchemaProvider {
  /** What Terraform must find in its environment to use this provider instead of installing one. */
  readonly env: { readonly TF_REATTACH_PROVIDERS: string };
  stop(): void;
}

type Value = { msgpack?: Buffer };

/** A call that answers at once, or with what it throws. */
function answer<Request, Response>(
  reply: (request: Request, caller: string) => Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    try {
      callback(null, reply(call.request, call.getPeer()));
    } catch (error) {
      callback(error as Error, null);
    }
  };
}

const step = (element: string | number) =>
  typeof element === 'number' ? { element_key_int: element } : { attribute_name: element };

/** The warnings that the real provider gives for what its schema calls deprecated. */
function diagnosis(block: Block, config: Value) {
  const found = deprecations(block, decode(config.msgpack ?? Buffer.of(0xc0)));
  return found.map(({ path }) => ({
    severity: 'WARNING',
    summary: 'Argument is deprecated',
    detail: `The provider's schema marks ${path.join('.')} as deprecated.`,
    attribute: { steps: path.map(step) },
  }));
}

const validate = (schemas: Readonly<Record<string, Schema>>) =>
  answer(({ type_name, config }: { type_name: string; config: Value }) => {
    const schema = schemas[type_name];
    if (schema === undefined) throw new Error(`The schema has no ${type_name}.`);
    return { diagnostics: diagnosis(schema.block, config) };
  });

/** The service with its one big answer encoded only once: Terraform asks for it again in every command. */
function encodedOnce(service: ServiceDefinition, answer: object): ServiceDefinition {
  const getSchema = service.GetSchema;
  if (getSchema === undefined) throw new Error('The protocol has no GetSchema.');
  const bytes = getSchema.responseSerialize(answer);
  return { ...service, GetSchema: { ...getSchema, responseSerialize: () => bytes } };
}

/** The calls of a provider that plans, reads and applies. */
function planning(schema: ProviderSchema, watch: Watch): UntypedServiceImplementation {
  const calls = new PlanningCalls(schema, watch);
  return {
    Configure: answer(({ config }: { config: Value }, caller) => {
      calls.configure(caller, config);
      return { diagnostics: [] };
    }),
    UpgradeResourceState: answer(calls.upgrade.bind(calls)),
    ReadResource: answer(calls.read.bind(calls)),
    PlanResourceChange: answer((request: Parameters<typeof calls.plan>[1], caller) =>
      calls.plan(caller, request),
    ),
    ApplyResourceChange: answer((request: Parameters<typeof calls.apply>[1], caller) =>
      calls.apply(caller, request),
    ),
    ReadDataSource: answer((request: Parameters<typeof calls.find>[1], caller) =>
      calls.find(caller, request),
    ),
  };
}

/**
 * Starts the provider on a port of its own on loopback.
 * @param plans whether it plans and applies; else Terraform's own mocks have to
 * @param watch hears of all that such a one is asked
 */
export async function startProvider(
  schema: ProviderSchema,
  { plans = false, ...watch }: { readonly plans?: boolean } & Watch = {},
): Promise<SchemaProvider> {
  const definition = loadSync(fileURLToPath(new URL('provider.proto', import.meta.url)), {
    keepCase: true,
    enums: String,
    longs: Number,
    defaults: true,
  });
  const { Provider } = loadPackageDefinition(definition).tfplugin5 as GrpcObject;
  const { service } = Provider as ServiceClientConstructor;
  const calls: UntypedServiceImplementation = {
    GetSchema: answer(() => ({})),
    PrepareProviderConfig: answer(({ config }: { config: Value }) => ({
      prepared_config: config,
      diagnostics: diagnosis(schema.provider.block, config),
    })),
    ValidateResourceTypeConfig: validate(schema.resource_schemas),
    ValidateDataSourceConfig: validate(schema.data_source_schemas),
    Configure: answer(() => ({ diagnostics: [] })),
    Stop: answer(() => ({ Error: '' })),
    ...(plans ? planning(schema, watch) : {}),
  };
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  server.addService(encodedOnce(service, wireProviderSchema(schema)), calls);
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind('127.0.0.1:0', ServerCredentials.createInsecure());
  const reattach = {
    [awsAddress]: {
      Protocol: 'grpc',
      ProtocolVersion: 5,
      Pid: process.pid,
      // Terraform must not end this process when it is done.
      Test: true,
      Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
    },
  };
  return {
    env: { TF_REATTACH_PROVIDERS: JSON.stringify(reattach) },
    stop: () => server.forceShutdown(),
  };
}
