import type { Event } from '@sightline/core';
import { hueOf } from '../../components/hue-of.ts';
import { zip } from './zip.ts';
import type { ZipFile } from './zip.ts';

/** What an event is kept as outside: what is known of it, its picture as it was stored, and one with the box drawn into it. */
export async function evidenceOf(event: Event, picture: Uint8Array<ArrayBuffer> | null, at: Date): Promise<Blob> {
  const files: ZipFile[] = [{ name: 'event.json', bytes: utf8(`${JSON.stringify(event, null, 2)}\n`) }];
  if (picture) {
    files.push({ name: 'snapshot.jpg', bytes: picture });
    if (event.box) files.push({ name: 'annotated.png', bytes: await annotated(picture, event) });
  }
  // Only where the page came over a connection that nobody could have changed.
  if (globalThis.isSecureContext) files.push({ name: 'SHA256SUMS', bytes: await sumsOf(files) });
  return zip(files, at);
}

/** Without anything that a file system may dislike. */
export function evidenceName({ seq, label, type, occurredAt }: Event): string {
  const what = (label ?? type).toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  return `event-${String(seq)}-${what}-${occurredAt.replaceAll(/[:.]/g, '-')}.zip`;
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** As `sha256sum --check` reads it. */
async function sumsOf(files: readonly ZipFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const lines = await Promise.all(
    files.map(async ({ name, bytes }) => {
      const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return `${[...sum].map((byte) => byte.toString(16).padStart(2, '0')).join('')}  ${name}\n`;
    }),
  );
  return utf8(lines.join(''));
}

async function annotated(
  picture: Uint8Array<ArrayBuffer>,
  { box, label, confidence }: Event,
): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await createImageBitmap(new Blob([picture], { type: 'image/jpeg' }));
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext('2d');
  if (!pen || !box) throw new Error('This browser cannot draw into a picture.');
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  const line = Math.max(2, Math.round(Math.min(width, height) / 150));
  const [left, top] = [box.x * width, box.y * height];
  pen.lineWidth = line;
  pen.strokeStyle = `hsl(${hueOf(label ?? '')} 90% 65%)`;
  pen.strokeRect(left, top, box.width * width, box.height * height);
  const size = Math.max(12, Math.round(Math.min(width, height) / 25));
  const said = [label, confidence !== null && `${Math.round(confidence * 100)} %`].filter(Boolean).join(' ');
  pen.font = `600 ${size}px system-ui, sans-serif`;
  pen.textBaseline = 'top';
  const below = Math.max(0, top - size * 1.4);
  pen.fillStyle = '#12163a';
  pen.fillRect(left, below, pen.measureText(said).width + size * 0.6, size * 1.4);
  pen.fillStyle = '#ffffff';
  pen.fillText(said, left + size * 0.3, below + size * 0.2);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}

/** Gives the browser a file to keep. */
export function saveAs(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Once the browser has taken hold of it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
