import { expect } from 'chai';
import { decode, encode, unknown } from '../support/terraform/msgpack.js';

describe('the decoder of configurations', () => {
  const cases: [what: string, hex: string, value: unknown][] = [
    ['small numbers', '93007fff', [0, 127, -1]],
    [
      'whole numbers of each size',
      '96ccffcdffffce00010000d080d18000d3ffffffffffffffff',
      [255, 65535, 65536, -128, -32768, -1],
    ],
    ['broken numbers', '92cb3ff8000000000000ca3fc00000', [1.5, 1.5]],
    ['nothing, no and yes', '93c0c2c3', [null, false, true]],
    ['texts', '92a161d903e282ac', ['a', '€']],
    ['maps and lists', '81a16b91a176', { k: ['v'] }],
    ['long maps and lists', 'de0001a16bdc0001c0', { k: [null] }],
    ['an unknown value among others', '92d4000000', [unknown, 0]],
    ['an unknown value with refinements', 'c7020c8101', unknown],
  ];
  for (const [what, hex, value] of cases)
    it(`reads ${what}`, () => expect(decode(Buffer.from(hex, 'hex'))).to.deep.equal(value));

  it('refuses a value that ends too early and a byte that begins none', () => {
    expect(() => decode(Buffer.from('a261', 'hex'))).to.throw(RangeError);
    expect(() => decode(Buffer.from('c1', 'hex'))).to.throw('0xc1');
  });
});

describe('the encoder of states', () => {
  it('writes what the decoder reads', () => {
    const value = {
      nothing: null,
      flags: [true, false],
      numbers: [0, -1, 65536, 1.5, Number.MAX_SAFE_INTEGER],
      texts: ['', 'a €'],
      later: unknown,
      nested: [{ one: { two: [unknown] } }],
    };
    expect(decode(encode(value))).to.deep.equal(value);
  });

  it('writes an unknown value as Terraform does', () => {
    expect(encode(unknown).toString('hex')).to.equal('d40000');
  });

  it('refuses what Terraform has nothing for', () => {
    expect(() => encode(() => undefined)).to.throw(TypeError);
  });
});
