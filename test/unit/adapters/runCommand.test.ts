import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { runOnInstances, share } from '../../../runner/src/adapters/aws/runCommand.js';
import { commandScript, readResult } from '../../../runner/src/adapters/runCommand/commandScript.js';
import { fakeAws, sdkError, type Answer } from '../../support/fakeAws.js';
import { rejection } from '../../support/rejection.js';
import { VirtualClock } from '../../support/virtualClock.js';

const ran = (argv: readonly string[], input?: string) => {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', commandScript(argv, input)]);
  return { exitCode: status ?? -1, stdout: String(stdout), stderr: String(stderr) };
};

describe('a script for Run Command', () => {
  it('gives the argv its words, its input and its exit code', () => {
    const end = ran(['sh', '-c', 'cat; echo "$1" >&2; exit 7', 'x', `it's $HOME`], 'one\ntwo');
    expect(readResult(end)).to.deep.equal({ exitCode: 7, stdout: 'one\ntwo', stderr: `it's $HOME\n` });
  });

  it('takes its input from a script that prints it, and runs nothing where that fails', () => {
    const bringing = (bring: string) => {
      const { status, stdout } = spawnSync('/bin/sh', ['-c', commandScript(['cat'], '', bring)]);
      return [status, String(stdout)];
    };
    expect(bringing(`d=/nowhere; trap 'true' EXIT\nprintf 'a b'`)).to.deep.equal([0, 'a b']);
    expect(bringing('printf half; exit 3')).to.deep.equal([1, '']);
  });

  it('packs output that would be cut off, and knows where it was all the same', () => {
    const end = ran(['seq', '1', '6000']);
    expect(end.stdout.length).to.be.lessThan(24_000);
    expect(readResult(end)?.stdout).to.equal(String(execFileSync('seq', ['1', '6000'])));
    expect(readResult({ ...end, stdout: end.stdout.padEnd(24_000, 'x') })).to.equal(undefined);
  });
});

describe('Run Command', () => {
  const never = new AbortController().signal;
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `i-${index}`);
  const ask = (answers: Readonly<Record<string, Answer>>, instances: readonly string[], more = {}) => {
    const aws = fakeAws(answers);
    const request = { instances, script: 'true', limitMs: 60_000, comment: 'test', ...more };
    return { aws, ends: runOnInstances(aws, new VirtualClock(), request, never) };
  };
  const sending: Answer = ({ InstanceIds }) => ({
    Command: { CommandId: (InstanceIds as string[]).join(' ') },
  });
  /** One on each page, as AWS may answer whatever it was asked for. */
  const listing: Answer = ({ CommandId, NextToken = '0' }) => {
    const all = String(CommandId).split(' ');
    const from = Number(NextToken);
    return {
      CommandInvocations: [{ InstanceId: all[from], Status: 'Success' }],
      ...(from + 1 < all.length ? { NextToken: String(from + 1) } : {}),
    };
  };
  const telling =
    (details: string): Answer =>
    () => ({ StatusDetails: details, ResponseCode: details === 'Success' ? 0 : 1 });

  it('counts a share as AWS does', () => {
    expect([share('3', 10), share('25%', 10), share('5%', 10)]).to.deep.equal([3, 2, 0]);
  });

  it('sends to fifty at a time, with the rates of all of them', async () => {
    const { aws, ends } = ask(
      {
        ...{ 'ssm:SendCommand': sending, 'ssm:ListCommandInvocations': listing },
        'ssm:GetCommandInvocation': telling('Success'),
      },
      ids(120),
      { maxConcurrency: '10%', maxErrors: '5%' },
    );
    expect((await ends).size).to.equal(120);
    const sent = aws.asked.filter(({ action }) => action === 'ssm:SendCommand').map(({ input }) => input);
    expect(sent.map(({ InstanceIds }) => (InstanceIds as string[]).length)).to.deep.equal([50, 50, 20]);
    for (const input of sent) expect(input).to.include({ MaxConcurrency: '12', MaxErrors: '6' });
  });

  it('begins no further part once too many have failed', async () => {
    const { aws, ends } = ask(
      {
        ...{ 'ssm:SendCommand': sending, 'ssm:ListCommandInvocations': listing },
        'ssm:GetCommandInvocation': telling('Failed'),
      },
      ids(60),
      { maxErrors: '9' },
    );
    expect((await ends).get('i-59')?.status).to.equal('Terminated');
    expect(aws.asked.filter(({ action }) => action === 'ssm:SendCommand')).to.have.length(1);
  });

  it('goes on without instances that have no agent', async () => {
    const refused: Answer = (input) => {
      if ((input['InstanceIds'] as string[]).includes('i-1')) throw sdkError('InvalidInstanceId');
      return sending(input);
    };
    const { ends } = ask(
      {
        ...{ 'ssm:SendCommand': refused, 'ssm:ListCommandInvocations': listing },
        'ssm:DescribeInstanceInformation': ({ NextToken }) =>
          NextToken === undefined
            ? { InstanceInformationList: [], NextToken: 'more' }
            : { InstanceInformationList: [{ InstanceId: 'i-0', PingStatus: 'Online' }] },
        'ssm:GetCommandInvocation': telling('Success'),
      },
      ids(2),
    );
    expect([...(await ends)].map(([id, { status }]) => [id, status])).to.have.deep.members([
      ['i-0', 'Success'],
      ['i-1', 'Undeliverable'],
    ]);
  });

  it('does not wait for ever for an instance that AWS hears nothing of', async () => {
    const pending: Answer = () => ({ CommandInvocations: [{ InstanceId: 'i-0', Status: 'InProgress' }] });
    const { ends } = ask({ 'ssm:SendCommand': sending, 'ssm:ListCommandInvocations': pending }, ids(1));
    expect((await ends).get('i-0')?.status).to.equal('DeliveryTimedOut');
  });

  it('sends nothing that AWS would take for a parameter of its own', async () => {
    const { aws, ends } = ask(
      {
        'ssm:SendCommand': () => {
          throw sdkError('AccessDenied');
        },
      },
      ids(1),
      {
        script: `docker ps --format '{{.Names}}'`,
      },
    );
    await rejection(ends, 'AWS_ACCESS_DENIED');
    const { commands } = aws.asked[0]?.input['Parameters'] as { commands: string[] };
    expect(commands[0]).not.to.contain('{{');
    const shown = spawnSync('/bin/sh', ['-c', commands[0]?.replace('eval', 'printf %s') ?? '']);
    expect(String(shown.stdout)).to.equal(`docker ps --format '{{.Names}}'`);
  });
});
