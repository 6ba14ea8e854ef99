import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../lib/input-error.ts';
import { parseCoco } from './parse-coco.ts';

const labels = {
  images: [
    { id: 7, file_name: 'a.jpg', width: 40, height: 30 },
    { id: 8, file_name: 'b.jpg' },
  ],
  categories: [{ id: 3, name: 'cat' }],
  annotations: [
    { image_id: 7, category_id: 3, bbox: [1, 2, 3, 4], iscrowd: 0 },
    { image_id: 7, category_id: 3, bbox: [0, 0, 9, 9], iscrowd: 1 },
  ],
};

test('pictures come with their objects, and crowds are ignored', () => {
  assert.deepEqual(parseCoco(labels, 'x.json'), [
    {
      file: 'a.jpg',
      size: { width: 40, height: 30 },
      objects: [
        { label: 'cat', box: { x: 1, y: 2, width: 3, height: 4 }, isIgnored: false },
        { label: 'cat', box: { x: 0, y: 0, width: 9, height: 9 }, isIgnored: true },
      ],
    },
    { file: 'b.jpg', size: null, objects: [] },
  ]);
});

const broken: [name: string, json: unknown, says: RegExp][] = [
  ['a list', [], /"categories" is not a list/],
  ['no images', { ...labels, images: undefined }, /"images" is not a list/],
  ['null for an image', { ...labels, images: [null] }, /images\[0\] is not an object/],
  ['an image without a file', { ...labels, images: [{ id: 1 }] }, /images\[0\] needs an id and a file_name/],
  ['an id twice', { ...labels, images: [labels.images[0], labels.images[0]] }, /images\[1\] has the id 7/],
  ['an unknown category', { ...labels, categories: [] }, /annotations\[0\]\.category_id/],
  ['an unknown image', { ...labels, images: [] }, /annotations\[0\]\.image_id/],
  ['a box of three', { ...labels, annotations: [{ image_id: 7, category_id: 3, bbox: [1, 2, 3] }] }, /\.bbox is not/],
];
for (const [name, json, says] of broken) {
  test(`the first thing that is wrong is named: ${name}`, () => {
    assert.throws(
      () => parseCoco(json, 'x.json'),
      (error) => error instanceof InputError && error.message.startsWith('x.json') && says.test(error.message),
    );
  });
}
