import { expect } from 'chai';
import { Template, templateWith, valueName } from '../../../runner/src/base/template.js';

const REFERENCE = /\$\{(env|ssm):([^}]+)\}/g;
const made = (text: string) => templateWith(text, REFERENCE, (reference) => `<${reference.slice(2, -1)}>`);
const a = valueName('${env:A}');
const b = valueName('${env:B}');

describe('text of the configuration with values from outside', () => {
  it('is data where it holds no template of its own, whatever the values make of it', () => {
    expect(made('${env:A}-x')).to.equal('<env:A>-x');
    expect(templateWith('{${env:A}', REFERENCE, () => '{ 1 }}')).to.equal('{{ 1 }}');
  });

  for (const [text, expected] of [
    ['{{ inventory_hostname }}-${env:A}', `{{ inventory_hostname }}-{{ ${a} }}`],
    ['${env:A}{% if x %}${env:B}{% endif %}', `{{ ${a} }}{% if x %}{{ ${b} }}{% endif %}`],
    ["{{ '${env:A}' | b64encode }}", `{{ ${a} | b64encode }}`],
    [`{{ "\${env:A}" ~ '\${env:B}' }}/\${env:A}`, `{{ ${a} ~ ${b} }}/{{ ${a} }}`],
  ] as const) {
    it(`names the values by variables in ${text}`, () =>
      expect((made(text) as Template).text).to.equal(expected));
  }

  it('keeps the values beside it, and what it would be with them', () => {
    const template = made('{{ x }}${env:A}') as Template;
    expect(template.values).to.deep.equal({ [a]: '<env:A>' });
    expect(JSON.stringify({ template })).to.equal('{"template":"{{ x }}<env:A>"}');
  });

  it('refuses a reference in the middle of an expression', () => {
    expect(() => made('{{ ${env:A} + 1 }}')).to.throw(RangeError, '${env:A}');
    expect(() => made("{{ 'x/${env:A}' }}")).to.throw(RangeError, '${env:A}');
  });
});
