import type { Profile } from '../contract.ts';

/**
 * Pictures a second taken from a video. Someone walks 1.5 m/s and is half a metre wide: at five pictures a second
 * each overlaps the one before by a third or more, which is what the tracker lives on. Ten follow runners and cars;
 * three leave a small machine room to breathe and still follow people. Folders of pictures are always read whole.
 */
export const framesPerSecond: Record<Profile, number> = { FAST: 5, ACCURATE: 10, CPU_ONLY: 3 };
