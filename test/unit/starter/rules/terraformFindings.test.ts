import { expect } from 'chai';
import {
  findInfrastructure,
  outputNames,
  outputsOf,
  regionOf,
} from '../../../../runner/src/starter/rules/terraformFindings.js';
import { finding, projectOf } from '../../../support/starterProject.js';
import type { Tree } from '../../../support/starterCases.js';

const provider = 'provider "aws" {}\n';
const find = (files: Tree) => finding((note) => findInfrastructure(projectOf(files), note));
const directory = (files: Tree) => find(files).found?.directory;

describe('the Terraform root of a project', () => {
  const rows: readonly (readonly [string, Tree, string | undefined])[] = [
    ['is the folder that names a provider', { 'a/b/c/main.tf': provider }, 'a/b/c'],
    ['is the folder that names a backend', { 'a/b/c/main.tf': 'backend "s3" {}' }, 'a/b/c'],
    ['is the folder that names HCP Terraform', { 'a/b/c/main.tf': 'cloud {}' }, 'a/b/c'],
    ['is a folder that is called like one, whatever is in it', { 'infra/main.tf': '' }, 'infra'],
    ['is a folder with resources that is not deep', { 'a/b/main.tf': 'resource "x" "y" {}' }, 'a/b'],
    ['is a folder that uses modules', { 'a/main.tf': 'module "x" {}' }, 'a'],
    ['is a folder that reads data', { 'a/main.tf': 'data "x" "y" {}' }, 'a'],
    ['is not a folder with resources far below', { 'a/b/c/main.tf': 'resource "x" "y" {}' }, undefined],
    ['is not a folder that has only variables', { 'a/main.tf': 'variable "x" {}' }, undefined],
    ['may be written in JSON', { 'terraform/main.tf.json': '{}' }, 'terraform'],
    ['is not where the name only begins like Terraform’s', { 'terraform/main.tf.bak': '' }, undefined],
    [
      'is the one in the usual place',
      { 'a/main.tf': provider, 'infra/main.tf': provider, 'terraform/main.tf': provider },
      'terraform',
    ],
    ['is the directory itself', { 'main.tf': '', 'a/main.tf': provider }, '.'],
    ['is the one that is less deep', { 'a/b/main.tf': provider, 'c/main.tf': provider }, 'c'],
    ['is the first by name of those that are alike', { 'd/main.tf': provider, 'c/main.tf': provider }, 'c'],
  ];
  for (const [what, files, expected] of rows) it(what, () => expect(directory(files)).to.equal(expected));

  for (const folder of ['modules', 'examples', 'test', 'tests', 'fixtures'])
    it(`is not in ${folder}`, () => {
      expect(directory({ [`${folder}/x/main.tf`]: provider })).to.equal(undefined);
      expect(directory({ [`a/${folder}/main.tf`]: provider })).to.equal(undefined);
      expect(directory({ [`my${folder}x/main.tf`]: provider })).to.equal(`my${folder}x`);
    });

  it('is missing where there are only modules, which is told', () => {
    const { found, notes } = find({ 'modules/a/main.tf': provider, 'modules/b/main.tf': '' });
    expect(found).to.equal(undefined);
    expect(notes).to.contain('modules/a and modules/b: Terraform modules');
    expect(find({}).notes).to.equal('');
  });

  it('is told with the others that are not used', () => {
    const others = find({ 'terraform/main.tf': provider, 'a/main.tf': provider, 'modules/x/main.tf': '' });
    expect(others.notes).to.contain('a: other Terraform roots, not used; terraform is');
    expect(find({ 'terraform/main.tf': provider }).notes).not.to.contain('other Terraform roots');
  });

  it('is told where HCP Terraform keeps its state', () => {
    expect(find({ 'main.tf': 'terraform {\n  cloud {\n}\n}' }).notes).to.contain('HCP Terraform');
    expect(find({ 'main.tf': 'terraform {\n  cloud{}\n}' }).notes).to.contain('HCP Terraform');
    expect(find({ 'main.tf': 'terraform {}' }).notes).not.to.contain('HCP Terraform');
  });
});

describe('a Terraform root for each environment', () => {
  const pair = (staging: string, production: string, more: Tree = {}) =>
    find({ [`${staging}/main.tf`]: provider, [`${production}/main.tf`]: provider, ...more });

  for (const [staging, production] of [
    ['envs/staging', 'envs/production'],
    ['envs/stg', 'envs/prd'],
    ['envs/dev', 'envs/live'],
    ['stage', 'prod'],
  ] as const)
    it(`is found in ${staging} and ${production}`, () => {
      const { found, notes } = pair(staging, production);
      expect(found).to.deep.include({
        directory: staging,
        directories: { staging, production },
        varFiles: [],
      });
      expect(notes).to.contain('no workspaces are used').and.not.to.contain('other Terraform roots');
    });

  it('is none where they are not beside each other', () =>
    expect(pair('a/staging', 'b/prod').found).not.to.have.property('directories'));

  it('is none without production', () => {
    expect(pair('envs/staging', 'envs/shared').found).not.to.have.property('directories');
    expect(pair('envs/shared', 'envs/prod').found).not.to.have.property('directories');
  });

  it('is told with the other roots', () =>
    expect(pair('envs/staging', 'envs/prod', { 'envs/shared/main.tf': provider }).notes).to.contain(
      'envs/shared: other Terraform roots, not used',
    ));

  it('has the outputs that both declare', () => {
    const { found } = pair('envs/staging', 'envs/prod', {
      'envs/staging/outputs.tf': 'output "a" {}\noutput "b" {}\n',
      'envs/prod/outputs.tf': 'output "b" {}\noutput "c" {}\n',
    });
    expect(found?.outputs).to.deep.equal(['b']);
  });
});

describe('the variable files of a Terraform root', () => {
  const filesOf = (...names: readonly string[]) =>
    find({
      'terraform/main.tf': provider,
      ...Object.fromEntries(names.map((name) => [`terraform/${name}`, ''])),
    });

  for (const [file, environment] of [
    ['staging.tfvars', 'staging'],
    ['stg.tfvars.json', 'staging'],
    ['vars/dev.tfvars', 'staging'],
    ['env/prod.tfvars', 'production'],
    ['environments/live/terraform.tfvars', 'production'],
    ['config/production.tfvars', 'production'],
    ['tfvars/prd.tfvars', 'production'],
    ['envs/prod.tfvars', 'production'],
  ] as const)
    it(`are ${file} for ${environment}`, () => {
      const { found, notes } = filesOf(file);
      const other = environment === 'staging' ? 'production' : 'staging';
      expect(found?.files).to.deep.equal({ [environment]: [file], [other]: [] });
      expect(notes).to.contain(`no variable file for ${other} (${other}.tfvars)`);
    });

  it('are the nearest name of those that there are', () =>
    expect(filesOf('dev.tfvars', 'vars/staging.tfvars').found?.files?.['staging']).to.deep.equal([
      'vars/staging.tfvars',
    ]));

  it('are told to be missing for both', () =>
    expect(filesOf().notes).to.contain('no variable file for staging and production'));

  it('are not told where each environment has one', () => {
    const { found, notes } = filesOf('staging.tfvars', 'prod.tfvars');
    expect(notes).to.equal('');
    expect(found?.varFiles).to.deep.equal(['staging']);
  });
});

describe('the backend files of a Terraform root', () => {
  const backend = (files: Tree) => find(files).found?.backendConfig;

  const rows: readonly (readonly [string, Tree, Record<string, readonly string[]> | undefined])[] = [
    ['end with .tfbackend', { 'a.tf': '', 'stg.s3.tfbackend': '' }, { staging: ['stg.s3.tfbackend'] }],
    ['are called backend', { 'a.tf': '', 'prod/backend.hcl': '' }, { production: ['prod/backend.hcl'] }],
    [
      'are called backend with a word',
      { 'a.tf': '', 'backend-live.conf': '' },
      { production: ['backend-live.conf'] },
    ],
    [
      'are named from the root',
      { 'infra/a.tf': '', 'infra/prod.tfbackend': '' },
      { production: ['prod.tfbackend'] },
    ],
    ['are not those of other folders', { 'infra/a.tf': '', 'other/prod.tfbackend': '' }, undefined],
    [
      'are not those of no environment',
      { 'a.tf': '', 'x.tfbackend': '', 'product.tfbackend': '' },
      undefined,
    ],
    [
      'are not what is only called like one',
      { 'a.tf': '', 'prod.tfbackend.md': '', 'prod/backend.txt': '' },
      undefined,
    ],
  ];
  for (const [what, files, expected] of rows) it(what, () => expect(backend(files)).to.deep.equal(expected));
});

describe('the outputs of a Terraform root', () => {
  it('are those of the files right in it', () =>
    expect(
      outputsOf(
        projectOf({
          'a/x.tf': 'output "one" {}',
          'a/b/x.tf': 'output "two" {}',
          'a/x.md': 'output "three" {}',
        }),
        'a',
      ),
    ).to.deep.equal(['one']));

  const names = (text: string, path = 'a.tf') => outputNames([{ path, text }]);
  it('may stand one after the other on a line', () =>
    expect(names('output "a" { value = 1 } output b { value = 2 };output "c"{}')).to.deep.equal([
      'a',
      'b',
      'c',
    ]));
  it('are told once', () => expect(names('output "a" {}\noutput "a" {}')).to.deep.equal(['a']));
  it('are not within comments', () =>
    expect(
      names('// output "a" {}\n  # output "b" {}\n/* \n output "c" {}\n*/ /* x */ output "d" {}'),
    ).to.deep.equal(['d']));
  it('are not words that end like output', () =>
    expect(names('my_output "a" {}\nx output "b" {}')).to.deep.equal([]));
  it('may be a list of blocks in JSON', () => {
    expect(names('{"output":[{"a":{}},{"b":{}}]}', 'a.tf.json')).to.deep.equal(['a', 'b']);
    expect(names('{}', 'a.tf.json')).to.deep.equal([]);
  });
});

describe('the region of a Terraform root', () => {
  const region = (text: string) => regionOf(projectOf({ 'a/x.tf': text, 'b/x.tf': 'no' }), 'a');
  it('is that of its AWS provider', () => {
    expect(region('provider "aws" {\n  profile = "x"\n  region="us-gov-west-1"\n}')).to.equal(
      'us-gov-west-1',
    );
    expect(region('provider  "aws"{ region  =  "eu-west-3" }')).to.equal('eu-west-3');
  });
  it('is unknown where a variable or another provider names it', () => {
    expect(region('provider "aws" { region = var.region }')).to.equal(undefined);
    expect(region('provider "x" { region = "eu-west-3" }')).to.equal(undefined);
    expect(region('provider "aws" {}\nx { region = "eu-west-3" }')).to.equal(undefined);
    expect(region('provider "aws" { my_region = "eu-west-3" }')).to.equal(undefined);
  });
});
