import type { Tensor } from './tensors.ts';

/** The elements as 32-bit floats; no copy where they are. Throws for texts. */
export function asFloats({ type, data }: Tensor): Float32Array {
  if (!(data instanceof Uint8Array)) throw new TypeError('Texts are no numbers.');
  const bytes = data.byteOffset % 8 === 0 ? data : data.slice();
  const { buffer, byteOffset, byteLength } = bytes;
  const at = <View>(make: new (buffer: ArrayBufferLike, offset: number, length: number) => View, size: number) =>
    new make(buffer, byteOffset, byteLength / size);
  switch (type) {
    case 'float32':
      return at(Float32Array, 4);
    case 'float64':
      return Float32Array.from(at(Float64Array, 8));
    case 'float16':
      return Float32Array.from(at(Float16Array, 2));
    case 'int64':
      return Float32Array.from(at(BigInt64Array, 8), Number);
    case 'uint64':
      return Float32Array.from(at(BigUint64Array, 8), Number);
    case 'int32':
      return Float32Array.from(at(Int32Array, 4));
    case 'uint32':
      return Float32Array.from(at(Uint32Array, 4));
    case 'int16':
      return Float32Array.from(at(Int16Array, 2));
    case 'uint16':
      return Float32Array.from(at(Uint16Array, 2));
    case 'int8':
      return Float32Array.from(at(Int8Array, 1));
    case 'bool':
    case 'uint8':
      return Float32Array.from(bytes);
    case 'string':
      throw new TypeError('Texts are no numbers.');
  }
}
