import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { bytesOf } from './pictures.ts';

type Bytes = Uint8Array<ArrayBuffer>;
export type HostilePicture = { name: string; bytes: Bytes };

const formats = ['jpeg', 'png', 'webp', 'gif'] as const;
const cuts = 24;

/** Files that are no pictures, break off, lie about their size or are two things at once. None of them can be answered. */
export async function* hostilePictures(): AsyncGenerator<HostilePicture> {
  for (const format of formats) {
    const whole = await photo(format);
    for (let cut = 1; cut <= cuts; cut++) {
      // Never so late that a decoder could call it whole: the last tenth of a file may hold nothing it misses.
      const length = Math.floor((whole.length * 0.9 * cut) / (cuts + 1));
      yield { name: `${format} cut at ${length} of ${whole.length} bytes`, bytes: whole.slice(0, length) };
    }
  }
  for (const [width, height] of bombSizes()) {
    yield { name: `PNG of ${width} × ${height} pixels in 100 bytes`, bytes: emptyPng(width, height) };
    yield { name: `GIF of ${width % 65_536} × ${height % 65_536} and no data`, bytes: emptyGif(width, height) };
  }
  for (const text of texts) yield { name: `text: ${text.slice(0, 24)}`, bytes: ascii(text) };
  // Begins as a picture, goes on as something else.
  for (const start of signatures) {
    for (const text of texts)
      yield { name: `${start.name} header, then ${text.slice(0, 16)}`, bytes: concat(start.bytes, ascii(text)) };
    for (const length of [0, 1, 7, 64, 4_096]) {
      yield { name: `${start.name} header, then ${length} noise`, bytes: concat(start.bytes, noise(length)) };
      yield { name: `${start.name} header, then ${length} zeros`, bytes: concat(start.bytes, new Uint8Array(length)) };
    }
  }
  const animation = await frames(1_000);
  yield { name: 'GIF of 1,000 frames', bytes: animation };
  for (let length = 1; length <= 16; length++) yield { name: `${length} bytes of noise`, bytes: noise(length) };
}

/** Pictures that look odd and are none the worse for it. */
export async function unusualPictures(): Promise<HostilePicture[]> {
  const red = sharp({ create: { width: 160, height: 120, channels: 3, background: '#808080' } }).composite([
    { input: { create: { width: 60, height: 40, channels: 3, background: '#ff0000' } }, left: 40, top: 30 },
  ]);
  const flat = await red.png().toBuffer();
  const of = (name: string, image: Sharp) => bytesOf(image).then((bytes) => ({ name, bytes }));
  return Promise.all([
    of('16 bits a channel', sharp(flat).toColourspace('rgb16').png({ palette: false })),
    of('CMYK', sharp(flat).toColourspace('cmyk').jpeg({ quality: 95 })),
    of('with transparency', sharp(flat).ensureAlpha(0.99).png()),
    of('progressive', sharp(flat).jpeg({ progressive: true, quality: 95 })),
    of('interlaced', sharp(flat).png({ progressive: true })),
    of('palette', sharp(flat).png({ palette: true })),
    of('with a page behind it', sharp(flat).png()).then(({ name, bytes }) => ({
      name,
      bytes: concat(bytes, ascii('<script>alert(1)</script>')),
    })),
  ]);
}

/** A PNG that claims any size and holds next to nothing. */
export function emptyPng(width: number, height: number): Bytes {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const parts = [
    chunk('IHDR', Buffer.concat([size, Buffer.from([8, 2, 0, 0, 0])])),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return concat(pngSignature, ...parts);
}

function emptyGif(width: number, height: number): Bytes {
  const size = Buffer.alloc(7);
  size.writeUInt16LE(width % 65_536, 0);
  size.writeUInt16LE(height % 65_536, 2);
  return concat(ascii('GIF89a'), size, Uint8Array.of(0x2c, 0, 0));
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

function* bombSizes(): Generator<[number, number]> {
  const sizes = [0, 1, 8_000, 16_000, 40_000, 65_535, 1_000_000, 2_147_483_647];
  for (const width of sizes)
    for (const height of sizes) if (width * height === 0 || width * height > 60_000_000) yield [width, height];
}

async function frames(count: number): Promise<Bytes> {
  const frame = (grey: number) =>
    sharp({ create: { width: 16, height: 16, channels: 3, background: { r: grey, g: grey, b: grey } } })
      .png()
      .toBuffer();
  const [dark, light] = [await frame(20), await frame(220)];
  const all = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? dark : light));
  return bytesOf(sharp(all, { join: { animated: true } }).gif({ effort: 1 }));
}

const photo = (format: (typeof formats)[number]) => {
  const grain = { type: 'gaussian' as const, mean: 128, sigma: 40 };
  return bytesOf(
    sharp({ create: { width: 120, height: 90, channels: 3, background: '#888', noise: grain } }).toFormat(format),
  );
};

const ascii = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'latin1'));
const concat = (...parts: Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts));

const pngSignature = new Uint8Array(Buffer.from('89504e470d0a1a0a', 'hex'));
const signatures: HostilePicture[] = [
  { name: 'PNG', bytes: pngSignature },
  { name: 'JPEG', bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) },
  { name: 'GIF', bytes: ascii('GIF89a') },
  { name: 'WebP', bytes: ascii('RIFF\x20\x00\x00\x00WEBPVP8 ') },
];

const texts = [
  'hello',
  '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
  '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://169.254.169.254/latest/"/></svg>',
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  '%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj',
  'PK\x03\x04\x14\x00\x00\x00\x08\x00',
  '%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run',
  'push graphic-context\nviewbox 0 0 1 1\nfill \'url(https://127.0.0.1/x.jpg"|id")\'\npop graphic-context',
  '#!/bin/sh\nid\n',
  '<script>alert(1)</script>',
  '\x7fELF\x02\x01\x01\x00',
  'P6\n99999 99999\n255\n',
  'BM\x00\x00\x00\x00',
  '#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 99999 +X 99999\n',
  '\x00'.repeat(64),
  'data:image/png;base64,AAAA',
];

/** The same noise every time. */
function noise(length: number): Bytes {
  let state = 0x2545f491 + length;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
