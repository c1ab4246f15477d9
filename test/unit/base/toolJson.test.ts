import { expect } from 'chai';
import fc from 'fast-check';
import { StackError } from '../../../runner/src/base/errors.js';
import {
  isOutputs,
  isPlan,
  isState,
  isVersion,
} from '../../../runner/src/infrastructure/rules/terraformJson.js';
import { isRecord, jsonIn, toolJson } from '../../../runner/src/base/toolJson.js';

const plan = { format_version: '1.2', resource_changes: [{ address: 'a["}{"]', note: '\\"] [{' }] };
const document = JSON.stringify(plan, null, 2);
const seen = (text: string) => jsonIn(text, isPlan);

/** What people have seen around a tool's JSON. */
const NOISE: Readonly<Record<string, string>> = {
  'a warning of Terraform': '╷\n│ Warning: Deprecated {flag}\n│\n│ use "-x" [instead]\n╵\n',
  'a log line with brackets': '[WARN] 2026/11/28 10:00:00 [aws-vault] session of {team} expires in [5m]\n',
  'a time in brackets': '[12:00:01] mise: terraform@1.11.4\n',
  'log lines in JSON': '{"level":"info","msg":"assuming role","tags":["a",{"b":1}]}\n[1,2,3]\n{}\n',
  colours: '\u001b[1m\u001b[33m[0mWarning\u001b[0m\u001b]8;;http://x\u0007link\u001b]8;;\u0007\n',
  'a broken quote': '{"never closed\n[ "nor this\n',
  'a byte order mark': '\ufeff',
  'Windows line ends': '\r\n\r\n',
  'bytes that are no UTF-8': '\ufffd\ufffd\n',
};

describe('JSON that a tool printed', () => {
  for (const [kind, noise] of Object.entries(NOISE)) {
    it(`is found behind ${kind}`, () => expect(seen(noise + document)).to.deep.equal(plan));
    it(`is found before ${kind}`, () => expect(seen(`${document}\n${noise}`)).to.deep.equal(plan));
  }

  it('is found behind words without an end of line, and without an end of line itself', () =>
    expect(seen(`using terraform 1.11.4: ${JSON.stringify(plan)}done`)).to.deep.equal(plan));

  it('is found whatever stands around it', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('"'));
    const around = fc.array(word, { maxLength: 6 }).map((words) => words.join('\n'));
    fc.assert(
      fc.property(around, fc.jsonValue(), around, (before, value, after) => {
        const wanted = { format_version: '1', value: JSON.parse(JSON.stringify(value)) as unknown };
        const text = `${before}\n${JSON.stringify(wanted)}\n${after}`;
        expect(seen(text)).to.deep.equal(wanted);
      }),
    );
  });

  it('is read where it is one line of megabytes', () => {
    const large = { format_version: '1', text: 'x"\\{['.repeat(500_000) };
    expect(seen(`noise [\n${JSON.stringify(large)}\nmore }`)).to.deep.equal(large);
  });

  it('is told from other JSON by what it holds', () => {
    const outputs = { url: { value: 1, sensitive: false } };
    expect(jsonIn(`{}\n{"level":"info"}\n${JSON.stringify(outputs)}`, isOutputs)).to.deep.equal(outputs);
    expect(jsonIn('warning [x]\n{}\n', isOutputs)).to.deep.equal({});
    const state = { version: 4, serial: 7, lineage: 'l' };
    expect(jsonIn(`${JSON.stringify({ serial: 1 })}${JSON.stringify(state)}`, isState)).to.deep.equal(state);
    const version = { terraform_version: '1.15.0' };
    expect(jsonIn(`Warning\n${JSON.stringify(version)}`, isVersion)).to.deep.equal(version);
  });

  it('is a failure with what was printed instead where there is none', () => {
    const printed = {
      stdout: `\u001b[31mlogin [first]\u001b[0m\n{"a": \n${'x'.repeat(5000)}`,
      tail: ['told on stderr'],
    };
    const ask = () => toolJson('terraform show -json', printed, isRecord);
    expect(ask).to.throw(StackError).with.property('code', 'TOOL_FAILED');
    try {
      ask();
    } catch (error) {
      const { evidence } = error as StackError;
      expect(evidence).to.include('login [first]').and.to.include('told on stderr');
      expect(Math.max(...evidence.map((line) => line.length))).to.be.lessThan(300);
    }
  });
});
