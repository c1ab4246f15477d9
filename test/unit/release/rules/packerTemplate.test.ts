import { expect } from 'chai';
import { templateFacts } from '../../../../runner/src/release/rules/packerTemplate.js';

const of = (text: string, path = 'web.pkr.hcl') => templateFacts([{ path, text }]);

describe('what a template of Packer says', () => {
  /** What is written, and which variables it declares. */
  const rows: Readonly<Record<string, readonly [text: string, variables: readonly string[]]>> = {
    'a block in one line': ['variable "a" { type = string }', ['a']],
    'a block of several lines': [
      'variable "a" {\n  type    = string\n  default = "}"\n}\nvariable "b" {}\n',
      ['a', 'b'],
    ],
    'a name without quotes': ['variable a {}\n', ['a']],
    'the short form': [
      'variables {\n  a = "1"\n  b = { c = "2" }\n  d = [\n    "x"\n  ]\n}\n',
      ['a', 'b', 'd'],
    ],
    'ends of lines of Windows': ['variable "a" {\r\n}\r\nvariable "b" {\r\n}\r\n', ['a', 'b']],
    'a comment': ['# variable "a" {}\n// variable "b" {}\n/* variable "c" {}\n*/ variable "d" {}\n', ['d']],
    'a sign of a comment in a text': ['locals { x = "http://a/#b" }\nvariable "a" {}\n', ['a']],
    'a heredoc': ['locals {\n  x = <<-EOF\n  variable "a" {\n  EOF\n}\nvariable "b" {}\n', ['b']],
    'a text with a template in it': ['locals { x = "${var.a ? "{" : "}"}" }\nvariable "b" {}\n', ['b']],
    'a block in another': ['source "docker" "x" {\n  variable "a" {\n  }\n}\n', []],
    'a value that is a map': ['build {\n  x = { variable = 1 }\n}\nvariable "a" {}', ['a']],
    'a validation': [
      'variable "a" {\n  validation {\n    condition = contains(["x", "y"], var.a)\n  }\n}\nvariable "b" {}',
      ['a', 'b'],
    ],
  };
  for (const [what, [text, variables]] of Object.entries(rows)) {
    it(`are its variables: ${what}`, () => expect(of(text).variables).to.deep.equal(variables));
  }

  it('are its variables, in JSON of before HCL2, and of HCL2', () => {
    expect(of('{"variables": {"a": "1", "b": null}}', 'web.json').variables).to.deep.equal(['a', 'b']);
    expect(of('{"variable": {"a": {"type": "string"}}}', 'web.pkr.json').variables).to.deep.equal(['a']);
    expect(of('{"variable": [{"a": {}}, {"b": {}}]}', 'web.pkr.json').variables).to.deep.equal(['a', 'b']);
  });

  it('is left to Packer where it is no JSON', () => {
    expect(of('{', 'web.json')).to.deep.equal({ variables: [], requiresPlugins: false, usesAnsible: false });
  });

  it('is what all its files say', () => {
    const files = ['variable "a" {}', 'variable "b" {}\nvariable "a" {}'];
    const facts = templateFacts(files.map((text, at) => ({ path: `${at}.pkr.hcl`, text })));
    expect(facts.variables).to.deep.equal(['a', 'b']);
  });

  it('is whether it requires plugins', () => {
    const block = 'packer {\n  required_plugins {\n    docker = { version = ">= 1.0.8" }\n  }\n}\n';
    expect(of(block).requiresPlugins).to.equal(true);
    expect(of('packer {\n  required_version = ">= 1.6.6"\n}\n').requiresPlugins).to.equal(false);
    expect(of('{"packer": {"required_plugins": {}}}', 'web.pkr.json').requiresPlugins).to.equal(true);
  });

  it('is whether Ansible provisions it from this machine', () => {
    const block = (type: string) =>
      `build {\n  provisioner "${type}" {\n    playbook_file = "a.yml"\n  }\n}\n`;
    expect(of(block('ansible')).usesAnsible).to.equal(true);
    expect(of(block('ansible-local')).usesAnsible).to.equal(false);
    expect(of('{"provisioners": [{"type": "ansible"}]}', 'web.json').usesAnsible).to.equal(true);
    expect(of('{"build": [{"provisioner": {"ansible": {}}}]}', 'web.pkr.json').usesAnsible).to.equal(true);
  });
});
