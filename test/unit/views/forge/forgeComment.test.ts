import { expect } from 'chai';
import { commentMark, hasNews, runComment } from '../../../../runner/src/views/forge/forgeComment.js';
import { code, fenced, link, markdown } from '../../../../runner/src/views/markdown.js';
import type { Run } from '../../../../runner/src/events/run.js';
import { runOf } from '../../../support/recordedRun.js';
import { rolledBackRun, samplePlan, successfulRun } from '../../../support/sampleRuns.js';

const ended = runOf(successfulRun);
const withPlan = (plan: Partial<typeof samplePlan>): Run => ({
  ...ended,
  stages: ended.stages.map((stage) =>
    stage.plan === undefined ? stage : { ...stage, plan: { hidden: 0, summary: { ...samplePlan, ...plan } } },
  ),
});

describe('the comment at a pull request', () => {
  it('begins with a mark that nobody sees, and says what went where', () => {
    expect(runComment(ended).split('\n').slice(0, 2)).to.deep.equal([
      commentMark('shop'),
      '### ✓ shop → staging: Succeeded in 1m38s',
    ]);
  });

  it('tells the plan, what it loses and what drifted', () => {
    const text = runComment(withPlan({ drifted: ['aws_instance.web'] }));
    expect(text).to.include(`**Plan staging:** ${samplePlan.headline}`);
    expect(text).to.include('**Data would be lost:**').and.include('aws\\_db\\_instance.main');
    expect(text).to.include('Changed outside since the last apply:\n\n- `aws_instance.web`');
    expect(text).to.include('- **destroy** `aws_instance.old["<b>"]`');
  });

  it('tells a plan once, though the stage that carries it out tells it again', () => {
    const [stage] = ended.stages.filter(({ plan }) => plan !== undefined);
    const twice = { ...ended, stages: [...ended.stages, { ...stage!, id: 'apply:staging', title: 'Apply' }] };
    expect(runComment(twice).split(samplePlan.headline)).to.have.length(2);
  });

  it('names the release with whole digests, where the environment is, and the build', () => {
    const text = runComment(ended);
    expect(text).to.include('**Release** `1.4.0` of `8f3c2a91d04b`');
    expect(text).to.match(/- `shop\/worker@sha256:c{64}`/);
    expect(text).to.include(
      '**staging:** [https://staging.shop.example.com/](https://staging.shop.example.com/)',
    );
    expect(text).to.include('[Build](https://jenkins.example.com/job/shop/job/develop/128/)');
  });

  it('says why it failed, with the evidence and what to do next', () => {
    const text = runComment(runOf(rolledBackRun));
    expect(text).to.include('**Rolled back (`deploy:staging`):** staging-2 never became healthy');
    expect(text).to.include('relation "carts_v2" does not exist').and.include('**Next:** Run the migration');
  });

  it('stays within what both take, in whole parts', () => {
    const resources = Array.from({ length: 5000 }, (_, index) => ({
      ...samplePlan.resources[0]!,
      address: `module.${'x'.repeat(400)}.aws_instance.a${index}`,
    }));
    const text = runComment(withPlan({ resources }));
    expect(text.length).to.be.below(25_000);
    expect(text).to.include('[Build](').and.include('**Release**');
    expect(text.match(/<details>/g)?.length ?? 0).to.equal(text.match(/<\/details>/g)?.length ?? 0);
  });

  it('has news only where the status does not say it all', () => {
    expect(hasNews(ended)).to.equal(true);
    const { release: _, ...bare } = { ...ended, stages: ended.stages.slice(0, 1), failures: [] };
    expect(hasNews(bare)).to.equal(false);
  });
});

describe('text in Markdown', () => {
  it('formats nothing, links nothing and makes no HTML', () => {
    expect(markdown('a *b* _c_ [d](e) <img src=x> `f` ~~g~~ | h')).to.equal(
      'a \\*b\\* \\_c\\_ \\[d\\]\\(e\\) \\<img src=x\\> \\`f\\` \\~\\~g\\~\\~ \\| h',
    );
    expect(markdown('fish & chips &lt;')).to.equal('fish &amp; chips &amp;lt;');
  });

  it('calls nobody, closes nothing, and is no command', () => {
    expect(markdown('ask @acme/ops about #12')).to.equal('ask @\u200bacme/ops about #\u200b12');
    expect(markdown('/merge')).to.equal('\\/merge');
    expect(markdown('- item')).to.equal('\\- item');
    expect(markdown('1. item')).to.equal('\\1. item');
    expect(markdown('two\nlines')).to.equal('two lines');
  });

  it('ends no code from inside', () => {
    expect(code('a`b\nc')).to.equal("`a'b c`");
    expect(fenced(['```', '/close', 'x'])).to.equal('````text\n```\n /close\nx\n````');
  });

  it('links the web alone', () => {
    expect(link('x', 'https://e.org/a b)(c')).to.equal('[x](https://e.org/a%20b%29%28c)');
    expect(link('x', 'javascript:alert(1)')).to.equal('x');
    expect(link('x', 'https://user:pw@e.org/')).to.equal('x');
    expect(link('x', 'nonsense')).to.equal('x');
  });
});
