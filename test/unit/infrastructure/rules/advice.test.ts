import { expect } from 'chai';
import {
  isBackendMoved,
  terraformAdvice,
} from '../../../../runner/src/infrastructure/rules/terraformAdvice.js';

// The words are those of Terraform 1.11, the AWS provider and its S3 backend.
const WORDS: readonly (readonly [string, string, string])[] = [
  [
    'credentials are missing',
    'No valid credential sources found\nError: failed to refresh cached credentials, no EC2 IMDS role found',
    'AWS_PROFILE',
  ],
  [
    'credentials are wrong',
    'api error InvalidClientTokenId: The security token included in the request is invalid.',
    'AWS_PROFILE',
  ],
  [
    'a session has expired',
    'failed to refresh cached credentials, api error ExpiredToken: The security token included in the request is expired',
    'aws sso login',
  ],
  [
    'the bucket of the states is not there',
    'Failed to get existing workspaces: S3 bucket "example-delivery" does not exist.',
    'state-backend',
  ],
  [
    'AWS denies a call',
    'api error UnauthorizedOperation: You are not authorized to perform this operation.',
    'iam-policy --command apply',
  ],
  [
    'a variable has no value',
    'No value for required variable\nThe root module input variable "application_port" is not set',
    'infrastructure.variables',
  ],
  ['Terraform is too old', 'Unsupported Terraform Core version', 'terraform version'],
  [
    'no provider can be fetched',
    'Failed to query available provider packages\nCould not retrieve the list of available versions',
    'mirror',
  ],
  ['the disk is full', 'write .terraform/x: no space left on device', 'df -h'],
];

describe('what to do about a failure of Terraform', () => {
  for (const [when, said, advice] of WORDS)
    it(`is told where ${when}`, () => expect(terraformAdvice(said)).to.contain(advice));

  it('is to correct the cause, where the words are known to nobody', () => {
    expect(terraformAdvice('Error: Unsupported argument')).to.equal('Fix the cause');
  });
});

describe('a backend that is another', () => {
  const moved = [
    'Backend configuration changed',
    'Error asking for state migration action: input is disabled',
    "Can't ask approval for state migration when interactive input is disabled.",
    'Reason: Backend type changed from "local" to "s3"',
    'Reason: Unsetting the previously set backend "s3"',
  ];
  for (const words of moved)
    it(`is told by “${words}”`, () => expect(isBackendMoved(`Error: ${words}`)).to.equal(true));

  it('is not told by other words', () => expect(isBackendMoved('Error: Backend not found')).to.equal(false));
});
