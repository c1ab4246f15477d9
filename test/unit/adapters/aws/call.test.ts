import { expect } from 'chai';
import { CallCounter, createCall } from '../../../../runner/src/adapters/aws/call.js';
import { StackError } from '../../../../runner/src/base/errors.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';
import { rejection } from '../../../support/rejection.js';
import { sdkError } from '../../../support/fakeAws.js';

const what = { action: 'sts:GetCallerIdentity' };
const clientOf = (
  send: (command: unknown, options: { abortSignal?: AbortSignal }) => unknown,
  config = {},
) => ({
  send: async (command: unknown, options: { abortSignal?: AbortSignal }) => send(command, options),
  config,
});

describe('calling AWS', () => {
  it('counts every attempt by action, also of calls that fail', async () => {
    const calls = new CallCounter();
    const call = createCall(calls, new SecretRegistry());
    await call(
      clientOf(() => ({ $metadata: { attempts: 3 } })),
      {},
      what,
    );
    const denied = Object.assign(sdkError('AccessDenied'), {
      $metadata: { httpStatusCode: 403, attempts: 1 },
    });
    const failing = clientOf(() => {
      throw denied;
    });
    await rejection(call(failing, {}, { action: 's3:PutObject' }), 'AWS_ACCESS_DENIED');
    expect(calls.total).to.equal(4);
    expect(calls.byAction()).to.deep.equal({ 'sts:GetCallerIdentity': 3, 's3:PutObject': 1 });
  });

  it('tells each call to who listens', async () => {
    const calls = new CallCounter();
    const told: unknown[] = [];
    calls.onCall = (...call) => told.push(call);
    const call = createCall(calls, new SecretRegistry());
    await call(
      clientOf(() => ({ $metadata: { attempts: 1 } })),
      {},
      { ...what, resource: 'r' },
    );
    expect(told).to.deep.equal([['sts:GetCallerIdentity', 'r', 1]]);
  });

  it('registers the keys that a profile or role gave', async () => {
    const secrets = new SecretRegistry();
    const credentials = async () => ({ secretAccessKey: 'from-the-role', sessionToken: 'token-of-the-role' });
    await createCall(new CallCounter(), secrets)(
      clientOf(() => ({}), { credentials }),
      {},
      what,
    );
    expect(secrets.text('from-the-role, token-of-the-role')).to.equal('***, ***');
  });

  it('explains that there are no credentials before anything is sent', async () => {
    let sent = false;
    const credentials = async () => {
      throw Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' });
    };
    const client = clientOf(() => (sent = true), { credentials });
    await rejection(
      createCall(new CallCounter(), new SecretRegistry())(client, {}, what),
      'AWS_CREDENTIALS_MISSING',
    );
    expect(sent).to.equal(false);
  });

  it('ends with the signal’s own reason, whatever the SDK makes of it', async () => {
    const controller = new AbortController();
    const reason = new StackError('INTERRUPTED', 'stopped by SIGTERM');
    const client = clientOf((_, { abortSignal }) => {
      controller.abort(reason);
      expect(abortSignal?.aborted).to.equal(true);
      throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
    });
    const call = createCall(new CallCounter(), new SecretRegistry());
    expect(await rejection(call(client, {}, { ...what, signal: controller.signal }), 'INTERRUPTED')).to.equal(
      reason,
    );
  });
});
