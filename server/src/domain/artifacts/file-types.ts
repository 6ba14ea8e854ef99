export const imageTypes: readonly string[] = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/tiff',
];

export const videoTypes: readonly string[] = [
  'video/mp4',
  'video/quicktime',
  'video/webm',
  'video/x-matroska',
  'video/x-msvideo',
  'video/mpeg',
];

/** What may be uploaded. Both sides of a transfer check it: here by name, the sidecar by looking inside. */
export const fileTypes: readonly string[] = [...imageTypes, ...videoTypes];
