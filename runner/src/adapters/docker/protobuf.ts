/**
 * The protobuf wire format, as far as BuildKit's few messages need it: varints and length-delimited fields.
 * Field numbers live with the messages' users. See https://protobuf.dev/programming-guides/encoding/.
 */

/** A field as read: numbers as bigint (64-bit fields exist), everything else as bytes. */
export interface Field {
  readonly number: number;
  readonly varint: bigint;
  readonly bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);

/**
 * Reads the fields of one message in order.
 * @throws RangeError where the bytes are no message
 */
export function* readFields(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('varint is too long');
  };
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new RangeError('field ends after its message');
    return message.subarray(at, (at += length));
  };
  while (at < message.length) {
    const key = Number(varint());
    const number = key >>> 3;
    const wireType = key & 7;
    if (wireType === 0) yield { number, varint: varint(), bytes: NOTHING };
    else if (wireType === 1) yield { number, varint: 0n, bytes: take(8) };
    else if (wireType === 2) yield { number, varint: 0n, bytes: take(Number(varint())) };
    else if (wireType === 5) yield { number, varint: 0n, bytes: take(4) };
    else throw new RangeError(`wire type ${wireType} is not known`);
  }
}

function encodeVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  // Negative int64 values are sent as their two's complement.
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}

/** A number field; left out where it is 0, as proto3 does. */
export function numberField(number: number, value: number | bigint): Buffer {
  if (BigInt(value) === 0n) return NOTHING;
  return Buffer.concat([encodeVarint(BigInt(number << 3)), encodeVarint(BigInt(value))]);
}

/** A string, bytes or message field; empty strings are left out, empty messages are not. */
export function bytesField(number: number, value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  if (typeof value === 'string' && bytes.length === 0) return NOTHING;
  return Buffer.concat([encodeVarint(BigInt((number << 3) | 2)), encodeVarint(BigInt(bytes.length)), bytes]);
}
