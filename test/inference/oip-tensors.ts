import { bytesOf } from './oip-golden.ts';

/** What golden requests are made of. */

export const entry = (datatype: string, rest: string) => `{"name":"x","datatype":"${datatype}","shape":[1,2],${rest}}`;
export const answered = (model: string, outputs: string, extra = '') =>
  `{"model_name":"${model}","model_version":"1",${extra}"outputs":[${outputs}]}`;
export const y = (datatype: string, shape: string, rest: string) =>
  `{"name":"y","datatype":"${datatype}","shape":[${shape}],${rest}}`;

export const floats = (...values: number[]) => bytesOf(Float32Array.from(values));
export const a = { name: 'a', datatype: 'FP32', shape: [1, 2] };
export const b = { name: 'b', datatype: 'FP32', shape: [1, 2] };
export const ab = [
  { ...a, data: [1, 2] },
  { ...b, data: [10, 20] },
];
export const x = (shape: unknown, data: unknown, datatype = 'FP32') => ({
  inputs: [{ name: 'x', datatype, shape, data }],
});
