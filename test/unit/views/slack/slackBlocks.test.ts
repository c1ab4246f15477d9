import { expect } from 'chai';
import * as fc from 'fast-check';
import { contentError } from '../../../../runner/src/local/slackRules.js';
import type { Run } from '../../../../runner/src/events/run.js';
import { channelOf } from '../../../../runner/src/views/slack/slackView.js';
import {
  failureMessage,
  noticeMessage,
  runMessage,
  stageMessage,
  stageOf,
  wholeMessage,
  type SlackMessage,
} from '../../../../runner/src/views/slack/slackBlocks.js';
import { runOf } from '../../../support/recordedRun.js';
import { summarisePlan } from '../../../../runner/src/infrastructure/rules/planSummary.js';
import { planRecord } from '../../../../runner/src/views/runRecord.js';
import {
  checkError,
  checkFailedRun,
  rolledBackError,
  rolledBackRun,
  samplePlan,
  successfulRun,
  switchedRun,
} from '../../../support/sampleRuns.js';

const run = runOf(rolledBackRun);
const stage = run.stages.at(-1)!;

/** Everything that people may see of a message. */
const textsOf = ({ text, blocks }: SlackMessage) => [
  text,
  ...blocks.flatMap((block) =>
    block.type === 'section' ? [block.text.text] : block.elements.map((element) => element.text),
  ),
];

/** Fails where Slack would refuse the message or call people. */
function check(message: SlackMessage): void {
  expect(contentError({ text: message.text, blocks: message.blocks, attachments: [] })).to.equal(undefined);
  expect(message.blocks.length).to.be.at.most(50);
  for (const text of textsOf(message)) {
    expect(text.length).to.be.within(1, 3000);
    // The only thing in angle brackets is a link that we made.
    for (const [, inside] of text.matchAll(/<([^>]*)>/g))
      expect(inside).to.match(/^https?:\/\/[^|]*\|(run|open)$/);
    expect(text.split('```').length % 2, 'every code block is closed').to.equal(1);
    expect(text).not.to.match(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
  }
}

/** A run where a text stands wherever text from outside may stand. */
function saying(text: string): Run {
  const error = { ...rolledBackError, message: text, where: text, evidence: [text], next: text };
  const subjects = [
    { name: text, status: 'failed' as const, phases: [{ name: 'p', message: text, at: run.startedAt }] },
  ];
  const facts = [
    { name: text, value: text },
    { name: 'plan', value: `two lines\n${text}` },
  ];
  const checks = [
    {
      subject: text,
      name: text,
      status: 'failed' as const,
      seconds: 1,
      evidence: [`x${text}`],
      at: run.startedAt,
    },
  ];
  const traffic = [
    { subject: text, weights: { [text]: 100 }, versions: { [text]: text }, at: run.startedAt },
  ];
  const stages = [
    { ...stage, checks, traffic, title: text, reason: text, error, subjects, facts, lastLines: [text] },
  ];
  const about = { application: text, environments: [text], branch: text, who: text, summary: text };
  return { ...run, ...about, stages, failures: [{ error, stage: stage.id, lastLines: [text] }] };
}

const messagesOf = (of: Run): readonly SlackMessage[] => [
  runMessage(of),
  wholeMessage(of),
  ...of.failures.map((failure) => failureMessage(failure, stageOf(of, failure))),
  ...of.stages.flatMap((item) => stageMessage(item, new Set()) ?? []),
  noticeMessage({ application: of.application!, environment: of.environments[0] }, of.application!, 'failed'),
];

describe('what Slack is told', () => {
  it('names what goes where, how it ended, each stage, and who to ask', () => {
    const text = textsOf(runMessage(runOf(successfulRun))).join('\n');
    expect(text).to.include(':white_check_mark: *shop 1.4.0* → staging  Succeeded in 1m38s');
    expect(text).to.include(':white_check_mark: Deploy to staging  39.8s');
    expect(text)
      .to.include('branch develop')
      .and.to.include('commit 8f3c2a91d04b')
      .and.to.include('by Jane Doe');
    expect(text).to.include('<https://jenkins.example.com/job/shop/job/develop/128/|run>');
  });

  it('tells a failure with where, the evidence and what to type next', () => {
    const text = textsOf(failureMessage(run.failures[0]!)).join('\n');
    for (const part of [
      rolledBackError.where,
      rolledBackError.evidence!.join('\n'),
      `*Next:* ${rolledBackError.next}`,
    ])
      expect(text).to.include(part!.replaceAll('>', '&gt;'));
  });

  it('tells the checks of a stage and where requests go in the end', () => {
    const [switched] = runOf(switchedRun).stages;
    const text = textsOf(stageMessage(switched!, new Set())!).join('\n');
    expect(text).to.include(':white_check_mark: web  check smoke ok in 18.2s');
    expect(text).to.include('requests of web: green 100 % (1.4.0)').and.not.to.include('blue 90 %');
  });

  it('tells what a failed check printed, where the failure does not tell it', () => {
    const [failed] = runOf(checkFailedRun).stages;
    const { error: _, ...undone } = failed!;
    const text = textsOf(stageMessage(undone, new Set())!).join('\n');
    expect(text).to.match(/\*Deploy to production\*\n.*\n:x: web {2}check errors failed in 30\.0s/);
    expect(text.split(checkError.evidence![0]!)).to.have.length(2);
    expect(textsOf(stageMessage(failed!, new Set())!).join('\n')).not.to.include(checkError.evidence![0]);
  });

  it('tells with a failure how the checks ended and where requests go since', () => {
    const failed = runOf(checkFailedRun);
    const [failure] = failed.failures;
    for (const message of [failureMessage(failure!, stageOf(failed, failure!)), wholeMessage(failed)]) {
      check(message);
      const text = textsOf(message).join('\n');
      expect(text)
        .to.include(':x: web  check errors failed in 30.0s\n:white_check_mark: web  check smoke')
        .and.to.include('requests of web: blue 100 % (1.3.2)');
    }
  });

  it('tells a webhook the failure in the one message that it gets', () => {
    const text = textsOf(wholeMessage(run)).join('\n');
    expect(text).to.include('carts_v2').and.to.include('*Next:*').and.to.include(rolledBackError.where);
    expect(wholeMessage(runOf(successfulRun))).to.deep.equal(runMessage(runOf(successfulRun)));
  });

  it('calls nobody and forges no link', () => {
    for (const text of [
      '<!channel>',
      '<!here|x>',
      '<@U123>',
      '<https://evil.example|run>',
      '&lt;!channel&gt;',
    ]) {
      const all = messagesOf(saying(text));
      all.forEach(check);
      expect(all.flatMap(textsOf).join('\n')).not.to.include(text);
    }
  });

  it('stays one code block whatever the evidence holds', () => {
    for (const text of ['```', '``` <!channel> ```', '````', '`````` x', 'a\n```\nb'])
      messagesOf(saying(text)).forEach(check);
  });

  it('stays within Slack’s limits with 200 stages and 100 KB of evidence, of which the end is kept', () => {
    const long = {
      ...rolledBackError,
      evidence: [...Array(2000).keys()].map((line) => `${line} ${'x'.repeat(50)}`),
    };
    const stages = [...Array(200).keys()].map((index) => ({
      ...stage,
      id: `s${index}`,
      title: `Stage ${index}`,
      status: index === 150 ? ('failed' as const) : ('ok' as const),
    }));
    const big = { ...run, stages, failures: [{ error: long, stage: 's1', lastLines: [] }] };
    messagesOf(big).forEach(check);
    expect(textsOf(failureMessage(big.failures[0]!)).join('\n')).to.include('\n1999 xxx');
    const told = textsOf(runMessage(big)).join('\n');
    expect(told)
      .to.include('Stage 150')
      .and.to.match(/… and \d+ more/);
    for (const huge of ['x'.repeat(100_000), '<&>'.repeat(30_000), '😀'.repeat(30_000), '```'.repeat(30_000)])
      messagesOf(saying(huge)).forEach(check);
  });

  it('keeps the beginning of a long fact, where the sum of it stands', () => {
    const drift = `3 changed\n${'  ~ resource\n'.repeat(1000)}`;
    const message = stageMessage({ ...stage, facts: [{ name: 'drift', value: drift }] }, new Set())!;
    check(message);
    expect(textsOf(message).join('\n')).to.include('```\n3 changed');
  });

  it('tells of a plan what is lost first, then the sum of it and what goes', () => {
    const bare = { ...stage, subjects: [], facts: [], plan: planRecord(samplePlan) };
    const told = new Set<string>();
    const message = stageMessage(bare, told)!;
    check(message);
    expect(textsOf(message).slice(2)).to.deep.equal([
      ':rotating_light: *Data would be lost*\n• module.db.aws_db_instance.main (a database): replaced, engine forces it',
      'Plan: 1 to create, 1 to change, 1 to replace, 1 to destroy\ndestroyed  `aws_instance.old["&lt;b&gt;"]`\nreplaced  `module.db.aws_db_instance.main`',
    ]);
    expect(stageMessage({ ...bare, title: 'Apply' }, told), 'its stage of apply tells it again').to.equal(
      undefined,
    );
  });

  it('counts what goes where it is much, within what Slack takes', () => {
    const resource_changes = Array.from({ length: 300 }, (_, index) => ({
      address: `module.${'long_'.repeat(60)}["` + '`' + `${index}"].aws_db_instance.main`,
      mode: 'managed',
      change: { actions: index % 2 === 0 ? ['delete'] : ['delete', 'create'] },
    }));
    const plan = planRecord(summarisePlan({ resource_changes }));
    const message = stageMessage({ ...stage, plan }, new Set())!;
    check(message);
    const texts = textsOf(message).join('\n');
    expect(texts).to.include('Plan: 150 to replace, 150 to destroy');
    expect(texts.match(/… and \d+ more/g)).to.have.length.of.at.least(2);
  });

  it('is taken by Slack whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4000 }), (text) => {
        messagesOf(saying(`.${text}`)).forEach(check);
      }),
      { numRuns: 50 },
    );
  });

  it('holds no colours of terminals', () => {
    expect(messagesOf(saying('\x1b[31mred\x1b[0m')).flatMap(textsOf).join('\n')).not.to.include('[31m');
  });

  it('tells a fact once in a thread', () => {
    const told = new Set<string>();
    const bare = { ...stage, subjects: [], facts: [{ name: 'plan', value: '1 to add' }] };
    expect(stageMessage(bare, told)).not.to.equal(undefined);
    expect(stageMessage(bare, told)).to.equal(undefined);
  });
});

describe('the channel of an environment', () => {
  it('is the one channel, its own, the default, or the first that is named', () => {
    expect(channelOf({ channel: '#deploys' }, 'staging')).to.equal('#deploys');
    const channel = { production: '#prod', default: '#rest' };
    expect(channelOf({ channel }, 'production')).to.equal('#prod');
    expect(channelOf({ channel }, 'staging')).to.equal('#rest');
    expect(channelOf({ channel }, undefined)).to.equal('#rest');
    expect(channelOf({ channel: { production: '#prod' } }, 'staging')).to.equal('#prod');
  });
});
