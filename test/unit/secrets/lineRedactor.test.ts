import { expect } from 'chai';
import fc from 'fast-check';
import { MASK, SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { encoders } from '../../support/encoders.js';

const KEY = [
  '-----BEGIN RSA PRIVATE KEY-----',
  'MIIEowIBAAKCAQEAx8Zb0pQk3vXyQ7d9sT1uVwYzA2bC4dE6fG8hI0jK2lM4nO6p',
  'Q8rS0tU2vW4xY6zA8bC0dE2fG4hI6jK8lM0nO2pQ4rS6tU8vW0xY2zA4bC6dE8fG',
  'Qk3vXy==',
  '-----END RSA PRIVATE KEY-----',
].join('\n');

const knowing = (...secrets: readonly string[]) => {
  const registry = new SecretRegistry();
  for (const secret of secrets) registry.register(secret);
  return registry;
};
function shown(registry: SecretRegistry, lines: readonly string[]): readonly string[] {
  const stream = registry.lines();
  return [...lines.flatMap((line) => stream.push(line)), ...stream.flush()];
}
const wrapped = (text: string, width: number) => text.match(new RegExp(`.{1,${width}}`, 'gsu')) as string[];

describe('a secret that is broken over lines', () => {
  const secret = 'kX9vT2mQ/7pL+4wZs"8Rn';
  it('is masked on each of them, and what stands around it stays', () => {
    expect(shown(knowing(secret), ['a kX9vT2mQ/7', 'pL+4wZs"8Rn b', 'next'])).to.deep.equal([
      `a ${MASK}`,
      `${MASK} b`,
      'next',
    ]);
  });
  it('is masked where only its first characters stand on the first line', () => {
    expect(shown(knowing(secret), ['a kX9', 'vT2mQ/7pL+4wZs"8Rn b'])).to.deep.equal(['a kX9', `${MASK} b`]);
  });
  it('is masked over more than two lines, and between what frames them', () => {
    expect(shown(knowing(secret), ['│ kX9vT2', '│   mQ/7pL', '│   +4wZs"', '│   8Rn'])).to.deep.equal([
      `│ ${MASK}`,
      `│   ${MASK}`,
      `│   ${MASK}`,
      `│   ${MASK}`,
    ]);
  });
  it('is masked in base64 that is wrapped at 76 characters', () => {
    const document = JSON.stringify({ filler: 'x'.repeat(61), password: secret, more: 'y'.repeat(90) });
    const lines = wrapped(Buffer.from(document).toString('base64'), 76);
    const result = shown(knowing(secret), lines).join('').replaceAll(MASK, '');
    expect(Buffer.from(result, 'base64').toString()).not.to.contain(secret.slice(2, 10));
    expect(result.length).to.be.greaterThan(150);
  });
  it('never comes through, whatever it is, however it is written and wherever it is wrapped', () => {
    const secrets = fc.stringMatching(/^[A-Za-z0-9]{5}[A-Za-z0-9!"#$%&'()*+,./:;<=>?@[\]^_{|}~-]{12,56}$/);
    const some = fc.constantFrom(...Object.keys(encoders));
    fc.assert(
      fc.property(
        secrets,
        some,
        fc.integer({ min: 20, max: 100 }),
        fc.string({ maxLength: 20, unit: fc.constantFrom('a', ' ') }),
        (text, name, width, before) => {
          const form = (encoders[name] as (text: string) => string)(text);
          const result = shown(knowing(text), [...wrapped(`${before}${form}`, width), 'the end']);
          expect(result.at(-1)).to.equal('the end');
          const all = result.join('');
          for (let start = 0; start + 8 <= text.length; start += 1)
            expect(all).not.to.contain(text.slice(start, start + 8));
          // Base64 and hexadecimal hide what they show.
          for (const reading of [
            Buffer.from(all, 'base64').toString('latin1'),
            Buffer.from(all, 'hex').toString('latin1'),
          ])
            expect(reading).not.to.contain(text);
          expect(all).to.contain(MASK);
        },
      ),
      { numRuns: 300 },
    );
  });
  it('is masked in lists of lines, as evidence has them', () => {
    expect(knowing(secret).value({ evidence: ['a kX9vT2mQ/7', 'pL+4wZs"8Rn b'] })).to.deep.equal({
      evidence: [`a ${MASK}`, `${MASK} b`],
    });
  });
  it('is masked as far as it goes where a text was cut', () =>
    expect(knowing(secret).text('a: kX9vT2mQ/7pL…')).to.equal(`a: ${MASK}…`));
});

describe('lines that only begin as a secret does', () => {
  const registry = knowing('production-Db-Passw0rd', 'postgres://x:kX9vT2mQ7pL4wZs@h');
  it('come through unchanged once the next line is there', () => {
    const lines = ['deployed to production', 'all is well', 'see postgres', 'and go on'];
    expect(shown(registry, lines)).to.deep.equal(lines);
  });
  it('are kept back no longer than that', () => {
    const stream = registry.lines();
    expect(stream.push('all to prod')).to.deep.equal([]);
    expect(stream.isHolding).to.equal(true);
    expect(stream.push('and back')).to.deep.equal(['all to prod', 'and back']);
    expect(stream.isHolding).to.equal(false);
  });
});

describe('a private key', () => {
  it('is masked line by line though nobody registered it', () => {
    expect(shown(new SecretRegistry(), ['before', ...KEY.split('\n'), 'after'])).to.deep.equal([
      'before',
      '-----BEGIN RSA PRIVATE KEY-----',
      MASK,
      MASK,
      MASK,
      '-----END RSA PRIVATE KEY-----',
      'after',
    ]);
  });
  it('is masked inside of one text and of JSON', () => {
    for (const text of [KEY, JSON.stringify({ key: KEY })]) {
      const result = new SecretRegistry().text(`x ${text} y`);
      expect(result).not.to.match(/MIIE|Q8rS|Qk3v/);
      expect(result).to.match(/^x .* y$/s);
    }
  });
  it('is masked in each of its lines where it was registered, with no frame around them', () => {
    const lines = KEY.split('\n')
      .slice(1, 3)
      .map((line) => `  ${line}  `);
    expect(shown(knowing(KEY), lines)).to.deep.equal([`  ${MASK}  `, `  ${MASK}  `]);
  });
});
