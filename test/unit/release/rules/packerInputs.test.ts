import { expect } from 'chai';
import type { InputFile } from '../../../../runner/src/domain/inputFile.js';
import { packerInputsDigest, type PackerInputs } from '../../../../runner/src/release/rules/inputs.js';

const file = (path: string, content = 'c0ffee', executable = false): InputFile => ({
  ...{ path, content, executable },
  kind: 'file',
});
const inputs: PackerInputs = {
  template: 'image/web.pkr.hcl',
  only: ['docker.a', 'docker.b'],
  variables: { php: '8.2', modules: { a: 1, b: [2, 3] } },
  secrets: ['token', 'key'],
  files: [file('image/web.pkr.hcl'), file('roles/motd/tasks/main.yml')],
};
const digest = (changed: Partial<PackerInputs> = {}) => packerInputsDigest({ ...inputs, ...changed });

describe('digest of the inputs of Packer', () => {
  it('is the same in whatever order they are written', () => {
    expect(
      digest({
        only: ['docker.b', 'docker.a'],
        variables: { modules: { b: [2, 3], a: 1 }, php: '8.2' },
        secrets: ['key', 'token'],
        files: [...inputs.files].reverse(),
      }),
    ).to.equal(digest());
  });

  it('stays what it is: what was built before is known by it', () => {
    expect(digest()).to.equal('sha256:4c6039f891903fe822faa39692907c05ffaa1a60d21559866304d1cc7b4f2d21');
  });

  const rows: Readonly<Record<string, Partial<PackerInputs>>> = {
    'another template': { template: 'image/other.pkr.hcl' },
    'other sources': { only: ['docker.a'] },
    'another value': { variables: { ...inputs.variables, php: '8.3' } },
    'text in place of a number': { variables: { ...inputs.variables, modules: { a: '1', b: [2, 3] } } },
    'another order of a list': { variables: { ...inputs.variables, modules: { a: 1, b: [3, 2] } } },
    'another secret': { secrets: ['token'] },
    'another file': { files: [...inputs.files, file('image/web.yml')] },
    'another name of a file': { files: [file('image/web.pkr.hcl'), file('roles/motd/tasks/other.yml')] },
    'another content': { files: [file('image/web.pkr.hcl'), file('roles/motd/tasks/main.yml', 'beef')] },
    'another mode': { files: [file('image/web.pkr.hcl'), file('roles/motd/tasks/main.yml', 'c0ffee', true)] },
  };
  for (const [what, changed] of Object.entries(rows)) {
    it(`changes with ${what}`, () => expect(digest(changed)).not.to.equal(digest()));
  }
});
