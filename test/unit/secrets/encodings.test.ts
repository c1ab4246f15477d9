import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { MASK, SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { withoutEscapes } from '../../../runner/src/secrets/readings.js';
import { encoders } from '../../support/encoders.js';

const SECRET = `p@ss w"rd/ü+1\\e'n&d%2F$\{x}<€>`;
const knowing = (...secrets: readonly string[]) => {
  const registry = new SecretRegistry();
  for (const secret of secrets) registry.register(secret);
  return registry;
};

/** Secrets as people and generators make them: all printable characters, from 10 on. */
const secrets = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'),
      },
      { weight: 2, arbitrary: fc.constantFrom(...`!"#$%&'()*+,-./:;<=>?@[\\]^_{|}~\``) },
      { weight: 1, arbitrary: fc.constantFrom(' ', 'ü', '€', '漢', '𝄞') },
    ),
    { minLength: 12, maxLength: 60 },
  )
  .map((characters) => characters.join('').trim())
  .filter((text) => text.replace(/[^A-Za-z0-9]/g, '').length >= 8);

/** No longer piece of what was to be hidden may stand in what is shown. */
function shows(shown: string, form: string, longest: number): boolean {
  for (let start = 0; start + longest <= form.length; start += 1) {
    if (shown.includes(form.slice(start, start + longest))) return true;
  }
  return false;
}

describe('a secret in an encoding', () => {
  for (const [name, encode] of Object.entries(encoders)) {
    it(`is masked: ${name}`, () => {
      const shown = knowing(SECRET).text(`before ${encode(SECRET)} after`);
      expect(shown).to.contain(MASK);
      expect(shown).to.match(/^before .* after$/s);
      expect(shown).not.to.match(/w"rd|1\\e|p@ss/);
    });
    // Backslashes before what is encoded twice may be the begin of an escape as well: both readings are possible.
    const surroundings = ['', ' ', 'x=', '"', '\t', ...(name.includes(' in ') ? [] : ['\\\\'])];
    it(`is masked whatever it is: ${name}`, () => {
      fc.assert(
        fc.property(secrets, fc.constantFrom(...surroundings), (secret, before) => {
          const form = encode(secret);
          const shown = knowing(secret).text(`${before}${form} after`);
          expect(shown).to.contain(MASK);
          expect(shown.endsWith(' after')).to.equal(true);
          expect(shows(shown, secret, 8), `${shown} of ${form}`).to.equal(false);
        }),
        { numRuns: 25 },
      );
    });
  }

  it('is masked in any encoding of any other', () => {
    const names = fc.constantFrom(...Object.keys(encoders).filter((name) => !/base64|hexa/.test(name)));
    fc.assert(
      fc.property(secrets, names, names, (secret, inner, outer) => {
        const text = (encoders[outer] as (text: string) => string)(
          (encoders[inner] as (text: string) => string)(secret),
        );
        expect(knowing(secret).text(text), `${text} (${inner} in ${outer})`).to.contain(MASK);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a secret with escape sequences in it', () => {
  const noises = [
    '\x1b[0m',
    '\x1b[1;31m',
    '\x1b[38;2;1;2;3m',
    '\x1b[K',
    '\x1b]0;title\x07',
    '\x1b]8;;https://x\x1b\\',
    '\x1b(B',
    '\x1b=',
    '\x1b',
    '\r',
    '\0',
    '\b',
    '\x07',
    '\u200b',
    '\u200d',
    '\ufeff',
    '\u00ad',
    '\u2060',
    '\x9b',
    '\x1bPq\x1b\\',
    'x\b',
  ];
  for (const noise of noises) {
    it(`is masked: ${JSON.stringify(noise)}`, () => {
      const registry = knowing('correct-horse-7');
      const text = `a correct${noise}-hor${noise}se-7 b`;
      for (const shown of [
        registry.text(text),
        withoutEscapes(registry.text(text)),
        stripVTControlCharacters(registry.text(text)),
      ])
        expect(shown).to.equal(`a ${MASK} b`);
    });
  }
  it('is masked where every character was printed twice, as bold type is', () => {
    const bold = [...'correct-horse-7'].map((c) => `${c}\b${c}`).join('');
    expect(knowing('correct-horse-7').text(`a ${bold} b`)).to.equal(`a ${MASK} b`);
  });
  it('is masked where the escapes are themselves escaped in JSON', () => {
    const text = JSON.stringify({ line: 'a correct-\x1b[1mhorse-7 b' });
    expect(knowing('correct-horse-7').text(text)).to.equal(`{"line":"a ${MASK} b"}`);
  });
});

describe('ordinary text', () => {
  const registry = knowing(
    'k3Jf9-sLq/2+Zx8=p"Q',
    'correct horse battery staple',
    'AKIAIOSFODNN7EXAMPLE',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'postgres://shop:s3cr3t%21pw@db.internal:5432/shop',
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----',
  );
  const lines = [
    'Step 3/7 : RUN npm ci --omit=dev && rm -rf /root/.npm',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'commit 88f2939c1b1e4f0d6e6f3d1a2b3c4d5e6f708192',
    'arn:aws:ecs:eu-west-1:123456789012:task/shop/0123456789abcdef0123456789abcdef',
    '{"@level":"info","@message":"aws_lb.web: Creation complete after 2m3s [id=arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188]","type":"apply_complete"}',
    'GET https://example.org/a%20b?x=1&y=2#top 200 in 3ms (80% done)',
    "it's 100%% sure: 'a''b' \"c\"\"d\" $$HOME C:\\temp\\new",
    'postgres://db.internal:5432/shop is up',
    'task-definition shop-web:42, desk-1234567890abcdefghijkl',
    'ssh://git@github.com/x/y.git',
    'expected -----BEGIN RSA PRIVATE KEY----- at the start of the file',
    'Authorization: none is needed',
    'basic internationalization of texts',
    'staple 12 pages of battery tests',
    'registry.example.org/shop/web:v1.2.3@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'eyJ is how base64 of JSON begins',
    'the horse battery',
    'shop 5432 db.internal',
    'https://user@host.example.org/path',
    'git@github.com:owner/repository.git',
    '2026-11-28T10:11:12.123Z 10.0.0.1:8080 -> 10.0.0.2:443',
    'uuid 123e4567-e89b-12d3-a456-426614174000',
    '[36m#12 [build 3/5] COPY . .',
  ];
  for (const line of lines) {
    it(`stays as it is: ${line.slice(0, 60)}`, () => {
      expect(registry.text(line)).to.equal(line);
      const stream = registry.lines();
      expect([...stream.push(line), ...stream.flush()]).to.deep.equal([line]);
    });
  }
  it('stays as it is whatever it is, where it holds no secret', () => {
    fc.assert(
      fc.property(fc.array(fc.lorem({ mode: 'sentences' }), { minLength: 1 }), (texts) => {
        expect(registry.value(texts)).to.deep.equal(texts);
      }),
    );
  });
  it('stays as it is beside words that everybody uses as passwords', () => {
    const weak = knowing('test', 'true', 'postgres', 'admin', '5432', 'root', 'abc');
    expect(weak.text('postgres runs its test on 5432 as root: true, abc')).to.equal(
      'postgres runs its test on 5432 as root: true, abc',
    );
  });
});
