import type { Socket } from 'node:net';
import { type Call, GrpcError, NOT_FOUND } from './grpc.js';
import { bytesField, readFields } from './protobuf.js';

/**
 * BuildKit's way to an SSH agent (`moby.sshforward.v1.SSH`): the build asks whether there is one (CheckAgent), and then
 * talks to it through us (ForwardAgent), in messages of bytes. Source:
 * https://github.com/moby/buildkit/blob/master/session/sshforward/ssh.proto
 */

/** What is offered to a build: ids of SSH mounts, and the agent behind all of them. */
export interface SshOffer {
  readonly ids: readonly string[];
  /** Socket of the agent; undefined where none is offered. */
  readonly socket: string | undefined;
}

/** What a build may ask an agent for: draft-miller-ssh-agent, section 6.1. A build may not add or remove keys. */
const REQUEST_IDENTITIES = 11;
const SIGN_REQUEST = 13;
/** A failure message, with its length. */
const FAILURE = Buffer.from([0, 0, 0, 1, 5]);
/** OpenSSH's agent takes no longer message. */
const LONGEST = 256 * 1024;

/** Answers whether there is an agent for an id. */
export async function checkAgent(call: Call, offer: SshOffer): Promise<void> {
  let id = 'default';
  for await (const message of call.messages()) {
    for (const field of readFields(message)) if (field.number === 1) id = field.bytes.toString();
    break;
  }
  socketOf(offer, id);
  await call.send(Buffer.alloc(0));
}

/** Carries a connection to the agent and back, until either side ends it. */
export async function forwardAgent(call: Call, offer: SshOffer): Promise<void> {
  const socket = socketOf(offer, String(call.metadata['buildkit.ssh.id'] ?? 'default'));
  const { connect } = await import('node:net');
  const agent = connect(socket);
  try {
    await new Promise<void>((resolve, reject) => {
      agent.once('connect', resolve);
      agent.once('error', reject);
    });
    const answers = toBuild(agent, call);
    answers.catch(() => undefined);
    for await (const request of requests(call)) {
      const type = request.readUInt8(4);
      if (type === REQUEST_IDENTITIES || type === SIGN_REQUEST) agent.write(request);
      else await call.send(bytesField(1, FAILURE));
    }
    agent.end();
    await answers;
  } finally {
    agent.destroy();
  }
}

async function toBuild(agent: Socket, call: Call): Promise<void> {
  for await (const chunk of agent) await call.send(bytesField(1, chunk as Buffer));
}

/** Whole messages of the agent's protocol: a length of 4 bytes, then as much. */
async function* requests(call: Call): AsyncGenerator<Buffer> {
  let pending = Buffer.alloc(0);
  for await (const message of call.messages()) {
    for (const field of readFields(message))
      if (field.number === 1) pending = Buffer.concat([pending, field.bytes]);
    while (pending.length >= 5) {
      const length = pending.readUInt32BE(0);
      if (length === 0 || length > LONGEST)
        throw new Error('the build sends what is no request to an SSH agent');
      if (pending.length < 4 + length) break;
      yield pending.subarray(0, 4 + length);
      pending = pending.subarray(4 + length);
    }
  }
}

function socketOf({ ids, socket }: SshOffer, id: string): string {
  if (ids.includes(id) && socket !== undefined) return socket;
  throw new GrpcError(NOT_FOUND, `SSH mount ${id} is not in the configuration`);
}
