import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { summarisePlan, type PlanJson } from '../../../runner/src/infrastructure/rules/planSummary.js';
import { planRecord } from '../../../runner/src/views/runRecord.js';
import { planPage } from '../../../runner/src/views/html/planSection.js';
import { reportPage } from '../../../runner/src/views/html/page.js';
import { dark, light } from '../../../runner/src/views/html/theme.js';
import { drawTimeline } from '../../../runner/src/views/html/timeline.js';
import { writeReport } from '../../../runner/src/views/html/write.js';
import { junitOf } from '../../../runner/src/views/junit.js';
import type { Run } from '../../../runner/src/events/run.js';
import { runOf } from '../../support/recordedRun.js';
import {
  atTimes,
  checkError,
  checkFailedRun,
  interruptedRun,
  rolledBackError,
  rolledBackRun,
  samplePlan,
  successfulRun,
  switchedRun,
} from '../../support/sampleRuns.js';
import { elementsOf, parseXml } from '../../support/xml.js';

const made = { at: new Date('2026-11-08T13:00:00Z'), by: '1.0.0' };
const hostile = `<script>alert(1)</script><img src=x onerror=alert(1)>" onload="x' style='y' javascript:alert(1) ]]> & \u0000\u0001\x1b[31m\ud800\uffff`;

const hostilePlan = summarisePlan({
  resource_changes: [
    {
      address: `aws_db_instance.${hostile}`,
      mode: 'managed',
      change: {
        actions: ['delete', 'create'],
        before: { [hostile]: hostile },
        after: { [hostile]: `other ${hostile}` },
        replace_paths: [[hostile]],
      },
    },
  ],
  resource_drift: [{ address: hostile, change: { actions: ['update'] } }],
  output_changes: { [hostile]: { actions: ['create'], after: hostile } },
});

/** A run where everything that came from outside is hostile. */
const hostileRun = runOf(
  atTimes([
    [
      0,
      {
        type: 'run.start',
        command: hostile,
        application: hostile,
        environment: hostile,
        branch: hostile,
        commit: hostile,
        who: hostile,
        runUrl: 'javascript:alert(1)',
        stages: [{ id: 's', title: hostile, needs: [] }],
      },
    ],
    [1, { type: 'stage.start', stage: 's', title: hostile }],
    [2, { type: 'stage.progress', stage: 's', subject: hostile, phase: hostile, message: hostile }],
    [
      3,
      {
        type: 'stage.progress',
        stage: 's',
        subject: hostile,
        phase: 'end',
        message: hostile,
        status: 'failed',
      },
    ],
    [4, { type: 'stage.progress', stage: 's', subject: `other ${hostile}`, message: hostile }],
    [4, { type: 'stage.plan', stage: 's', summary: hostilePlan }],
    [4, { type: 'stage.fact', stage: 's', name: hostile, value: `javascript:alert(1)//https://${hostile}` }],
    [4, { type: 'stage.fact', stage: 's', name: 'url', value: `https://x.example/"${hostile}` }],
    [
      4,
      {
        type: 'stage.check',
        stage: 's',
        subject: hostile,
        name: hostile,
        status: 'failed',
        seconds: 1,
        evidence: [hostile],
      },
    ],
    [
      4.5,
      {
        type: 'stage.traffic',
        stage: 's',
        subject: hostile,
        weights: { [hostile]: 60, blue: 40 },
        versions: { [hostile]: hostile, blue: hostile },
      },
    ],
    [5, { type: 'stage.output', stage: 's', source: 'x', stream: 'stdout', line: hostile }],
    [5, { type: 'notice', level: 'warning', message: hostile, next: hostile }],
    [
      6,
      {
        type: 'stage.end',
        stage: 's',
        status: 'failed',
        seconds: 5,
        reason: hostile,
        error: { ...rolledBackError, message: hostile, where: hostile, evidence: [hostile], next: hostile },
      },
    ],
    [6, { type: 'run.end', status: 'failed', seconds: 6, exitCode: 1, summary: hostile }],
  ]),
);
const samples: Readonly<Record<string, Run>> = {
  successful: runOf(successfulRun),
  'rolled back': runOf(rolledBackRun),
  interrupted: runOf(interruptedRun),
  switched: runOf(switchedRun),
  'check that failed in a': runOf(checkFailedRun),
  'half switched': runOf(switchedRun.slice(0, 14), true),
  'cut off': runOf(rolledBackRun.slice(0, -4)),
  running: runOf(successfulRun.slice(0, 20), true),
  hostile: hostileRun,
};

/** A page as XML: its void elements closed, the doctype and attributes without a value left out. */
const parsePage = (run: Run) =>
  parseXml(
    reportPage(run, made)
      .replace('<!doctype html>\n', '')
      .replace(/<(meta|link|img|source|br)((?:\s+[\w-]+="[^"]*")*)>/g, '<$1$2/>'),
  );

const pageOf = (plan: PlanJson, most = Infinity) =>
  planPage({
    application: hostile,
    environment: 'staging',
    workspace: 'staging',
    terraform: '1.11.4',
    plan: planRecord(summarisePlan(plan), most),
    next: 'node runner apply --env staging',
    made,
  });
const many = (length: number, actions: readonly string[]) =>
  Array.from({ length }, (_, index) => ({
    address: `${actions[0]}.r${index}`,
    mode: 'managed',
    change: { actions },
  }));

describe('a plan as a page', () => {
  const page = reportPage(runOf(successfulRun), made);

  it('shows what would be lost before anything else, and what forces it', () => {
    expect(page.indexOf('Data would be lost')).to.be.within(1, page.indexOf('<h2>Timeline</h2>'));
    expect(page).to.include('module.db.aws_db_instance.main (a database): replaced, engine forces it');
  });

  it('shows counts, each resource with what changes in it, and outputs', () => {
    for (const text of [
      '<strong>1</strong> to replace',
      'aws_instance.old[&quot;&lt;b&gt;&quot;]',
      'http://b',
    ])
      expect(page).to.include(text);
    expect(page).to.include(
      '<dt><code>engine</code></dt><dd><code>&quot;mysql&quot;</code> → <code>&quot;postgres&quot;</code> <strong class="forces">forces replacement</strong>',
    );
  });

  it('marks what is sensitive and what is unknown as that', () => {
    expect(page).to.include('<em>(sensitive)</em> → <em>(sensitive)</em>');
    expect(page).to.include('<code>&quot;one&quot;</code> → <em>(known after apply)</em>');
  });

  it('stands once in the report of a run that plans and applies', () => {
    const events = successfulRun.flatMap((event) =>
      event.type === 'stage.end' && event.stage === 'apply:staging'
        ? [{ ...event, type: 'stage.plan' as const, summary: samplePlan }, event]
        : [event],
    );
    expect(reportPage(runOf(events), made).split('<section class="plan">')).to.have.length(2);
  });

  it('folds long lists, but none of what goes, and counts what it leaves out', () => {
    const long = pageOf({ resource_changes: [...many(60, ['create']), ...many(60, ['delete'])] });
    expect(long)
      .to.match(/<details open=""><summary>60 to destroy/)
      .and.to.match(/<details><summary>60 to create/);
    const cut = pageOf({ resource_changes: [...many(60, ['create']), ...many(60, ['delete'])] }, 60);
    expect(cut).to.include('<code>delete.r59</code>').and.to.include('and 60 more resources');
    expect(cut).not.to.include('create.r0');
  });

  it('alone has no script, no style and no handler either, and says what to type', () => {
    const alone = pageOf({ resource_changes: many(1, ['create']) });
    expect(alone)
      .to.include('<pre>node runner apply --env staging</pre>')
      .and.to.include('href="report.css"');
    expect(alone).not.to.match(/<script|<style|<[^>]* (?:style|on\w+)=/);
  });
});

describe('the report page', () => {
  for (const [name, run] of Object.entries(samples)) {
    it(`of a ${name} run is whole and passes a strict content policy: no script, no style, no handler`, () => {
      const page = parsePage(run);
      for (const forbidden of ['script', 'style', 'iframe', 'object', 'form', 'svg'])
        expect(elementsOf(page, forbidden), forbidden).to.deep.equal([]);
      const attributes = everyElement(page).flatMap((element) => Object.keys(element.attributes));
      expect(attributes.filter((key) => key === 'style' || key.startsWith('on'))).to.deep.equal([]);
      expect(elementsOf(page, 'link').map(({ attributes: { href } }) => href)).to.deep.equal(['report.css']);
      expect(elementsOf(page, 'img').map(({ attributes: { src } }) => src)).to.deep.equal(['timeline.svg']);
    });

    it(`of a ${name} run links to http and https alone`, () => {
      const links = elementsOf(parsePage(run), 'a').map(({ attributes: { href } }) => href);
      expect(links.filter((href) => !/^https?:\/\//.test(href ?? ''))).to.deep.equal([]);
    });
  }

  it('has every stage, host, phase, digest, fact and the release', () => {
    const page = reportPage(runOf(successfulRun), made);
    const run = runOf(successfulRun);
    for (const { title } of run.stages) expect(page).to.include(title);
    for (const text of [
      'staging-1',
      'staging-2',
      'drain',
      '1.3.2 → 1.4.0',
      samplePlan.resources[0]!.address,
      'Release 1.4.0',
    ])
      expect(page).to.include(text);
    for (const { digest, tags } of Object.values(run.release!.images)) {
      expect(page).to.include(digest);
      expect(page).to.include(tags.join(', '));
    }
    expect(page).to.include('href="https://jenkins.example.com/job/shop/job/develop/128/"');
  });

  it('tells a failure with where, every line of evidence, what to type next and its code, once', () => {
    const page = parsePage(runOf(rolledBackRun));
    const failures = elementsOf(page, 'section').filter(
      ({ attributes }) => attributes['class'] === 'failure',
    );
    expect(failures).to.have.length(1);
    const text = everyElement(failures[0]!)
      .map((element) => element.text)
      .join('\n');
    for (const part of [
      rolledBackError.message,
      rolledBackError.where,
      rolledBackError.next,
      rolledBackError.code,
    ])
      expect(text).to.include(part);
    for (const line of rolledBackError.evidence ?? []) expect(text).to.include(line);
  });

  it('has each check with its evidence, open where it failed, and each move of the requests', () => {
    const page = parsePage(runOf(checkFailedRun));
    const table = elementsOf(page, 'table').find(({ attributes }) => attributes['class'] === 'checks')!;
    const cells = elementsOf(table, 'tr').map((row) =>
      everyElement(row)
        .map(({ text }) => text)
        .join(' '),
    );
    expect(cells).to.have.length(4);
    expect(cells[3]).to.match(/errors .*web .*failed .*✗ .*5xx per request: 4\.1 % .*30\.0s/s);
    expect(elementsOf(table, 'details').map((one) => elementsOf(one, 'summary')[0]?.text)).to.deep.equal([
      '3 lines',
    ]);
    const moves = elementsOf(page, 'ol').find(({ attributes }) => attributes['class'] === 'traffic')!;
    expect(
      elementsOf(moves, 'li').map((one) =>
        elementsOf(one, 'span')
          .slice(1)
          .map(({ text }) => text.trim()),
      ),
    ).to.deep.equal([
      ['blue 100 %'],
      ['blue 90 %', 'green 10 %'],
      ['blue 50 %', 'green 50 %'],
      ['blue 100 %'],
    ]);
  });

  it('names statuses in words, not by colour alone', () => {
    const page = reportPage(runOf(rolledBackRun), made);
    expect(page).to.include('rolled back').and.to.include('succeeded').and.to.include('↩');
  });

  it('is written with its style sheet and both drawings, and nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'report-'));
    try {
      expect(await writeReport(samples['successful']!, folder, made)).to.equal(join(folder, 'report.html'));
      expect((await readdir(folder)).sort()).to.deep.equal([
        'report.css',
        'report.html',
        'timeline-dark.svg',
        'timeline.svg',
      ]);
      const rules = await readFile(join(folder, 'report.css'), 'utf8');
      expect(rules).to.not.match(/@import|url\(/);
      for (const [, name] of rules.matchAll(/var\(--([\w-]+)/g))
        if (name !== 'status') expect(rules, name).to.match(new RegExp(`\\n  --${name}: `));
      expect(rules)
        .to.contain(`--failed: ${light.status.failed};`)
        .and.to.contain(`--failed: ${dark.status.failed};`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the timeline', () => {
  for (const [name, run] of Object.entries(samples)) {
    it(`of a ${name} run is well-formed and says in words what it shows`, () => {
      const svg = parseXml(drawTimeline(run, light));
      expect(svg.name).to.equal('svg');
      expect(svg.attributes['aria-labelledby']).to.equal('title desc');
      expect(svg.children.slice(0, 2).map(({ attributes }) => attributes['id'])).to.deep.equal([
        'title',
        'desc',
      ]);
      expect(svg.children[1]?.text).to.match(/^\d+ stages? in /);
      for (const forbidden of ['script', 'style', 'a', 'foreignObject', 'image'])
        expect(elementsOf(svg, forbidden)).to.deep.equal([]);
      const ids = everyElement(svg).flatMap(({ attributes }) => attributes['id'] ?? []);
      expect(new Set(ids).size).to.equal(ids.length);
      const fills = everyElement(svg).flatMap(
        ({ attributes }) => /^url\(#(.*)\)$/.exec(attributes['fill'] ?? '')?.[1] ?? [],
      );
      expect(fills.filter((id) => !ids.includes(id))).to.deep.equal([]);
    });
  }

  it('has a row for every stage and every host, and all bars within it', () => {
    const svg = parseXml(drawTimeline(runOf(rolledBackRun), dark));
    const texts = elementsOf(svg, 'text').map(({ text }) => text);
    for (const label of ['Build web', 'Deploy to staging', 'staging-1', 'staging-2'])
      expect(texts).to.include(label);
    const right = elementsOf(svg, 'rect').map(
      ({ attributes }) => Number(attributes['x'] ?? 0) + Number(attributes['width']),
    );
    expect(Math.max(...right)).to.be.at.most(1040);
    expect(drawTimeline(runOf(rolledBackRun), dark)).not.to.include('NaN');
  });

  it('draws the shares of the colours over time, named, patterned and as high as they are', () => {
    const svg = parseXml(drawTimeline(runOf(switchedRun), light));
    const of = (colour: string) =>
      elementsOf(svg, 'rect')
        .filter(({ attributes }) => attributes['fill'] === `url(#traffic-${colour})`)
        .map(({ attributes }) => Number(attributes['height']));
    expect(of('blue')).to.deep.equal([28, 25.2, 14]);
    expect(of('green')).to.deep.equal([2.8, 14, 28]);
    const texts = elementsOf(svg, 'text').map(({ text }) => text);
    for (const words of ['web requests', 'blue 90 % (1.3.2)', 'green 50 % (1.4.0)', 'green 100 % (1.4.0)'])
      expect(
        texts.some((text) => text.startsWith(words)),
        words,
      ).to.equal(true);
    expect(elementsOf(svg, 'desc')[0]?.text).to.include('requests of web to green 100 % (1.4.0)');
  });

  it('draws a tick for each check, a cross where it failed, and names that one', () => {
    const svg = parseXml(drawTimeline(runOf(checkFailedRun), dark));
    const titles = elementsOf(svg, 'title').map(({ text }) => text);
    for (const words of ['web: check smoke ok in 18.2s', 'web: check errors failed in 30.0s'])
      expect(titles).to.include(words);
    expect(elementsOf(svg, 'text').map(({ text }) => text)).to.include('✗ errors');
    expect(elementsOf(svg, 'desc')[0]?.text).to.include('check errors failed in 30.0s');
  });

  it('stands also where a run has no stages, took no time, or two hundred stages', () => {
    const run = samples['successful']!;
    const many = [...Array(200).keys()].map((index) => ({ ...run.stages[0]!, id: `${index}` }));
    for (const odd of [
      { ...run, stages: [] },
      { ...run, seconds: 0 },
      { ...run, stages: many },
    ])
      expect(drawTimeline(parsed(odd), light)).not.to.include('NaN');
  });
});

describe('JUnit XML', () => {
  for (const [name, run] of Object.entries(samples)) {
    it(`of a ${name} run is well-formed, with a test case for every stage and every check`, () => {
      const suite = elementsOf(parseXml(junitOf(run)), 'testsuite')[0]!;
      expect(elementsOf(suite, 'testcase')).to.have.length(
        run.stages.length + run.stages.flatMap(({ checks = [] }) => checks).length,
      );
      expect(Number(suite.attributes['tests'])).to.equal(elementsOf(suite, 'testcase').length);
      expect(Number(suite.attributes['failures'])).to.equal(elementsOf(suite, 'failure').length);
      expect(Number(suite.attributes['skipped'])).to.equal(elementsOf(suite, 'skipped').length);
    });
  }

  it('has the failure with its evidence and what to type next', () => {
    const [failure] = elementsOf(parseXml(junitOf(runOf(rolledBackRun))), 'failure');
    expect(failure?.attributes).to.deep.include({
      message: rolledBackError.message,
      type: 'DEPLOY_ROLLED_BACK',
    });
    for (const line of [...(rolledBackError.evidence ?? []), `Next: ${rolledBackError.next}`])
      expect(failure?.text).to.include(line);
  });

  it('has the evidence of each check, and where requests go in the end', () => {
    const xml = parseXml(junitOf(runOf(checkFailedRun)));
    const failed = elementsOf(xml, 'testcase').find(({ attributes }) =>
      attributes['name']?.includes('check errors'),
    )!;
    expect(failed.attributes['name']).to.equal('Deploy to production: check errors of web');
    expect(elementsOf(failed, 'failure')[0]?.text).to.equal(checkError.evidence!.join('\n'));
    expect(elementsOf(xml, 'property').map(({ attributes }) => attributes)).to.deep.equal([
      { name: 'traffic.web', value: 'blue 100 % (1.3.2)' },
    ]);
  });

  it('is well-formed whatever a stage is called and prints', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const run = samples['hostile']!;
        const stages = [{ ...run.stages[0]!, title: text, reason: text, lastLines: [text] }];
        parseXml(junitOf({ ...run, stages, application: text }));
        parseXml(drawTimeline({ ...run, stages }, light));
      }),
    );
  });

  it('holds no colours', () => {
    expect(junitOf(hostileRun)).not.to.include('[31m');
    expect(reportPage(hostileRun, made)).not.to.include('\x1b');
  });
});

function parsed(run: Run): Run {
  parseXml(drawTimeline(run, light));
  return run;
}

function everyElement(element: ReturnType<typeof parseXml>): readonly ReturnType<typeof parseXml>[] {
  return [element, ...element.children.flatMap(everyElement)];
}
