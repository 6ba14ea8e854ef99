import type { Box } from '../contract.ts';
import type { Corners } from './letterbox.ts';

/** What a network saw, in pixels of its input. */
export type Candidate = Corners & { classIndex: number; confidence: number };

/** Where a decoder puts what it finds. */
export type Findings = {
  /** Confidence below which nothing is taken. Decoders look at it first, to skip what is not worth computing. */
  floor: number;
  /** Takes a box unless it is none: without an area, or with a number that is not finite. */
  add(x1: number, y1: number, x2: number, y2: number, classIndex: number, confidence: number): void;
  readonly candidates: Candidate[];
};

/** Candidates beyond which the weaker half goes: a network may have hundreds of thousands of cells, all of them sure. */
const candidatesMax = 4_096;

export function createFindings(confidenceMin: number): Findings {
  const candidates: Candidate[] = [];
  const findings: Findings = {
    floor: confidenceMin,
    candidates,
    add(x1, y1, x2, y2, classIndex, confidence) {
      // Written so that NaN, which is neither above nor below anything, does not pass.
      if (!(confidence >= findings.floor && x2 > x1 && y2 > y1)) return;
      if (!Number.isFinite(x2 - x1 + (y2 - y1) + confidence)) return;
      candidates.push({ x1, y1, x2, y2, classIndex, confidence: Math.min(1, confidence) });
      if (candidates.length < candidatesMax) return;
      candidates.sort(bySurest);
      candidates.length = candidatesMax / 2;
      findings.floor = candidates.at(-1)?.confidence ?? findings.floor;
    },
  };
  return findings;
}

const bySurest = (a: Candidate, b: Candidate) => b.confidence - a.confidence;

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
  for (const candidate of candidates.toSorted(bySurest)) {
    if (kept.length === countMax) break;
    if (!isCovered(candidate, kept, overlapMax)) kept.push(candidate);
  }
  return kept;
}

function isCovered(candidate: Candidate, kept: readonly Candidate[], overlapMax: number): boolean {
  for (const other of kept) {
    if (other.classIndex === candidate.classIndex && cornersOverlap(other, candidate) > overlapMax) return true;
  }
  return false;
}

function cornersOverlap(a: Corners, b: Corners): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / ((a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - shared);
}
