import { expect } from 'chai';
import fc from 'fast-check';
import { decodeTrace } from '../../../../runner/src/adapters/docker/buildkitTrace.js';
import { bytesField, numberField, readFields } from '../../../../runner/src/adapters/docker/protobuf.js';

describe('protobuf wire format', () => {
  it('reads back whatever it writes', () => {
    const field = fc.record({
      number: fc.integer({ min: 1, max: 1000 }),
      value: fc.oneof(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), fc.uint8Array()),
    });
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const message = Buffer.concat(
          fields.map(({ number, value }) =>
            typeof value === 'bigint' ? numberField(number, value) : bytesField(number, Buffer.from(value)),
          ),
        );
        const read = [...readFields(message)].map(({ number, varint, bytes }) => [
          number,
          varint,
          bytes.toString('hex'),
        ]);
        const written = fields.map(({ number, value }) =>
          typeof value === 'bigint' ? [number, value, ''] : [number, 0n, Buffer.from(value).toString('hex')],
        );
        expect(read).to.deep.equal(written);
      }),
    );
  });

  it('writes the bytes of the specification’s own examples', () => {
    expect(numberField(1, 150).toString('hex')).to.equal('089601');
    expect(bytesField(2, 'testing').toString('hex')).to.equal('120774657374696e67');
  });

  it('writes negative numbers as 64 bits', () => {
    expect(numberField(1, -2).toString('hex')).to.equal('08feffffffffffffffff01');
  });

  it('leaves out zero and empty text, but not an empty message', () => {
    expect(numberField(1, 0)).to.have.length(0);
    expect(bytesField(1, '')).to.have.length(0);
    expect(bytesField(1, Buffer.alloc(0)).toString('hex')).to.equal('0a00');
  });

  it('refuses a message that is cut off', () => {
    expect(() => [...readFields(Buffer.from('1207746573', 'hex'))]).to.throw(RangeError);
    expect(() => [...readFields(Buffer.from('0896', 'hex'))]).to.throw(RangeError);
  });

  it('passes over fixed-width fields', () => {
    const message = Buffer.concat([
      Buffer.from('0d01020304', 'hex'),
      Buffer.from('110102030405060708', 'hex'),
      numberField(3, 7),
    ]);
    expect([...readFields(message)].map(({ number }) => number)).to.deep.equal([1, 2, 3]);
  });
});

describe('trace of BuildKit', () => {
  const timestamp = (seconds: number, nanos: number) =>
    Buffer.concat([numberField(1, seconds), numberField(2, nanos)]);

  it('is decoded to steps, their output and their transfers', () => {
    const vertex = Buffer.concat([
      bytesField(1, 'sha256:1'),
      bytesField(3, '[1/2] RUN make'),
      numberField(4, 1),
      bytesField(5, timestamp(1000, 500_000_000)),
      bytesField(6, timestamp(1001, 0)),
      bytesField(7, 'exit code: 2'),
    ]);
    const status = Buffer.concat([
      bytesField(1, 'extracting'),
      bytesField(2, 'sha256:1'),
      numberField(4, 5),
      numberField(5, 10),
    ]);
    const log = Buffer.concat([bytesField(1, 'sha256:1'), numberField(3, 2), bytesField(4, 'no rule\n')]);
    const trace = Buffer.concat([bytesField(1, vertex), bytesField(2, status), bytesField(3, log)]);
    expect(decodeTrace(trace.toString('base64'))).to.deep.equal({
      vertexes: [
        {
          digest: 'sha256:1',
          name: '[1/2] RUN make',
          cached: true,
          started: 1_000_500,
          completed: 1_001_000,
          error: 'exit code: 2',
        },
      ],
      statuses: [{ vertex: 'sha256:1', id: 'extracting', current: 5, total: 10 }],
      logs: [{ vertex: 'sha256:1', stream: 'stderr', text: 'no rule\n' }],
    });
  });
});
