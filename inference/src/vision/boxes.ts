import type { Box } from '../contract.ts';
import type { Corners } from './letterbox.ts';

/** What a network saw, in pixels of its input. */
export type Candidate = Corners & { classIndex: number; confidence: number };

/** Intersection over union of two boxes, 0 to 1. */
export function overlapOf(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/** Of candidates of one class that overlap more than `overlapMax` only the surest stays. Surest first, at most `countMax`. */
export function suppress(candidates: Candidate[], overlapMax: number, countMax: number): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of candidates.toSorted((a, b) => b.confidence - a.confidence)) {
    if (kept.length === countMax) break;
    const isCovered = kept.some(
      (other) => other.classIndex === candidate.classIndex && cornersOverlap(other, candidate) > overlapMax,
    );
    if (!isCovered) kept.push(candidate);
  }
  return kept;
}

function cornersOverlap(a: Corners, b: Corners): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / ((a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - shared);
}
