import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packerRemarks } from '../../../runner/src/doctor/packerFiles.js';
import { told } from '../../../runner/src/config/path.js';

describe('what an image of Packer names', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'packer-files-'));
    mkdirSync(join(directory, 'image'));
    mkdirSync(join(directory, 'roles'));
    writeFileSync(join(directory, 'image/web.pkr.hcl'), 'variable "php" {}\nvariable "token" {}\n');
    writeFileSync(join(directory, 'image/web.yml'), '');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const remarks = (image: object) =>
    packerRemarks('web', image, { directory, known: (text) => (text.includes('${') ? undefined : text) }).map(
      ({ path, words }) => [path.join('.'), told(words, path)],
    );
  const image = { template: 'image/web.pkr.hcl', playbook: 'image/web.yml', inputs: ['roles'] };

  it('is there', () =>
    expect(remarks({ ...image, variables: { php: 1 }, secrets: { token: 'x' } })).to.deep.equal([]));

  /** What is changed, where it is told, and in which words. */
  const rows: readonly (readonly [object, string, string])[] = [
    [{ template: 'image/wbe.pkr.hcl' }, 'images.web.template', 'there is no template image/wbe.pkr.hcl'],
    [{ playbook: 'web.yml' }, 'images.web.playbook', 'there is no playbook web.yml'],
    [{ inputs: ['roles', 'rolls'] }, 'images.web.inputs.1', 'there is no file or folder rolls'],
    [
      { variables: { phq: 1 } },
      'images.web.variables.phq',
      'declares no variable "phq". Did you mean "php"?',
    ],
    [{ secrets: { other: 'x' } }, 'images.web.secrets.other', 'It declares: php, token.'],
  ];
  for (const [changed, path, words] of rows) {
    it(`is not: ${path}`, () => {
      const found = remarks({ ...image, ...changed });
      expect(found.map(([at]) => at)).to.deep.equal([path]);
      expect(found[0]?.[1]).to.contain(words);
    });
  }

  it('is passed over where it is not known yet', () => {
    expect(remarks({ ...image, template: '${env:X}/web.pkr.hcl', variables: { phq: 1 } })).to.deep.equal([]);
  });
});
