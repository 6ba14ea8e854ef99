/** Writes the protobuf wire format: the five field kinds that an ONNX file needs. */
export function createMessage() {
  const parts: Uint8Array[] = [];

  function varint(value: number | bigint): void {
    // Negative numbers are two's complement in 64 bits, as protobuf wants its int64.
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    parts.push(Uint8Array.from(bytes));
  }
  const tag = (field: number, wireType: number) => varint((field << 3) | wireType);

  const byteLength = () => parts.reduce((sum, part) => sum + part.byteLength, 0);

  const message = {
    int(field: number, value: number | bigint): void {
      tag(field, 0);
      varint(value);
    },
    float(field: number, value: number): void {
      tag(field, 5);
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setFloat32(0, value, true);
      parts.push(bytes);
    },
    bytes(field: number, bytes: Uint8Array): void {
      tag(field, 2);
      varint(bytes.byteLength);
      parts.push(bytes);
    },
    /** Whole fields, as they were read elsewhere. */
    raw(fields: Uint8Array): void {
      parts.push(fields);
    },
    text(field: number, text: string): void {
      message.bytes(field, Buffer.from(text, 'utf8'));
    },
    /** `inner` is complete: what is added to it later is not part of this. */
    nested(field: number, inner: Message): void {
      tag(field, 2);
      varint(inner.byteLength());
      // Not its encoding: weights of 100 MB would be copied once a level.
      for (const part of inner.parts) parts.push(part);
    },
    parts: parts as readonly Uint8Array[],
    byteLength,
    encode: (): Uint8Array => Buffer.concat(parts),
  };
  return message;
}

export type Message = {
  int(field: number, value: number | bigint): void;
  float(field: number, value: number): void;
  bytes(field: number, bytes: Uint8Array): void;
  raw(fields: Uint8Array): void;
  text(field: number, text: string): void;
  nested(field: number, inner: Message): void;
  /** What it consists of, in order. */
  readonly parts: readonly Uint8Array[];
  byteLength(): number;
  encode(): Uint8Array;
};
