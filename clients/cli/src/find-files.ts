import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { SourceKind, UploadFile } from '@sightline/core';
import { UserMistake } from './user-mistake.ts';

export type Found = {
  kind: SourceKind;
  /** Names the content: the same files give the same name, so that nothing is uploaded twice. */
  name: string;
  paths: string[];
  totalBytes: number;
};

// A whole photo library would take hours to upload: better to hear it at once.
const maxFiles = 1_000;

const byName = new Intl.Collator('en', { numeric: true }).compare;

/** Pictures of a folder in the order of their names, one picture, or one video. Throws UserMistake. */
export async function findFiles(source: string): Promise<Found> {
  const path = resolve(source);
  const found = await stat(path).catch(() => null);
  if (!found) throw new UserMistake(`There is no ${path}. Give a folder of pictures, a picture or a video.`);
  const { contentTypeOf } = await import('@sightline/core');
  const files = found.isDirectory() ? await picturesIn(path) : [path];
  const types = files.map((file) => contentTypeOf(file));
  if (types.includes(null)) throw new UserMistake(`${path} is neither a picture nor a video we can read.`);
  const kind = types[0]?.startsWith('video/') ? 'VIDEO' : 'IMAGES';
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return {
    kind,
    name: `${basename(path).slice(0, 60)} (${await digestOf(files)})`,
    paths: files,
    totalBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

async function picturesIn(folder: string): Promise<string[]> {
  const { contentTypeOf } = await import('@sightline/core');
  const names = await readdir(folder);
  const pictures = names.filter((name) => contentTypeOf(name)?.startsWith('image/')).sort(byName);
  if (pictures.length === 0) {
    throw new UserMistake(
      `There are no pictures in ${folder}. It takes jpg, png, webp, gif, avif and tiff; or name a video file.`,
    );
  }
  if (pictures.length > maxFiles) {
    throw new UserMistake(`${folder} holds ${pictures.length} pictures; at most ${maxFiles} can be sent at once.`);
  }
  return pictures.map((name) => join(folder, name));
}

async function digestOf(paths: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const file = await openAsBlob(path);
    hash.update(`${basename(path)}\0${file.size}\0`);
    for await (const chunk of file.stream()) hash.update(chunk);
  }
  return hash.digest('hex').slice(0, 8);
}

/** A file as the client wants it; the bytes are read while they are sent. */
export async function openUpload(path: string): Promise<UploadFile> {
  return { name: basename(path), data: await openAsBlob(path) };
}
