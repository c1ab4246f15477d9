import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createAwsClients } from '../../../../runner/src/adapters/aws/clients.js';
import { createEcsApi } from '../../../../runner/src/adapters/aws/ecs.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';
import { nextTaskDefinition } from '../../../../runner/src/delivery/targets/ecs/taskDefinition.js';

/** A task definition of a later AWS: members that no SDK of today knows, at each level. */
const definition = {
  taskDefinitionArn: 'arn:aws:ecs:eu-west-1:1:task-definition/web:1',
  revision: 1,
  registeredAt: 1_700_000_000.123,
  family: 'web',
  cpu: null,
  addedAtTheTop: { mode: 'NEW', list: [1, 2] },
  volumes: [
    { name: 'data', addedToVolume: true, efsVolumeConfiguration: { fileSystemId: 'fs-1', addedToEfs: 7 } },
  ],
  containerDefinitions: [
    {
      name: 'web',
      image: 'registry.example/web:1',
      addedToContainer: 'yes',
      memory: null,
      portMappings: [{ containerPort: 80, addedToPort: 'h3' }],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': 'g' }, addedToLogs: {} },
    },
    { name: 'sidecar', image: 'x', addedToContainer: 'too' },
  ],
};

describe('members of a task definition that the SDK does not know', () => {
  let server: Server;
  let sent: Record<string, unknown>;
  let length: string | undefined;
  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
        const isRegister = String(request.headers['x-amz-target']).endsWith('RegisterTaskDefinition');
        if (isRegister) [sent, length] = [body, request.headers['content-length']];
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(
          JSON.stringify(
            isRegister
              ? { taskDefinition: { taskDefinitionArn: 'arn:aws:ecs:eu-west-1:1:task-definition/web:2' } }
              : { taskDefinition: definition, tags: [{ key: 'owner', value: 'käthe', added: 1 }] },
          ),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('are carried over at each level, beside the new image', async () => {
    const aws = createAwsClients({
      env: {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test-secret',
      },
      secrets: new SecretRegistry(),
    });
    const api = createEcsApi(aws, { cluster: 'main', service: 'web', environment: 'staging' });
    const described = await api.describeTaskDefinition('web:1');
    const { input } = nextTaskDefinition(described.definition, described.tags, {
      container: 'web',
      image: 'registry.example/web:2',
      environment: { LEVEL: 'debug' },
    });
    expect(await api.register(input)).to.equal('arn:aws:ecs:eu-west-1:1:task-definition/web:2');
    const [web, sidecar] = definition.containerDefinitions;
    const { memory: _, ...kept } = web as { memory?: null };
    expect(sent).to.deep.equal({
      family: 'web',
      addedAtTheTop: definition.addedAtTheTop,
      volumes: definition.volumes,
      containerDefinitions: [
        {
          ...kept,
          image: 'registry.example/web:2',
          environment: [{ name: 'LEVEL', value: 'debug' }],
        },
        sidecar,
      ],
      tags: [{ key: 'owner', value: 'käthe', added: 1 }],
    });
    expect(Number(length)).to.equal(Buffer.byteLength(JSON.stringify(sent)));
  });
});
