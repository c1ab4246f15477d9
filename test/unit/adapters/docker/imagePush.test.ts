import { expect } from 'chai';
import { parseReference } from '../../../../runner/src/adapters/docker/imagePush.js';
import { pushFailure } from '../../../../runner/src/adapters/docker/pushFailure.js';

const REFERENCE = '111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.3.0';

describe('a reference', () => {
  it('is taken apart at the right colon', () => {
    expect(parseReference('localhost:5000/a/b:1')).to.deep.equal({
      host: 'localhost:5000',
      repository: 'localhost:5000/a/b',
      tag: '1',
    });
    expect(parseReference('localhost:5000/a/b')).to.deep.include({
      repository: 'localhost:5000/a/b',
      tag: 'latest',
    });
  });
});

describe('a refused push', () => {
  const cases: readonly [string, string, string, RegExp][] = [
    [
      "tag invalid: The image tag '1.3.0' already exists in the 'shop/web' repository and cannot be overwritten because the repository is immutable.",
      'TAG_IMMUTABLE',
      'immutable',
      /release/,
    ],
    [
      'no basic auth credentials',
      'REGISTRY_REFUSED',
      'does not allow these credentials to push to shop/web',
      /get-caller-identity/,
    ],
    [
      'denied: Your authorization token has expired. Reauthenticate and try again.',
      'REGISTRY_REFUSED',
      'does not allow',
      /ecr:PutImage/,
    ],
    [
      "name unknown: The repository with name 'shop/web' does not exist in the registry",
      'REGISTRY_REFUSED',
      'has no repository shop/web',
      /region/,
    ],
    ['toomanyrequests: Rate exceeded', 'REGISTRY_REFUSED', 'quota', /lifecycle/],
    [
      'Get https://111111111111.dkr.ecr/v2/: dial tcp: lookup x: no such host',
      'REGISTRY_REFUSED',
      'cannot reach',
      /AUTOMATION_STACK_REGISTRY/,
    ],
    [
      'Get https://10.0.0.1:5000/v2/: http: server gave HTTP response to HTTPS client',
      'REGISTRY_REFUSED',
      'plain HTTP',
      /insecure-registries/,
    ],
    ['something new', 'REGISTRY_REFUSED', `refused ${REFERENCE}`, /docker push/],
  ];
  for (const [words, code, means, next] of cases) {
    it(`says what "${words.slice(0, 45)}…" means`, () => {
      const failure = pushFailure(words, REFERENCE, undefined);
      expect(failure.code).to.equal(code);
      expect(failure.message).to.contain(means);
      expect(failure.evidence).to.deep.equal([words]);
      expect(failure.next).to.match(next);
    });
  }
});
