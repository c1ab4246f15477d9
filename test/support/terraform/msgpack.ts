/** A value that Terraform does not know yet. */
export const unknown = Symbol('unknown');

/**
 * Decodes a value as Terraform encodes configuration: MessagePack, whose only extension stands for an unknown value.
 * Numbers too big for their format travel as text and stay text. Source of the format: the MessagePack specification.
 * @throws RangeError where the bytes end too early, Error for a byte that no format begins with
 */
export function decode(bytes: Buffer): unknown {
  return new Reader(bytes).value();
}

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  value(): unknown {
    const head = this.unsigned(1);
    if (head < 0x80) return head;
    if (head < 0x90) return this.map(head & 0x0f);
    if (head < 0xa0) return this.list(head & 0x0f);
    if (head < 0xc0) return this.text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return head === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.take(this.unsigned(1 << (head - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.extension(this.unsigned(1 << (head - 0xc7)));
      case 0xca:
        return this.take(4).readFloatBE();
      case 0xcb:
        return this.take(8).readDoubleBE();
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.unsigned(1 << (head - 0xcc));
      case 0xcf:
        return Number(this.take(8).readBigUInt64BE());
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.signed(1 << (head - 0xd0));
      case 0xd3:
        return Number(this.take(8).readBigInt64BE());
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.extension(1 << (head - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.text(this.unsigned(1 << (head - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.list(this.unsigned(head === 0xdc ? 2 : 4));
      case 0xde:
      case 0xdf:
        return this.map(this.unsigned(head === 0xde ? 2 : 4));
      default:
        throw new Error(`No MessagePack value begins with 0x${head.toString(16)}.`);
    }
  }

  private take(size: number): Buffer {
    const end = this.at + size;
    if (end > this.bytes.length) throw new RangeError('The MessagePack value ends too early.');
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  private unsigned(size: number): number {
    return this.take(size).readUIntBE(0, size);
  }

  private signed(size: number): number {
    return this.take(size).readIntBE(0, size);
  }

  private text(size: number): string {
    return this.take(size).toString('utf8');
  }

  private extension(size: number): typeof unknown {
    this.take(size + 1);
    return unknown;
  }

  private list(size: number): unknown[] {
    return Array.from({ length: size }, () => this.value());
  }

  private map(size: number): Record<string, unknown> {
    const entries = Array.from({ length: size }, () => [String(this.value()), this.value()] as const);
    return Object.fromEntries(entries);
  }
}

/**
 * Encodes a value as Terraform reads it: numbers, texts and lists in their longest format, which every reader takes.
 * @throws TypeError for what has no counterpart in Terraform
 */
export function encode(value: unknown): Buffer {
  if (value === null || value === undefined) return Buffer.of(0xc0);
  if (value === unknown) return Buffer.of(0xd4, 0, 0);
  if (typeof value === 'boolean') return Buffer.of(value ? 0xc3 : 0xc2);
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    return Buffer.concat([head(0xdb, text.length), text]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(0xdd, value.length), ...value.map(encode)]);
  if (typeof value !== 'object') throw new TypeError(`Terraform has no ${typeof value}.`);
  const entries = Object.entries(value);
  return Buffer.concat([head(0xdf, entries.length), ...entries.flatMap((entry) => entry.map(encode))]);
}

function head(format: number, size: number): Buffer {
  const bytes = Buffer.alloc(5, format);
  bytes.writeUInt32BE(size, 1);
  return bytes;
}

function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  if (Number.isSafeInteger(value)) {
    bytes[0] = 0xd3;
    bytes.writeBigInt64BE(BigInt(value), 1);
  } else {
    bytes[0] = 0xcb;
    bytes.writeDoubleBE(value, 1);
  }
  return bytes;
}
