import { expect } from 'chai';
import { literalText, readBlocks } from '../../scripts/terraformReader.js';
import { rejections } from '../support/terraform/rejections.js';

describe('the reader of modules', () => {
  it('reads blocks with labels, arguments and blocks inside', () => {
    const [block] = readBlocks(
      'variable "zones" {\n  type = map(object({ # the zones\n    name = string\n  }))\n  default = {} # none\n\n  validation {\n    condition = true\n  }\n}\n',
    );
    expect(block?.labels).to.deep.equal(['zones']);
    expect(block?.arguments.get('type')).to.equal('map(object({ # the zones\n    name = string\n  }))');
    expect(block?.arguments.get('default')).to.equal('{}');
    expect(block?.blocks.map(({ type }) => type)).to.deep.equal(['validation']);
  });

  it('is not misled by brackets and quotes in texts, templates, heredocs and comments', () => {
    const text = [
      '# a { in a comment, and a "',
      'a = "}} $${no} ${join("}", [for x in y : "${x}\\"{"])}" // }',
      '/* } */ b {',
      '  text = <<-EOT',
      '    EOTs } " ${',
      '  EOT',
      '  next = (1 +',
      '    2)',
      '}',
      'c "d" { e = 1 }',
    ].join('\n');
    const blocks = readBlocks(text);
    expect(blocks.map(({ type, labels }) => [type, ...labels])).to.deep.equal([['b'], ['c', 'd']]);
    expect([...(blocks[0]?.arguments.keys() ?? [])]).to.deep.equal(['text', 'next']);
    expect(blocks[0]?.arguments.get('next')).to.equal('(1 +\n    2)');
    expect(blocks[1]?.arguments.get('e')).to.equal('1');
  });

  it('says file and line of what it cannot read', () => {
    expect(() => readBlocks('a = 1\nb {\n  c = "open\n}\n', 'main.tf')).to.throw('main.tf:3: " is missing');
    expect(() => readBlocks('a {\n  b = [1\n}\n', 'main.tf')).to.throw(/main\.tf:\d: \] is missing/);
    expect(() => readBlocks('a {\n', 'main.tf')).to.throw('main.tf:2: a name was expected');
  });

  it('tells what a literal means', () => {
    expect(literalText('"say \\"no\\""')).to.equal('say "no"');
    expect(literalText('<<-EOT\n    two\n    lines\n  EOT')).to.equal('two lines');
  });

  it('makes a file of each rejection, without its expectation and with what all runs share', () => {
    const [first, second] = rejections(
      'variables {\n  a = 1\n}\n\nrun "one" {\n  # says: not 1\n  expect_failures = [var.a]\n}\n\nrun "two" {\n  expect_failures = [\n    var.a,\n  ]\n}\n',
    );
    expect(first).to.deep.include({ run: 'one', says: 'not 1' });
    expect(first?.file).to.contain('variables {\n  a = 1\n}').and.not.to.contain('expect_failures');
    expect(second).to.deep.include({ run: 'two', says: '' });
    expect(second?.file).not.to.contain('expect_failures').and.not.to.contain('one');
  });
});
