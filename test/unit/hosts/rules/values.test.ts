import { expect } from 'chai';
import { sshPath } from '../../../../runner/src/base/sshPath.js';
import { Template } from '../../../../runner/src/base/template.js';
import { ansibleJson, valuesIn } from '../../../../runner/src/hosts/rules/ansibleValues.js';
import { hclExpression } from '../../../../runner/src/infrastructure/rules/hcl.js';

describe('values for Ansible', () => {
  it('are data, but for what the configuration itself wrote as a template', () => {
    const value = { a: '{{ x }}', b: new Template('{{ x }}'), c: ['y', 1, true, null] };
    expect(JSON.parse(ansibleJson(value))).to.deep.equal({
      a: { __ansible_unsafe: '{{ x }}' },
      b: '{{ x }}',
      c: [{ __ansible_unsafe: 'y' }, 1, true, null],
    });
  });

  it('hold no half of a character, and backslashes as they are', () =>
    expect(ansibleJson('a\ud800b\\ud800')).to.equal('{"__ansible_unsafe":"a\\ufffdb\\\\ud800"}'));

  it('are refused under a name that would tell Ansible what to do with them', () =>
    expect(() => ansibleJson({ a: [{ __ansible_vault: 'x' }] })).to.throw('__ansible_vault'));

  it('tell what their templates name', () => {
    const value = {
      a: [new Template('{{ v }}', { v: 1 })],
      b: { c: new Template('{{ w }}', { w: '2' }) },
      d: null,
    };
    expect(valuesIn(value)).to.deep.equal({ v: 1, w: '2' });
  });
});

describe('a path in an option of ssh', () => {
  it('means itself, whatever is in it', () =>
    expect(sshPath('/a b/100%/"x"\\y#\'')).to.equal('/a b/100%%/\\"x\\"\\\\y#\''));
  it('is refused where ssh would read a variable in it', () => {
    expect(() => sshPath('/a/${HOME}/b')).to.throw('ssh cannot take');
    expect(() => sshPath('/a/\n')).to.throw('ssh cannot take');
  });
});

describe('an expression of HCL', () => {
  it('holds no template', () => {
    expect(hclExpression(['${a}', '$${b}', '%{if}', { '${k}': 1 }])).to.equal(
      '["\\u0024{a}","$\\u0024{b}","\\u0025{if}",{"\\u0024{k}":1}]',
    );
  });
  it('holds no escape that HCL does not know', () =>
    expect(hclExpression('\b\f\\b\ud800')).to.equal('"\\u0008\\u000c\\\\b\\ufffd"'));
});
