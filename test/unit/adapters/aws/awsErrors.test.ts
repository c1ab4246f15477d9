import { expect } from 'chai';
import { awsError, awsReason } from '../../../../runner/src/adapters/aws/awsErrors.js';
import { StackError } from '../../../../runner/src/base/errors.js';

const what = { action: 'ecs:UpdateService', resource: 'shop/web', environment: 'staging' };
const sdk = (name: string, message: string, metadata: object = { httpStatusCode: 400 }, more: object = {}) =>
  Object.assign(new Error(message), {
    name,
    $metadata: metadata,
    ...more,
  });
const mapped = (error: unknown, about: Parameters<typeof awsError>[1] = what) => {
  const result = awsError(error, about);
  if (!(result instanceof StackError)) throw new Error(`not explained: ${String(result)}`);
  return result;
};

describe('failures of AWS', () => {
  it('say that there are no credentials and how to give some', () => {
    const failure = mapped(
      sdk('CredentialsProviderError', 'Could not load credentials from any providers', {}),
    );
    expect(failure.code).to.equal('AWS_CREDENTIALS_MISSING');
    expect(failure.message).to.equal('ecs:UpdateService: there are no AWS credentials');
    expect(failure.next).to.contain('AWS_PROFILE').and.to.contain('for environment staging');
  });

  it('tell credentials that AWS does not know from missing ones', () => {
    const failure = mapped(
      sdk('UnrecognizedClientException', 'The security token included in the request is invalid.'),
    );
    expect(failure.code).to.equal('AWS_CREDENTIALS_MISSING');
    expect(failure.message).to.contain('does not accept these credentials');
  });

  it('tell expired credentials, of keys and of single sign-on alike', () => {
    expect(mapped(sdk('ExpiredTokenException', 'expired')).code).to.equal('AWS_CREDENTIALS_EXPIRED');
    const session = sdk(
      'CredentialsProviderError',
      'The SSO session associated with this profile has expired.',
      {},
    );
    expect(mapped(session).code).to.equal('AWS_CREDENTIALS_EXPIRED');
    expect(mapped(session).next).to.contain('aws sso login');
  });

  it('name the policy statement that was missing, with the resource AWS names', () => {
    const failure = mapped(
      sdk(
        'AccessDeniedException',
        'User: arn:aws:sts::1:assumed-role/ci/x is not authorized to perform: ecs:UpdateService on resource: arn:aws:ecs:eu-west-1:1:service/shop/web because no identity-based policy allows it',
      ),
    );
    expect(failure.code).to.equal('AWS_ACCESS_DENIED');
    expect(failure.next).to.equal(
      'Add to the policy of the role that deploys: {"Effect":"Allow","Action":"ecs:UpdateService","Resource":"arn:aws:ecs:eu-west-1:1:service/shop/web"}',
    );
    expect(failure.evidence[0]).to.contain('assumed-role/ci/x');
    expect(failure.where).to.equal('shop/web, environment staging');
  });

  it('take any 403 for a denial, as S3 says no more than that', () => {
    const failure = mapped(sdk('403', 'UnknownError', { httpStatusCode: 403 }), {
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::state/lock.json',
    });
    expect(failure.code).to.equal('AWS_ACCESS_DENIED');
    expect(failure.next).to.contain('"Resource":"arn:aws:s3:::state/lock.json"');
  });

  it('count how often a request was throttled before it was given up', () => {
    const failure = mapped(
      sdk('ThrottlingException', 'Rate exceeded', { httpStatusCode: 400, attempts: 10 }),
    );
    expect(failure.code).to.equal('AWS_THROTTLED');
    expect(failure.message).to.equal('ecs:UpdateService: AWS throttled the request 10 times');
  });

  it('find the lost connection behind wrapped errors', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4566'), { code: 'ECONNREFUSED' });
    const wrapped = Object.assign(new Error('request failed'), { cause: refused });
    expect(mapped(wrapped).code).to.equal('AWS_UNREACHABLE');
    expect(mapped(wrapped).message).to.contain('ECONNREFUSED');
    expect(mapped(sdk('TimeoutError', 'no answer', { attempts: 8 })).message).to.contain('timed out');
  });

  it('pass on what the service itself says about everything else', () => {
    const failure = mapped(
      sdk('InvalidParameterException', 'Desired count cannot be negative.', {
        httpStatusCode: 400,
        requestId: 'r-1',
      }),
    );
    expect(failure.code).to.equal('AWS_REFUSED');
    expect(failure.message).to.equal('ecs:UpdateService: Desired count cannot be negative.');
    expect(failure.evidence).to.deep.equal([
      'InvalidParameterException: Desired count cannot be negative.',
      'request r-1',
    ]);
  });

  it('tell an answer that broke off, or that came from elsewhere, as a connection that is lost', () => {
    for (const name of ['SyntaxError', 'Error']) {
      const failure = mapped(sdk(name, 'Unexpected token <', { httpStatusCode: 200 }));
      expect(failure.code).to.equal('AWS_UNREACHABLE');
      expect(failure.message).to.contain('ended too early');
    }
  });

  it('say so where an answer has neither words nor a name, as that of an emulator that lacks the call', () => {
    const failure = mapped(sdk('Unknown', 'UnknownError', { httpStatusCode: 400 }));
    expect(failure.message).to.equal('ecs:UpdateService: answered 400 and did not say why');
  });

  it('say that AWS itself failed', () => {
    expect(mapped(sdk('503', 'Unknown', { httpStatusCode: 503 })).message).to.contain('AWS failed with 503');
    const full = sdk('InsufficientInstanceCapacity', 'no room in the zone', { httpStatusCode: 500 });
    expect(mapped(full).message).to.contain('no room in the zone').and.not.to.contain('AWS failed');
  });

  it('name the failure where the service sends no words', () => {
    expect(mapped(sdk('NoSuchBucket', 'UnknownError', { httpStatusCode: 404 })).message).to.contain(
      'NoSuchBucket',
    );
  });

  it('leave bugs and failures that are told already as they are', () => {
    const bug = new TypeError('x is not a function');
    const told = new StackError('LOCKED', 'locked');
    expect(awsError(bug, what)).to.equal(bug);
    expect(awsError(told, what)).to.equal(told);
  });

  it('keep the name AWS gave, for those who handle it', () => {
    expect(awsReason(mapped(sdk('ParameterNotFound', 'x')))).to.equal('ParameterNotFound');
    expect(awsReason(new Error('x'))).to.equal(undefined);
  });
});
