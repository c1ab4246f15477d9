import { expect } from 'chai';
import { registerEnvironment } from '../../../runner/src/secrets/environmentSecrets.js';
import fc from 'fast-check';
import { MASK, SecretRegistry } from '../../../runner/src/secrets/redact.js';

const SECRET = 'p@ss w"rd/ü+1\\end';
const registry = () => {
  const secrets = new SecretRegistry();
  secrets.register(SECRET);
  return secrets;
};

describe('the directory that the shell is in', () => {
  it('is no secret, also where it is gone', () => {
    const registry = new SecretRegistry();
    registerEnvironment(
      { PWD: '/srv/removed/shop', OLDPWD: '/srv/removed/other', DB_PWD: 'correct-horse' },
      registry,
    );
    expect(registry.text('in /srv/removed/shop with correct-horse')).to.equal(
      'in /srv/removed/shop with ***',
    );
  });
});

describe('redaction', () => {
  const forms: Record<string, string> = {
    'as it is': SECRET,
    'in JSON': JSON.stringify({ token: SECRET }),
    'in JSON inside JSON': JSON.stringify(JSON.stringify({ token: SECRET })),
    'in a URL': `https://user:${encodeURIComponent(SECRET)}@host/`,
    'in a form': new URLSearchParams({ p: SECRET }).toString(),
    'in base64': Buffer.from(SECRET).toString('base64'),
    'in base64 of user:password': Buffer.from(`AWS:${SECRET}`).toString('base64'),
    'in base64url': Buffer.from(`x${SECRET}`).toString('base64url'),
    'in hex': Buffer.from(SECRET).toString('hex'),
  };
  for (const [where, text] of Object.entries(forms)) {
    it(`removes a secret ${where}`, () => {
      const shown = registry().text(`before ${text} after`);
      expect(shown).to.contain(MASK);
      expect(shown).to.match(/^before .* after$/s);
    });
  }

  it('removes each line of a private key', () => {
    const secrets = new SecretRegistry();
    secrets.register('-----BEGIN-----\nabcdefghijkl\nmnopqrstuvwx\n-----END-----');
    expect(secrets.text('oops: mnopqrstuvwx')).to.equal(`oops: ${MASK}`);
  });

  it('reaches deep into values, keys included', () => {
    expect(registry().value({ a: [{ [SECRET]: SECRET }], n: 7, no: null })).to.deep.equal({
      a: [{ [MASK]: MASK }],
      n: 7,
      no: null,
    });
  });

  it('masks a frozen list that was clean before its secret was registered', () => {
    const registry = new SecretRegistry();
    registry.register('something-else');
    const list = Object.freeze([{ note: 'late-secret' }]);
    expect(registry.value(list)).to.equal(list);
    registry.register('late-secret');
    const masked = registry.value(list);
    expect(masked).to.deep.equal([{ note: MASK }]);
    expect(registry.value(masked)).to.equal(masked);
  });

  it('leaves ordinary text alone', () =>
    expect(registry().text('a password was set')).to.equal('a password was set'));
  it('ignores values too short to be secrets', () => {
    const secrets = new SecretRegistry();
    secrets.register('abc');
    expect(secrets.text('abc abc')).to.equal('abc abc');
  });

  it('masks a secret that contains another one whole', () => {
    const secrets = new SecretRegistry();
    secrets.register('inner-secret');
    secrets.register('outer-inner-secret-outer');
    expect(secrets.text('x outer-inner-secret-outer x')).to.equal(`x ${MASK} x`);
  });

  it('never lets any secret through, whatever stands around it', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, unit: 'binary' }),
        fc.string(),
        fc.string(),
        (secret, before, after) => {
          fc.pre(secret.trim().length >= 8);
          const secrets = new SecretRegistry();
          secrets.register(secret);
          const shown = secrets.text(`${before}${secret}${after}`);
          return !shown.includes(secret) || MASK.includes(secret);
        },
      ),
    );
  });
});
