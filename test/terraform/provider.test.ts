import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { startProvider, type SchemaProvider } from '../support/terraform/provider.js';
import { readSchema } from '../support/terraform/schema.js';
import { smallSchema } from '../support/terraform/smallSchema.js';
import { testResults, validationFindings } from '../support/terraform/testEvents.js';
import { runTerraform, terraformEnv } from '../support/terraform/workbench.js';

const required =
  'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n';

describe('the schema provider', function () {
  this.timeout(60_000);
  let provider: SchemaProvider;
  let directory: string;

  before(async () => {
    provider = await startProvider(smallSchema);
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'automation-stack-provider-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  after(() => provider.stop());

  const terraform = (...args: string[]) =>
    runTerraform(directory, args, { ...terraformEnv(), ...provider.env });

  async function configuration(files: Record<string, string>): Promise<void> {
    for (const [name, text] of Object.entries({ 'versions.tf': required, ...files })) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    const { code, stdout, stderr } = await terraform('init', '-input=false', '-no-color');
    expect(code, stdout + stderr).to.equal(0);
  }

  async function findings(text: string): Promise<string[]> {
    await configuration({ 'main.tf': text });
    const { stdout } = await terraform('validate', '-json');
    return validationFindings(stdout).map((found) => `${found.severity}: ${found.text}`);
  }

  it('lets an argument that AWS does not know be found, with its line', async () => {
    const found = await findings('resource "aws_vpc" "it" {\n  cidr_blok = "10.0.0.0/16"\n}\n');
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/^error: main\.tf:2: Unsupported argument: .*cidr_blok.*mean "cidr_block"/);
  });

  it('lets a value of the wrong type be found', async () => {
    const found = await findings('resource "aws_vpc" "it" {\n  enable_dns_support = ["yes"]\n}\n');
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/^error: main\.tf:2: Incorrect attribute value type: .*bool required/s);
  });

  it('lets a missing argument and a block too many be found', async () => {
    const scan = '  image_scanning_configuration {\n    scan_on_push = true\n  }\n';
    const found = await findings(`resource "aws_ecr_repository" "it" {\n${scan}${scan}}\n`);
    expect(found.join('\n'))
      .to.contain('"name" is required')
      .and.to.contain('Too many image_scanning_configuration');
  });

  it('lets a resource type that AWS does not have be found', async () => {
    const found = await findings('resource "aws_vcp" "it" {}\n');
    expect(found.join('\n')).to.match(/^error: main\.tf:1: Invalid resource type: .*aws_vcp/);
  });

  it('warns of a deprecated argument, with its line, as the real provider does', async () => {
    const found = await findings('resource "aws_eip" "it" {\n  tags = {}\n  vpc = true\n}\n');
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/^warning: main\.tf:3: Argument is deprecated/);
  });

  it('warns of a deprecated argument of a data source', async () => {
    const found = await findings('data "aws_iam_policy_document" "it" {\n  source_json = "{}"\n}\n');
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/^warning: main\.tf:2: Argument is deprecated/);
  });

  it('warns of deprecated arguments in blocks, each with its line where it has one', async () => {
    const found = await findings(
      [
        'resource "aws_instance" "it" {',
        '  network_interface {}',
        '  network_interface {',
        '    old = "x"',
        '  }',
        '  ebs_block_device {',
        '    old = "x"',
        '  }',
        '}',
      ].join('\n') + '\n',
    );
    expect(found).to.have.length(2);
    expect(found[0]).to.match(/^warning: main\.tf:4: Argument is deprecated/);
    expect(found[1]).to.match(/^warning: main\.tf:.* Argument is deprecated: .*ebs_block_device/);
  });

  it('plans and applies with mocks, and a wrong assertion fails', async () => {
    await configuration({
      'main.tf': 'resource "aws_vpc" "it" {\n  cidr_block = "10.0.0.0/16"\n}\n',
      'tests/mock.tftest.hcl': [
        'mock_provider "aws" {}',
        'run "applies" {\n  assert {\n    condition = aws_vpc.it.id != ""\n    error_message = "no id"\n  }\n}',
        'run "fails" {\n  command = plan\n  assert {\n    condition = aws_vpc.it.cidr_block == ""\n    error_message = "it has addresses"\n  }\n}',
      ].join('\n'),
    });
    const results = testResults((await terraform('test', '-json')).stdout);
    expect(results.get('mock: applies')?.status).to.equal('pass');
    expect(results.get('mock: fails')?.status).to.equal('fail');
    expect(results.get('mock: fails')?.findings[0]?.text).to.contain('it has addresses');
  });

  it('says what to do where there is no schema', async () => {
    const error = await readSchema(join(directory, 'none.json.gz')).catch((reason: unknown) => reason);
    expect(String(error))
      .to.contain('terraform init finds no hashicorp/aws')
      .and.to.contain('TERRAFORM_AWS_SCHEMA');
  });
});
